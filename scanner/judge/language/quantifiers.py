"""`any`, `all` and `count` over collections that may be partial.

Only the reads that carried the result stay in the trace: the items for which `any` was true, for which `all` was false,
which `count` counted; or those that left it open; or, when nothing spoke either way, all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.judge.language.compiled import Closure
from scanner.judge.language.values import Range, Truth, Unk, both, merged, negate, one_of
from scanner.judge.language.world import Items, Read, Run


def _filtered(at: Run, filters: Sequence[Closure]) -> Truth:
    result: Truth = True
    for test in filters:
        result = both(result, test(at))
        if result is False:
            return False
    return result


def _each(at: Run, items: Items, slot: int) -> Iterator[None]:
    for ref in items.refs():
        at.step()
        at.slots[slot] = ref
        yield


def any_of(items: Closure, slot: int, filters: Sequence[Closure], element: Closure) -> Closure:
    """True at one item for which it is true; false only over a complete collection of items for which it is false."""

    def run(at: Run) -> Truth:
        found: Items = items(at)
        begin = len(at.trace)
        true_reads: list[Read] = []
        open_reads: list[Read] = []
        result: Truth = False
        for _ in _each(at, found, slot):
            start = len(at.trace)
            truth = _filtered(at, filters)
            if truth is not False:
                truth = both(truth, element(at))
            if truth is not False:
                (true_reads if truth is True else open_reads).extend(at.trace[start:])
            result = one_of(result, truth)
        if result is True:
            at.trace[begin:] = true_reads
            return True
        if open_reads:
            at.trace[begin:] = open_reads
        return _with_missing(at, found, result)

    return run


def all_of(items: Closure, slot: int, filters: Sequence[Closure], element: Closure) -> Closure:
    """False at one item for which it is false; true only over a complete collection of items for which it is true."""
    negated = any_of(items, slot, filters, lambda at: negate(element(at)))
    return lambda at: negate(negated(at))


def count_of(items: Closure, slot: int, filters: Sequence[Closure], element: Closure) -> Closure:
    """How many; a range where items are undecided, a lower bound where there may be more of them."""

    def run(at: Run) -> int | Range:
        found: Items = items(at)
        begin = len(at.trace)
        reads: list[Read] = []
        certain = possible = 0
        undecided: Unk | None = found.missing
        for _ in _each(at, found, slot):
            start = len(at.trace)
            truth = _filtered(at, filters)
            if truth is not False:
                truth = both(truth, element(at))
            if truth is False:
                continue
            reads.extend(at.trace[start:])
            possible += 1
            if isinstance(truth, Unk):
                undecided = truth if undecided is None else merged(undecided, truth)
            else:
                certain += 1
        if reads:
            at.trace[begin:] = reads
        _note_size(at, found)
        if undecided is None:
            return certain
        return Range(certain, possible if found.missing is None else None, undecided.why)

    return run


def _with_missing(at: Run, items: Items, result: Truth) -> Truth:
    _note_size(at, items)
    return result if items.missing is None else one_of(result, items.missing)


def _note_size(at: Run, items: Items) -> None:
    """The size belongs to the evidence: over nothing, or over a part, a condition is decided by what was not there."""
    size = str(len(items.items)) + ("" if items.missing is None else " or more")
    at.trace.append(Read(f"{items.label}.size", size, ()))
