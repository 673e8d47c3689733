"""How often unused memory is looked for in processes that read and judge one snapshot after the other."""

from __future__ import annotations

import gc

_THRESHOLDS = (1_000_000, 10, 10)
"""Objects made before the youngest are looked through, and how many such rounds before older ones are."""


def rare_collections() -> None:
    """Look for cycles rarely, and never among what is loaded by now: rules and modules stay as they are.

    A snapshot is some hundred thousand objects without cycles; to look through them again and again takes as long as
    to judge them. What is left alone is also not copied for each forked child.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
