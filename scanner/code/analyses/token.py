"""Units of voting power: who can create them, and whether they move."""

from __future__ import annotations

from typing import Any

from scanner.code.analyses.answers import known, lines, unresolved, unsupported, weakest_way
from scanner.code.analyses.checkpoints import dates, destroys, recomputed
from scanner.code.analyses.guards import Guarded, all_clauses, effect_guard, entry_guard, lasting, once_only, strength
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.quotas import filled_guard
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import CLEARED, SENDER, Labels, flat, negate
from scanner.code.analyses.voting import tallies, vote_entries
from scanner.model.kinds import Guard
from scanner.model.observation import BoolObs, Known, StrObs, Unknown

_NO_UNITS = "this code keeps no units of voting power"
_KEPT_ELSEWHERE = "balanceOf answers what another contract keeps: who changes that is not in this code"
FLASH_LOAN = "0x5cffe9de"
"""flashLoan(address,address,uint256,bytes), ERC-3156."""

_MINTS = frozenset({"_mint", "_safeMint", "_mintBatch", "_mintVotes"})
TRANSFERS = ("transfer", "transferFrom", "safeTransferFrom", "safeBatchTransferFrom")


def unit_names(program: Program) -> frozenset[str]:
    """Return the names of the state variables that hold units per account: what balanceOf reads."""
    return read_by(program, "balanceOf(address)", "balanceOf(address,uint256)", "shares(address)", "members(address)")


def supply_names(program: Program) -> frozenset[str]:
    """Return the names of the state variables that hold the number of all units."""
    return read_by(program, "totalSupply()", "totalShares()") - unit_names(program)


def no_units(program: Program) -> Unknown:
    """Return why nothing is said of units: there are none, or another contract keeps them."""
    shown = program.entry("balanceOf(address)")
    if shown is not None and any(label[0] == "ext" for label in flat(shown.summary.result.labels)):
        return unresolved(program, _KEPT_ELSEWHERE, [shown.function])
    return unsupported(program, _NO_UNITS)


def read_by(program: Program, *signatures: str) -> frozenset[str]:
    """Return the names of the state variables that these views answer from."""
    found: set[str] = set()
    for signature in signatures:
        if signature in program.getters:
            found.add(str(program.getters[signature].name))
        entry = program.entry(signature)
        if entry is not None:
            found |= {str(label[1]) for label in entry.summary.result.labels if label[0] == "state"}
    return frozenset(found)


def power_names(program: Program) -> frozenset[str]:
    """Return the state variables that give a caller weight in a vote: deposits, shares, membership marks."""
    found: set[str] = set()
    for entry in vote_entries(program):
        marked = {effect.name for effect in entry.writes()}
        labels: set[Any] = set()
        for effect in tallies(entry):
            labels |= effect.inputs[0]
        for clause in entry.summary.exit_clauses:
            for atom in clause:
                if atom.op in ("truthy", ">", ">=", "!="):
                    labels |= atom.labels
        found |= {
            str(label[1]) for label in labels if label[0] == "state" and label[2] == {SENDER} and label[1] not in marked
        }
    return frozenset(found)


Way = tuple[Entry, Guarded, Any]


def mint_guard(program: Program) -> StrObs:
    """Return the guard of the weakest way to create units of voting power (Guard)."""
    if not unit_names(program) and not power_names(program):
        return no_units(program)
    return weakest_way(program, mint_ways(program))


def mint_ways(program: Program) -> list[Way]:
    """Return the ways to create units of voting power."""
    kept = unit_names(program) | power_names(program)
    return [way for entry in program.changing if (way := _minting(program, entry, kept)) is not None]


def _minting(program: Program, entry: Entry, units: frozenset[str]) -> Way | None:
    if entry.selector == FLASH_LOAN or once_only(program, entry):
        return None
    supply = supply_names(program)
    created = [
        e for e in entry.writes() if e.name in supply and e.change == "+" and lasting(entry, e) and not undone(entry, e)
    ]
    if entry.name in TRANSFERS and any(e.change == "-" for e in entry.writes()):
        created = _beside_a_transfer(entry, units)
    elif not created:
        created = [e for e in _credited(entry, units) if not undone(entry, e)]
        if not created and not destroys(entry, units | supply):
            created = recomputed(entry, units, supply)
    if created:
        guards = (filled_guard(program, entry, all_clauses(entry, e), effect_guard(entry, e)) for e in created)
        worst = min(guards, key=lambda guarded: strength(guarded.guard))
        if strength(worst.guard) < strength(Guard.PAYMENT) and _gives_up(entry, units):
            worst = Guarded(Guard.PAYMENT, worst.clause)
        return entry, worst, created[0].node
    if entry.summary.called & _MINTS and not any(e.name in units or e.name in supply for e in entry.writes()):
        return entry, entry_guard(entry), None
    return None


def undone(entry: Entry, effect: Effect) -> bool:
    """Whether a function takes back what it gave under the same name before it ends, as a flash loan does."""
    given = effect.inputs[0] - _own(effect)
    return any(
        e.name == effect.name and e.change == "-" and e.place == effect.place and e.inputs[0] - _own(e) == given
        for e in entry.writes()
        if e.clauses <= all_clauses(entry, effect) and lasting(entry, e)
    )


def _own(effect: Effect) -> Labels:
    return frozenset(label for label in effect.inputs[0] if label[0] == "state" and label[1] == effect.name)


def _beside_a_transfer(entry: Entry, units: frozenset[str]) -> list[Effect]:
    """Return the units that a transfer gives on a path on which nobody gives any up."""
    moved = [e for e in entry.writes() if e.name in units and lasting(entry, e)]
    taken = [e for e in moved if e.change == "-"]
    return [e for e in moved if e.change == "+" and taken and all(_excludes(e, other) for other in taken)]


def _excludes(one: Effect, other: Effect) -> bool:
    """Whether two effects stand on different branches: what must hold for one rules the other out."""
    for first, second in ((one, other), (other, one)):
        held = {atom for clause in first.clauses if len(clause) == 1 for atom in clause}
        if any(clause and all(negate(atom) in held for atom in clause) for clause in second.clauses):
            return True
    return False


def _gives_up(entry: Entry, units: frozenset[str]) -> bool:
    """Whether the caller pays with a balance of their own that is kept here, and that cannot fall below nothing."""
    return any(
        e.change == "-"
        and e.name not in units
        and e.place is not None
        and e.place.keys == {SENDER}
        and (bool(e.node.scope.is_checked) or "sub" in entry.summary.called)
        for e in entry.writes()
    )


def _credited(entry: Entry, units: frozenset[str]) -> list[Effect]:
    """Return the writes that give units to somebody without taking them from somebody else."""
    writes = [
        e for e in entry.writes() if e.name in units and e.place is not None and e.place.keys and lasting(entry, e)
    ]
    if any(e.change == "-" for e in writes):
        return []
    return [e for e in writes if e.change == "+" or (e.change == "=" and _grants(e) and not dates(e, writes))]


def _grants(effect: Effect) -> bool:
    value = effect.inputs[0]
    return value not in CLEARED and not any(label[0] == "state" for label in value)


def flash_mint(program: Program) -> BoolObs:
    """Return whether units can be minted for one transaction: by ERC-3156, or by a function that gives units, calls
    whom its caller says, and takes them back."""
    if not unit_names(program):
        return no_units(program)
    supply = supply_names(program) | unit_names(program)
    for entry in program.changing:
        given = [e for e in entry.writes() if e.name in supply and e.change == "+"]
        creates = bool(given) or bool(entry.summary.called & _MINTS)
        if (entry.selector == FLASH_LOAN and creates) or (_calls_out(entry) and any(undone(entry, e) for e in given)):
            return Known(value=True, evidence=lines(program, [entry.function]), derivation=entry.signature)
    return known(program, False)


def _calls_out(entry: Entry) -> bool:
    """Whether a function calls its caller, or somebody whom an argument names."""
    return any(
        label == SENDER or label[0] == "arg"
        for effect in entry.effects
        if effect.kind in ("call", "low-level")
        for label in effect.target
    )
