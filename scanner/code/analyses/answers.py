"""Observations as the analyses build them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.code.analyses.guards import Guarded, weakest
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.wording import clause_text
from scanner.model.evidence import SourceEvidence
from scanner.model.kinds import Guard
from scanner.model.observation import Known, Reason, Unknown

_MOST_LINES = 6


def lines(program: Program, elements: Iterable[Any]) -> tuple[SourceEvidence, ...]:
    """Return the source lines of some elements, each once, in order of the file; at most six."""
    found = {program.evidence(element) for element in elements}
    return tuple(sorted(found, key=lambda e: (e.file, e.first_line, e.last_line)))[:_MOST_LINES]


def known(program: Program, value: Any, elements: Iterable[Any] = (), derivation: str = "") -> Known[Any]:
    """Return a known value; without elements the whole contract is the evidence."""
    return Known(value=value, evidence=lines(program, elements) or program.whole, derivation=derivation)


def unsupported(program: Program, detail: str) -> Unknown:
    """Return that this code has nothing the fact could be about."""
    return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=program.whole)


def unresolved(program: Program, detail: str, elements: Iterable[Any] = ()) -> Unknown:
    """Return that the code has it, but what it does could not be decided."""
    return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=lines(program, elements) or program.whole)


def weakest_way(program: Program, ways: list[tuple[Entry, Guarded, Any]]) -> Known[Any]:
    """Return the guard of the weakest of several (function, guard, element) ways; no way is a known "no-function"."""
    if not ways:
        return known(program, Guard.ABSENT.value)
    worst = weakest([guarded for _, guarded, _ in ways])
    chosen = [way for way in ways if way[1] == worst]
    entry = min((way[0] for way in chosen), key=lambda e: e.signature)
    elements = [part for way in chosen if way[0] is entry for part in (entry.function, way[2]) if part is not None]
    text = "takes payment from the caller" if worst.guard is Guard.PAYMENT else "no condition on the caller"
    if worst.clause:
        text = clause_text(worst.clause, entry.parameters)
    return known(program, worst.guard.value, elements, f"{entry.signature}: {text}")
