"""What a function does, in terms of its own parameters."""

from __future__ import annotations

from typing import Any, NamedTuple

from scanner.code.analyses.values import (
    EMPTY,
    NEVER,
    NO_CLAUSES,
    NOTHING,
    Clauses,
    Labels,
    Place,
    Substitution,
    Value,
    conjoin,
)


class Effect(NamedTuple):
    """Something that can be seen from outside the function, and what must hold for it.

    kind: write, call, low-level, delegatecall, send, event, create, selfdestruct.
    `name` is the written variable, the called function's or event's name; `signature` its canonical form where known.
    `target` is where a call goes, `inputs` its arguments, `sent` the native value with it; for a write `inputs` holds
    the value written, `place` where, `change` is +, - or = .
    """

    kind: str
    name: str
    node: Any
    clauses: Clauses
    target: Labels = NOTHING
    inputs: tuple[Labels, ...] = ()
    sent: Labels = NOTHING
    place: Place | None = None
    change: str = ""
    signature: str = ""

    @property
    def all_inputs(self) -> Labels:
        return frozenset().union(*self.inputs)


class Summary(NamedTuple):
    """A function's effects, the value it returns, and what holds whenever it returns normally."""

    effects: tuple[Effect, ...] = ()
    result: Value = EMPTY
    exit_clauses: Clauses = NO_CLAUSES
    called: frozenset[str] = frozenset()
    """Names of internal and library functions it calls, directly or not."""


NO_SUMMARY = Summary()

MAX_EFFECTS = 5_000


class TooMuchCode(Exception):
    """A function does more than can be followed. Raised, because leaving something out would read as its absence."""


def instantiate(summary: Summary, actual: tuple[Value, ...], at: Clauses) -> Summary:
    """Return `summary` with a call's arguments put in, below the clauses `at` of the call site."""
    substitution = Substitution(actual)
    effects: list[Effect] = []
    for effect in summary.effects:
        clauses = conjoin(at, substitution.clauses(effect.clauses))
        if clauses == NEVER:
            continue
        place = substitution.place(effect.place)
        effects.append(
            effect._replace(
                name=place.name if place is not None else effect.name,
                clauses=clauses,
                target=substitution.labels(effect.target),
                inputs=tuple(substitution.labels(part) for part in effect.inputs),
                sent=substitution.labels(effect.sent),
                place=place,
            )
        )
    return Summary(
        tuple(effects),
        substitution.value(summary.result),
        substitution.clauses(summary.exit_clauses),
        summary.called,
    )
