"""State variables and their slots, as solc's storageLayout gives them."""

from __future__ import annotations

from typing import Any

from scanner.model.code import StorageVariable
from scanner.model.observation import Collection, Reason

MAX_VARIABLES = 2_000


def storage_variables(layout: Any) -> Collection[StorageVariable]:
    """Return the variables of a `storageLayout`; incomplete where there is none (before 0.5.13)."""
    if not isinstance(layout, dict):
        return _none(f"{Reason.NOT_SUPPORTED.value}: this compiler gives no storage layout")
    types = layout.get("types") or {}
    try:
        found = tuple(
            StorageVariable(
                label=str(entry["label"]),
                type=str(types[entry["type"]]["label"]),
                slot=int(entry["slot"]),
                offset=int(entry["offset"]),
                size_bytes=int(types[entry["type"]]["numberOfBytes"]),
            )
            for entry in layout.get("storage") or ()
        )
    except (KeyError, TypeError, ValueError):
        return _none(f"{Reason.UNDECODABLE.value}: the storage layout makes no sense")
    if len(found) > MAX_VARIABLES:
        cut = found[:MAX_VARIABLES]
        return Collection[StorageVariable](
            items=cut, complete=False, reason=f"{Reason.LIMIT.value}: {len(found)} variables"
        )
    return Collection[StorageVariable](items=found, complete=True)


def _none(reason: str) -> Collection[StorageVariable]:
    return Collection[StorageVariable](items=(), complete=False, reason=reason)
