"""`any`, `all` and `count` over collections that may be partial.

Only the reads that carried the result stay in the trace: the items for which `any` was true, for which `all` was false,
which `count` counted; or those that left it open; or, when nothing spoke either way, all of them. The size belongs to
the evidence, too: over nothing, or over a part, a condition is decided by what was not there.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.judge.language.compiled import Closure
from scanner.judge.language.operators import conjunction
from scanner.judge.language.values import Range, Truth, Unk, merged, negate, one_of
from scanner.judge.language.world import Items, Read, Run


def any_of(items: Closure, slot: int, test: Closure) -> Closure:
    """True at one item for which it is true; false only over a complete collection of items for which it is false."""

    def run(at: Run) -> Truth:
        found: Items = items(at)
        at.spend(len(found.refs))
        trace, slots = at.trace, at.slots
        begin = len(trace)
        true_reads: list[Read] = []
        open_reads: list[Read] = []
        result: Truth = False
        for ref in found.refs:
            slots[slot] = ref
            start = len(trace)
            truth: Truth = test(at)
            if truth is not False:
                (true_reads if truth is True else open_reads).extend(trace[start:])
                result = one_of(result, truth)
        if result is True:
            trace[begin:] = true_reads
            return True
        if open_reads:
            trace[begin:] = open_reads
        trace.append(found.size)
        return result if found.missing is None else one_of(result, found.missing)

    return run


def all_of(items: Closure, slot: int, filters: Sequence[Closure], element: Closure) -> Closure:
    """False at one item for which it is false; true only over a complete collection of items for which it is true."""
    negated = any_of(items, slot, conjunction([*filters, lambda at: negate(element(at))]))
    return lambda at: negate(negated(at))


def count_of(items: Closure, slot: int, test: Closure) -> Closure:
    """How many; a range where items are undecided, a lower bound where there may be more of them."""

    def run(at: Run) -> int | Range:
        found: Items = items(at)
        at.spend(len(found.refs))
        trace, slots = at.trace, at.slots
        begin = len(trace)
        reads: list[Read] = []
        certain = possible = 0
        undecided: Unk | None = found.missing
        for ref in found.refs:
            slots[slot] = ref
            start = len(trace)
            truth: Truth = test(at)
            if truth is False:
                continue
            reads.extend(trace[start:])
            possible += 1
            if isinstance(truth, Unk):
                undecided = truth if undecided is None else merged(undecided, truth)
            else:
                certain += 1
        if reads:
            trace[begin:] = reads
        trace.append(found.size)
        if undecided is None:
            return certain
        return Range(certain, possible if found.missing is None else None, undecided.why)

    return run
