"""What stands for facts that a snapshot of an earlier version does not hold."""

from __future__ import annotations

from scanner.model.observation import Reason, Unknown

NOT_KEPT = Unknown(reason=Reason.NOT_READ, detail="this snapshot was taken before this fact was read")
"""The default of fields that were added to a model later: unknown, with the reason."""
