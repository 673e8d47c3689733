"""Units kept as a history of balances (MiniMe): a change is a new entry with a computed value, neither + nor -."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.code.analyses.guards import lasting
from scanner.code.analyses.program import Entry
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import TIME, Atom, Labels

_COMPARED = frozenset({">", ">=", "<", "<="})


def dates(effect: Effect, beside: Iterable[Effect]) -> bool:
    """Whether a write only says when another member of the same structure was written: the time, or the block."""
    structure, dot, _ = effect.name.rpartition(".")
    if not dot or not _only_a_time(effect.inputs[0]):
        return False
    return any(one.name.startswith(f"{structure}.") and not _only_a_time(one.inputs[0]) for one in beside)


def _only_a_time(value: Labels) -> bool:
    return bool(value) and all(label == TIME for label in value)


def recomputed(entry: Entry, units: frozenset[str], supply: frozenset[str]) -> list[Effect]:
    """Return the writes of balances that are computed from older ones, where the number of all units is as well.

    A function that does so creates units or destroys them; a transfer leaves the number of all units alone.
    """
    balances = [e for e in entry.writes() if e.name in units and _computed(e, units) and lasting(entry, e)]
    totals = [e for e in entry.writes() if e.name in supply and _computed(e, supply) and lasting(entry, e)]
    return [e for e in balances if e.place is not None and e.place.keys] if totals else []


def destroys(entry: Entry, units: frozenset[str]) -> bool:
    """Whether a function asks that there be as many units as an argument says: what is taken has to be there."""
    return any(_is_enough(atom, units) for clause in entry.summary.exit_clauses for atom in clause)


def _computed(effect: Effect, names: frozenset[str]) -> bool:
    value = effect.inputs[0] if effect.inputs else frozenset()
    from_older = any(label[0] == "state" and label[1] in names for label in value)
    return effect.change == "=" and from_older and any(label[0] == "arg" for label in value)


def _is_enough(atom: Atom, units: frozenset[str]) -> bool:
    if atom.op not in _COMPARED:
        return False
    sides = (atom.left, atom.right)
    for one, other in (sides, sides[::-1]):
        alone = len(one) == 1 and next(iter(one))[0] == "arg"
        if alone and any(label[0] == "state" and label[1] in units for label in other):
            return True
    return False
