"""Two storage layouts side by side: which variables lie in the same bytes without meaning the same."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from scanner.code.hidden_slots import UNTYPED
from scanner.code.interface import CodeResult
from scanner.discovery.account import Account
from scanner.discovery.proxies.history import MAX_FORMER, History, line_of
from scanner.model.code import StorageVariable
from scanner.model.observation import Collection
from scanner.model.upgrades import LayoutChange

_SLOT_BYTES = 32
HASHED = 2**64
"""Slots from here on were chosen by a hash: whoever uses one knows it by name."""
_GAP = re.compile(r"(?:^|\.)_*gap_*\d*$", re.I)
TARGET_OF_PROXY = "the proxy's target"
"""The label of a slot that only the bytecode of a proxy without source shows."""

_TARGET_NAMES = re.compile(r"impl|logic|mastercopy|singleton|target|delegat", re.I)

Pair = tuple[StorageVariable, StorageVariable]


def overlaps(ours: Sequence[StorageVariable], theirs: Sequence[StorageVariable]) -> Iterator[Pair]:
    """Yield the variables of two layouts that lie in the same bytes and are not one variable that both know.

    A gap (`__gap`) is room that nothing uses. In a slot that was chosen by a hash both sides mean the same thing under
    whatever name, unless the types differ.
    """
    others = sorted((one for one in theirs if not is_gap(one)), key=_first)
    widest = max((one.size_bytes for one in others), default=0)
    firsts = [_first(one) for one in others]
    for one in ours:
        if is_gap(one):
            continue
        for index in _near(firsts, _first(one) - widest, _end(one)):
            other = others[index]
            if _first(one) < _end(other) and _first(other) < _end(one) and not _same(one, other):
                yield one, other


def _near(firsts: Sequence[int], low: int, high: int) -> range:
    return range(bisect.bisect_left(firsts, low), bisect.bisect_left(firsts, high))


def is_gap(variable: StorageVariable) -> bool:
    """Whether it only keeps room free for later versions."""
    return _GAP.search(variable.label) is not None


def worded(variable: StorageVariable) -> str:
    """Return label and type."""
    return f"{variable.label} ({variable.type})"


def _same(one: StorageVariable, other: StorageVariable) -> bool:
    """Whether both sides mean the same variable: layouts that were written to fit."""
    if one.slot >= HASHED and other.slot >= HASHED and UNTYPED in (one.type, other.type):
        return True
    if one.label == TARGET_OF_PROXY and other.type == "address" and _TARGET_NAMES.search(other.label):
        return True
    named = one.label == other.label or (one.slot >= HASHED and other.slot >= HASHED)
    return named and (one.type, one.slot, one.offset) == (other.type, other.slot, other.offset)


def _first(variable: StorageVariable) -> int:
    return variable.slot * _SLOT_BYTES + variable.offset


def _end(variable: StorageVariable) -> int:
    return _first(variable) + variable.size_bytes


def layout_changes(history: History, account: Account, results: Mapping[str, CodeResult]) -> Collection[LayoutChange]:
    """Return what the latest upgrades of a proxy changed in its storage, where both layouts are known.

    Complete and empty for a contract that was never upgraded. A variable in place of a gap is no change, nor is a new
    variable where there was none.
    """
    line = line_of(history.changes.get(account.address, ()))[-MAX_FORMER - 1 :]
    found: list[LayoutChange] = []
    reason = ""
    for former, latter in itertools.pairwise(line):
        if former not in results or latter not in results:
            reason = reason or f"the layout of {former if former not in results else latter} is not known"
            continue
        before, after = results[former].facts.storage, results[latter].facts.storage
        for layout in (before, after):
            reason = reason or ("" if layout.complete else layout.reason)
        evidence = results[former].facts.analysed_from.evidence + results[latter].facts.analysed_from.evidence
        for one, other in overlaps(before.items, after.items):
            found.append(
                LayoutChange(
                    slot=max(one.slot, other.slot),
                    before=worded(one),
                    after=worded(other),
                    retyped=(one.type, one.slot, one.offset) != (other.type, other.slot, other.offset),
                    former=former,
                    latter=latter,
                    evidence=evidence,
                )
            )
    return Collection[LayoutChange](items=tuple(found), complete=not reason, reason=reason)
