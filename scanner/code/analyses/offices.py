"""Which functions carry a power that a checked caller has, and which of them say who that caller is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scanner.code.analyses.against import against_holder
from scanner.code.analyses.elsewhere import with_answers
from scanner.code.analyses.gates import admission_ways
from scanner.code.analyses.guards import all_clauses, atom_guard, entry_guard, lasting, once_only
from scanner.code.analyses.outgoing import acting_ways, paying_ways
from scanner.code.analyses.pauses import pause_ways
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.quotas import quota_names
from scanner.code.analyses.token import Way, mint_ways, unit_names
from scanner.code.analyses.token_powers import fee_ways, rebase_ways
from scanner.code.analyses.upgrade import upgrade_ways
from scanner.code.analyses.values import Clauses
from scanner.model.code import FunctionFact
from scanner.model.kinds import Guard
from scanner.model.observation import Collection


def _seizing(program: Program) -> list[Way]:
    return against_holder(program, unit_names(program), freezing=False) if unit_names(program) else []


def _freezing(program: Program) -> list[Way]:
    return against_holder(program, unit_names(program), seizing=False) if unit_names(program) else []


POWERS: tuple[tuple[str, Callable[[Program], list[Way]]], ...] = (
    ("mint", mint_ways),
    ("pause", pause_ways),
    ("seize", _seizing),
    ("freeze", _freezing),
    ("fee", fee_ways),
    ("rebase", rebase_ways),
    ("upgrade", upgrade_ways),
    ("admit", admission_ways),
    ("pay", paying_ways),
    ("act", acting_ways),
)
"""Each power and the analysis that finds the functions that have it."""


def with_powers(program: Program, functions: Collection[FunctionFact]) -> Collection[FunctionFact]:
    """Return the functions, each with the powers it carries behind a check of its caller, and those it appoints to.

    Where an analysis of a power fails, its guard is unknown as well, and nothing is said of its functions.
    """
    carried: dict[str, set[str]] = {}
    appointed: dict[str, set[str]] = {}
    for power, ways in POWERS:
        try:
            found = [(entry, effect) for entry, guarded, effect in ways(program) if guarded.guard is Guard.CALLER]
            appointing = _appointing(program, [entry for entry, _ in found], quotas=power == "mint")
        except Exception:  # whatever shape a stranger's code has: `run` tells of it where the guard is stated
            continue
        for entry, _ in found:
            carried.setdefault(entry.signature, set()).add(power)
        for entry in appointing:
            appointed.setdefault(entry.signature, set()).add(power)
    items = tuple(_marked(fact, carried, appointed) for fact in functions.items)
    marked = functions.model_copy(update={"items": items})
    try:
        return with_answers(program, marked, _appointing)
    except Exception:  # as above: nothing is said of who changes an answer, which reads as not known
        return marked


def _marked(fact: FunctionFact, carried: Mapping[str, set[str]], appointed: Mapping[str, set[str]]) -> FunctionFact:
    powers = tuple(sorted(carried.get(fact.signature, ())))
    appoints = tuple(sorted(appointed.get(fact.signature, set()) - set(powers)))
    return fact.model_copy(update={"powers": powers, "appoints": appoints}) if powers or appoints else fact


def _appointing(program: Program, entries: Sequence[Entry], *, quotas: bool = False) -> list[Entry]:
    """Return the guarded functions that write what these compare their callers with, and so on up to the first.

    With `quotas`, what is allotted to a caller counts as well.
    """
    found: dict[str, Entry] = {}
    names = frozenset[str]().union(*(_compared(entry) for entry in entries))
    if quotas:
        names = names.union(*(quota_names(entry, _every_clause(entry)) for entry in entries))
    while True:
        fresh = [
            entry
            for entry in program.changing
            if entry.signature not in found
            and not once_only(program, entry)
            and any(_root(effect.name) in names and lasting(entry, effect) for effect in entry.writes())
            and entry_guard(entry).guard is Guard.CALLER
        ]
        if not fresh:
            return list(found.values())
        found.update({entry.signature: entry for entry in fresh})
        names = names.union(*(_compared(entry) for entry in fresh))


def _compared(entry: Entry) -> frozenset[str]:
    """Return the state variables that a function holds its caller against."""
    return frozenset(
        _root(str(label[1]))
        for clause in _every_clause(entry)
        for atom in clause
        if atom_guard(atom) is Guard.CALLER
        for label in atom.labels
        if label[0] == "state"
    )


def _every_clause(entry: Entry) -> Clauses:
    return entry.summary.exit_clauses.union(*(all_clauses(entry, effect) for effect in entry.writes()))


def _root(name: str) -> str:
    return name.partition(".")[0]
