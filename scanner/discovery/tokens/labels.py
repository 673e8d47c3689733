"""Addresses that the packaged list gives a name to, with the source of that name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scanner.content import rules_dir
from scanner.model.holders import HolderKind


@dataclass(frozen=True)
class Label:
    """One row of the list."""

    category: str
    label: str
    source: str

    @property
    def kind(self) -> HolderKind:
        """What such an address is as a holder of units."""
        return next((kind for prefix, kind in _KINDS if self.category.startswith(prefix)), HolderKind.LABELLED)


_KINDS = (
    ("exchange.", HolderKind.EXCHANGE),
    ("bridge.", HolderKind.BRIDGE),
    ("anon.privacy_chain_bridge", HolderKind.BRIDGE),
    ("pool.", HolderKind.POOL),
)


def labelled(chain_id: int, address: str) -> Label | None:
    """Return what the list says of an address on this chain, or on every chain."""
    rows = _rows()
    return rows.get((chain_id, address)) or rows.get((0, address))


@cache
def _rows() -> Mapping[tuple[int, str], Label]:
    rows = json.loads((rules_dir() / "data" / "known_addresses.json").read_text("utf-8"))
    return {
        (int(row["chain_id"]), row["address"].lower()): Label(row["category"], row["label"], row["source"])
        for row in rows
    }
