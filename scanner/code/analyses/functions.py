"""External state-changing functions and what guards each of them."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.code.analyses.callers import caller_checks
from scanner.code.analyses.guards import entry_guard, once_only, switched
from scanner.code.analyses.open_doors import opened
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.wording import clause_text
from scanner.model.code import FunctionFact
from scanner.model.kinds import Guard
from scanner.model.observation import Collection, Known, NamesObs


def selectors(program: Program) -> NamesObs:
    """Return the 4-byte selectors that the contract answers, getters included."""
    return Known(value=tuple(sorted(program.selectors)), evidence=program.whole)


def functions(program: Program) -> Collection[FunctionFact]:
    """Return every external or public function that may change state, by signature."""
    try:
        opens = opened(program)
    except Exception:  # whatever shape a stranger's code has: its guards stand all the same
        opens = {}
    facts = [_fact(program, entry, opens) for entry in program.changing if not entry.is_fallback]
    return Collection[FunctionFact](items=tuple(facts), complete=True)


def _fact(program: Program, entry: Entry, opens: Mapping[str, frozenset[str]]) -> FunctionFact:
    guard, text = guard_and_text(program, entry)
    return FunctionFact(
        signature=entry.signature,
        selector=entry.selector,
        guard=guard.value,
        guarded_by=text,
        payable=entry.payable,
        evidence=(program.evidence(entry.function),),
        checks=caller_checks(program, entry),
        opens=tuple(sorted(opens.get(entry.signature, ()))),
    )


def guard_and_text(program: Program, entry: Entry) -> tuple[Guard, str]:
    """Return a function's guard and the condition that makes it."""
    guarded = entry_guard(entry)
    text = clause_text(guarded.clause, entry.parameters) if guarded.clause else ""
    if not text and guarded.guard is Guard.PAYMENT:
        text = "takes tokens from the caller"
    if not text:
        text = clause_text(switched(entry.summary.exit_clauses), entry.parameters)
    if not text and once_only(program, entry):
        text = "initializer"
    return guarded.guard, text
