"""Powers over a token one by one: seizing, freezing one account, a fee on transfers, balances that are recomputed."""

from __future__ import annotations

from scanner.code.analyses.against import FREEZE, against_holder
from scanner.code.analyses.answers import known, weakest_way
from scanner.code.analyses.elsewhere import is_asked, redirecting_ways, weakest_here
from scanner.code.analyses.guards import effect_guard, lasting, once_only
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import Way, no_units, supply_names, unit_names
from scanner.code.analyses.values import flat
from scanner.model.observation import BoolObs, StrObs

_MOVES = ("transfer", "transferFrom")


def seizure_guard(program: Program) -> StrObs:
    """Return the guard of taking or burning units of somebody who did not agree (Guard)."""
    units = unit_names(program)
    if not units:
        return no_units(program)
    return weakest_way(program, against_holder(program, units, freezing=False))


def freeze_guard(program: Program) -> StrObs:
    """Return the guard of keeping one account from moving its units: block lists, allow lists, frozen amounts."""
    units = unit_names(program)
    if not units:
        return no_units(program)
    return weakest_here(program, FREEZE, against_holder(program, units, seizing=False))


def transfer_fee(program: Program) -> BoolObs:
    """Return whether a transfer can credit less than it takes: a part goes elsewhere, or the amount is recomputed."""
    units = unit_names(program)
    if not units:
        return no_units(program)
    fees = [entry for entry in _moving(program) if _fee_inputs(entry, units) is not None]
    if not fees and is_asked(program, "fee"):
        fees = _moving(program)
    words = ", ".join(entry.signature for entry in fees)
    return known(program, bool(fees), [entry.function for entry in fees], words)


def fee_guard(program: Program) -> StrObs:
    """Return the guard of changing what a fee on transfers is computed from (Guard); no-function for a fixed fee."""
    if not unit_names(program):
        return no_units(program)
    return weakest_here(program, "fee", fee_ways(program))


def fee_ways(program: Program) -> list[Way]:
    """Return the ways to change what a fee on transfers is computed from."""
    units = unit_names(program)
    names = frozenset[str]().union(*((_fee_inputs(entry, units) or frozenset()) for entry in _moving(program)))
    return _setting(program, names - units - supply_names(program)) + redirecting_ways(program, "fee")


def rebase_guard(program: Program) -> StrObs:
    """Return the guard of changing everybody's balance at once (Guard): by what balanceOf multiplies or divides."""
    if not unit_names(program):
        return no_units(program)
    return weakest_here(program, "rebase", rebase_ways(program))


def rebase_ways(program: Program) -> list[Way]:
    """Return the ways to change what every balance is computed from."""
    return _setting(program, _factors(program)) + redirecting_ways(program, "rebase")


def _moving(program: Program) -> list[Entry]:
    return [entry for entry in program.changing if entry.name in _MOVES]


def _fee_inputs(entry: Entry, units: frozenset[str]) -> frozenset[str] | None:
    """Return the state that decides how much less is credited than taken; None where all of it arrives."""
    credits = [e for e in entry.writes() if e.name in units and e.change == "+" and lasting(entry, e) and e.place]
    places = {e.place.keys for e in credits if e.place is not None}
    read = frozenset(_state_names(credits)) - units
    if len(places) < 2 and not read:
        return None
    elsewhere = {str(key[1]) for keys in places for key in keys if key[0] == "state"}
    # What every credit asks for decides whether units move at all, not how many arrive.
    shared = frozenset.intersection(*(effect.clauses for effect in credits))
    marks = {
        str(label[1])
        for effect in credits
        for clause in effect.clauses - shared
        for atom in clause
        for label in atom.labels
        if label[0] == "state" and not label[2]
    }
    return read | elsewhere | (frozenset(marks) if len(places) > 1 else frozenset())


def _state_names(effects: list[Effect]) -> set[str]:
    return {str(label[1]) for effect in effects for label in flat(effect.inputs[0]) if label[0] == "state"}


def _factors(program: Program) -> frozenset[str]:
    """Return the state without a key that a balance is computed from."""
    entry = program.entry("balanceOf(address)")
    if entry is None:
        return frozenset()
    labels = entry.summary.result.labels
    if not any(label[0] == "state" and label[2] for label in labels):
        return frozenset()
    # The entries of a history of balances are looked through, and are no number that all balances are computed from.
    kept = {str(label[1]).partition(".")[0] for label in labels if label[0] == "state" and label[2]}
    alone = (str(label[1]) for label in labels if label[0] == "state" and not label[2])
    return frozenset(name for name in alone if name.partition(".")[0] not in kept)


def _setting(program: Program, names: frozenset[str]) -> list[Way]:
    """Return the functions that write one of these variables, transfers left out."""
    return [
        (entry, effect_guard(entry, effect), effect.node)
        for entry in program.changing
        if entry.name not in _MOVES and not once_only(program, entry)
        for effect in entry.writes()
        if effect.name in names and lasting(entry, effect)
    ]
