"""What can be done with somebody's units who did not agree: taking, burning, freezing."""

from __future__ import annotations

import re
from typing import Any

from scanner.code.analyses.checkpoints import destroys, recomputed
from scanner.code.analyses.consent import CONSENT, without_holder
from scanner.code.analyses.elsewhere import redirecting_ways, weakest_here
from scanner.code.analyses.guards import all_clauses, lasting, once_only
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import TRANSFERS, Way, no_units, read_by, supply_names, unit_names
from scanner.code.analyses.values import CLEARED, RECOVERED, SENDER, THIS, ZERO, Atom, flat
from scanner.model.observation import StrObs

FREEZE = "freeze"
_MARKED = ("truthy", "falsy", "==", "!=")
_COMPARED = ("<", "<=", ">", ">=")
_BESIDE_MARKS = frozenset({"const", "arg", "sender", "time", "~"})


def confiscation_guard(program: Program) -> StrObs:
    """Return the guard of taking, burning or freezing units of somebody who did not agree (Guard)."""
    units = unit_names(program)
    if not units:
        return no_units(program)
    return weakest_here(program, FREEZE, against_holder(program, units))


def against_holder(
    program: Program, units: frozenset[str], *, seizing: bool = True, freezing: bool = True
) -> list[Way]:
    """Return the ways to take or burn units of somebody who did not agree, and to keep somebody from moving them."""
    marks, amounts = freezing_names(program, units)
    owners = read_by(program, "ownerOf(uint256)") - units
    given = read_by(program, "allowance(address,address)", "isApprovedForAll(address,address)") - units - owners
    ways: list[Way] = []
    for entry in program.changing:
        if once_only(program, entry):
            continue
        burnt = recomputed(entry, units, supply_names(program)) if destroys(entry, units) else []
        for effect in entry.writes():
            takes = _takes(entry, effect, units, owners) or (effect in burnt and _of_another(effect))
            takes = takes or (effect.name in given and _gives_away(entry, effect))
            freezes = _freezes(effect, marks) or (_freezes(effect, amounts) and _keeps_back(entry, effect, units))
            if (seizing and takes) or (freezing and freezes):
                guarded = without_holder(entry, effect, owners)
                if guarded is not None:
                    ways.append((entry, guarded, effect.node))
    return ways + (redirecting_ways(program, FREEZE) if freezing else [])


def _takes(entry: Entry, effect: Effect, units: frozenset[str], owners: frozenset[str]) -> bool:
    if effect.place is None or not lasting(entry, effect) or SENDER in effect.place.keys or not effect.place.keys:
        return False
    others = any(key[0] in ("arg", "state") for key in effect.place.keys)
    if effect.name in units and others:
        return effect.change == "-" or (effect.change == "=" and effect.inputs[0] in CLEARED)
    return effect.name in owners and others and _had_owner(entry, effect, owners) and not _new_unit(entry, units)


def _of_another(effect: Effect) -> bool:
    return effect.place is not None and SENDER not in effect.place.keys


def _gives_away(entry: Entry, effect: Effect) -> bool:
    """Whether a function lets somebody take what another holds, by an argument and not in the holder's own name."""
    place = effect.place
    if place is None or place.keys & {SENDER, THIS, RECOVERED} or not any(key[0] == "arg" for key in place.keys):
        return False
    used_up = any(label[0] == "state" and label[1] == effect.name for label in effect.inputs[0])
    given = effect.change == "+" or (effect.change == "=" and effect.inputs[0] not in CLEARED and not used_up)
    return given and lasting(entry, effect)


def _had_owner(entry: Entry, effect: Effect, owners: frozenset[str]) -> bool:
    """Whether a unit that changes hands had an owner before: a mint gives one that had none."""
    for clause in all_clauses(entry, effect):
        for atom in clause:
            about_owner = any(label[0] == "state" and label[1] in owners for label in flat(atom.labels))
            if about_owner and atom.op == "==" and ZERO in (atom.left, atom.right):
                return False
    return True


def _new_unit(entry: Entry, units: frozenset[str]) -> bool:
    """Whether somebody has one unit more afterwards and nobody one less: the unit is new."""
    counted = [e for e in entry.writes() if e.name in units and lasting(entry, e)]
    return any(e.change == "+" for e in counted) and not any(e.change == "-" for e in counted)


def _freezes(effect: Effect, names: frozenset[str]) -> bool:
    place = effect.place
    return place is not None and effect.name in names and bool(place.keys) and not place.keys & {SENDER, RECOVERED}


def _keeps_back(entry: Entry, effect: Effect, units: frozenset[str]) -> bool:
    """Whether an amount or a time that is set for somebody holds back what they had: not in a transfer, which sets it
    for what comes in, and not beside as many new units, or for a unit that is new."""
    named = effect.place is not None and any(key[0] == "arg" for key in effect.place.keys)
    if entry.name in TRANSFERS or not named or (effect.change == "=" and _new_unit(entry, units)):
        return False
    if effect.change != "+" or effect.place is None:
        return True
    keys = effect.place.keys
    return not any(e.change == "+" and e.place and e.place.keys == keys for e in entry.writes() if e.name in units)


def freezing_names(program: Program, units: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the marks per account that transfers look at (block lists, allow lists), and the amounts and times per
    account that they compare with (frozen parts, locks)."""
    marks: set[str] = set()
    amounts: set[str] = set()
    for entry in program.changing:
        if entry.name not in TRANSFERS:
            continue
        for clause in entry.summary.exit_clauses:
            found = {str(label[1]) for atom in clause for label in atom.labels if is_mark(label, units)}
            asked = [atom for atom in clause if not _exempts(atom)]
            if all(_looks_at_mark(atom, units) for atom in asked):
                marks |= found
            elif all(_looks_at_mark(atom, units) or _compares_mark(atom, units) for atom in asked):
                amounts |= found
    counted = read_by(program, "getVotes(address)", "numCheckpoints(address)", "delegates(address)")
    return frozenset(marks), frozenset(amounts - marks - counted)  # what counts votes moves with units and holds none


def _exempts(atom: Atom) -> bool:
    """Whether an atom asks that a party of the transfer be somebody whom the contract names: others are asked more."""
    for one, other in ((atom.left, atom.right), (atom.right, atom.left)):
        party = len(one) == 1 and next(iter(one))[0] in ("arg", "sender")
        if atom.op == "==" and party and other and all(_named_here(label) for label in other):
            return True
    return False


def _named_here(label: tuple[Any, ...]) -> bool:
    return label == THIS or label[0] == "const" or (label[0] == "state" and not label[2])


def _looks_at_mark(atom: Atom, units: frozenset[str]) -> bool:
    """Whether an atom does nothing but ask for a mark: set, unset, or compared with a constant."""
    if atom.op not in _MARKED:
        return False
    return all(label[0] == "const" or is_mark(label, units) for label in atom.labels)


def _compares_mark(atom: Atom, units: frozenset[str]) -> bool:
    """Whether an atom holds an amount, a balance or the time against what is kept for an account."""
    if atom.op not in _COMPARED or not any(is_mark(label, units) for label in atom.labels):
        return False
    return all(
        label[0] in _BESIDE_MARKS or is_mark(label, units) or (label[0] == "state" and label[1] in units)
        for label in atom.labels
    )


def is_mark(label: tuple[Any, ...], units: frozenset[str]) -> bool:
    """Whether a label is something other than units that is kept for one account: of an argument, or of the caller."""
    if label[0] != "state" or label[1] in units or CONSENT.search(label[1]) or re.search("owner", label[1], re.I):
        return False
    kinds = {key[0] for key in label[2]}
    return bool(kinds & {"arg", "sender"}) and len([key for key in label[2] if key[0] in ("arg", "sender")]) == 1
