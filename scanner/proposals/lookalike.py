"""Addresses that can be taken for another one: the same beginning and end, as wallets and pages shorten them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.chain.aliases import ALIAS_OFFSET

_END = 4
_ONE_END = 8
"""Hex digits that both ends share, or one end alone. By chance two addresses do so once in 2^32."""

_DISTINCT = 4
"""Different digits that one end needs to count alone: 0x1111… is chosen for its looks, and by many."""

_HEAD = slice(2, 2 + _END)
_LONG_HEAD = slice(2, 2 + _ONE_END)
_MANY_ZEROS = 24
"""Precompiled contracts and predeploys are numbered: so many zeros make an address that nobody takes for another."""


def is_numbered(address: str) -> bool:
    """Whether an address is mostly zeros."""
    return address.count("0", 2) >= _MANY_ZEROS


@dataclass
class Familiar:
    """Addresses that readers of a proposal may know, each with why; the first that was added is found first."""

    why: dict[str, str] = field(default_factory=dict)
    _both: dict[str, list[str]] = field(default_factory=dict)
    _head: dict[str, list[str]] = field(default_factory=dict)
    _tail: dict[str, list[str]] = field(default_factory=dict)

    def add(self, address: str, why: str) -> None:
        """Make an address familiar from now on."""
        if address in self.why or is_numbered(address):
            return
        self.why[address] = why
        self._both.setdefault(_ends(address), []).append(address)
        for index, end in ((self._head, address[_LONG_HEAD]), (self._tail, address[-_ONE_END:])):
            if len(set(end)) >= _DISTINCT:
                index.setdefault(end, []).append(address)

    def resembled_by(self, address: str) -> tuple[str, str] | None:
        """Return the familiar address that another one can be taken for, with why it is familiar."""
        if address in self.why or is_numbered(address):
            return None
        for found in (
            self._both.get(_ends(address)),
            self._head.get(address[_LONG_HEAD]),
            self._tail.get(address[-_ONE_END:]),
        ):
            for other in found or ():
                if not _is_alias(address, other):
                    return other, self.why[other]
        return None


def _ends(address: str) -> str:
    return address[_HEAD] + address[-_END:]


def _is_alias(one: str, other: str) -> bool:
    """Whether one is the other as Arbitrum or the OP stack show a contract of the parent chain."""
    return abs(int(one, 16) - int(other, 16)) == ALIAS_OFFSET


def resembling(address: str, others: Iterable[str]) -> str | None:
    """Return the first of `others` that `address` can be taken for and is not."""
    familiar = Familiar()
    for other in others:
        familiar.add(other, "")
    found = familiar.resembled_by(address)
    return found[0] if found else None
