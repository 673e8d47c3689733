"""Numbers in the units that a reader thinks in: see scanner.locale.quantities."""

from __future__ import annotations

from scanner.locale.quantities import amount, day, duration, ether, percent, share, short, utc

__all__ = ["amount", "day", "duration", "ether", "percent", "share", "short", "utc"]
