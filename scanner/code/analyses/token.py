"""Units of voting power: who can create, move, stop or take them."""

from __future__ import annotations

import re
from typing import Any

from scanner.code.analyses.answers import known, lines, unresolved, unsupported, weakest_way
from scanner.code.analyses.checkpoints import dates, destroys, recomputed
from scanner.code.analyses.guards import (
    Guarded,
    all_clauses,
    effect_guard,
    entry_guard,
    guard_of,
    lasting,
    once_only,
    strength,
)
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import (
    CLEARED,
    NEVER,
    RECOVERED,
    SENDER,
    THIS,
    ZERO,
    Atom,
    Clause,
    Clauses,
    Label,
    Labels,
    flat,
)
from scanner.code.analyses.voting import tallies, vote_entries
from scanner.model.kinds import Guard
from scanner.model.observation import BoolObs, Known, StrObs

NO_UNITS = "this code keeps no units of voting power"
FLASH_LOAN = "0x5cffe9de"
"""flashLoan(address,address,uint256,bytes), ERC-3156."""

_MINTS = frozenset({"_mint", "_safeMint", "_mintBatch", "_mintVotes"})
_TRANSFERS = ("transfer", "transferFrom", "safeTransferFrom", "safeBatchTransferFrom")
_PAUSES = re.compile(
    r"^(pause|unpause|setPaused|togglePause|emergencyStop|setTransfersEnabled|freezeAll|stop|start)$", re.I
)
_PAUSE_FLAG = re.compile(r"paus|stopped|halted|frozen$|enabled|transferab", re.I)
_HOLDERS = re.compile(r"owner|holder", re.I)
_CONSENT = re.compile(r"allowance|approv|operator|permit|nonce", re.I)


def unit_names(program: Program) -> frozenset[str]:
    """Return the names of the state variables that hold units per account: what balanceOf reads."""
    return _read_by(program, "balanceOf(address)", "balanceOf(address,uint256)", "shares(address)", "members(address)")


def supply_names(program: Program) -> frozenset[str]:
    """Return the names of the state variables that hold the number of all units."""
    return _read_by(program, "totalSupply()", "totalShares()") - unit_names(program)


def _read_by(program: Program, *signatures: str) -> frozenset[str]:
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
        return unsupported(program, NO_UNITS)
    return weakest_way(program, mint_ways(program))


def mint_ways(program: Program) -> list[Way]:
    """Return the ways to create units of voting power."""
    kept = unit_names(program) | power_names(program)
    return [way for entry in program.changing if (way := _minting(program, entry, kept)) is not None]


def _minting(program: Program, entry: Entry, units: frozenset[str]) -> Way | None:
    moves = entry.name in _TRANSFERS and any(e.change == "-" for e in entry.writes())
    if entry.selector == FLASH_LOAN or once_only(program, entry) or moves:
        return None
    supply = supply_names(program)
    created = [e for e in entry.writes() if e.name in supply and e.change == "+" and lasting(entry, e)]
    if not created:
        created = _credited(entry, units)
    if not created and not destroys(entry, units | supply):
        created = recomputed(entry, units, supply)
    if created:
        worst = min((effect_guard(entry, e) for e in created), key=lambda guarded: strength(guarded.guard))
        if strength(worst.guard) < strength(Guard.PAYMENT) and _gives_up(entry, units):
            worst = Guarded(Guard.PAYMENT, worst.clause)
        return entry, worst, created[0].node
    if entry.summary.called & _MINTS and not any(e.name in units or e.name in supply for e in entry.writes()):
        return entry, entry_guard(entry), None
    return None


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


def transfer_restricted(program: Program) -> BoolObs:
    """Return whether an ordinary holder is kept from transferring to somebody of their choice."""
    units = unit_names(program)
    if not units:
        return unsupported(program, NO_UNITS)
    transfers = [entry for entry in program.changing if entry.name in _TRANSFERS]
    if not transfers:
        return known(program, True, (), "no transfer function")
    answers = [_restriction(entry, units) for entry in transfers]
    functions = [entry.function for entry in transfers]
    if all(answer == "closed" for answer in answers):
        return known(program, True, functions, "no path of the transfer functions moves units")
    if "listed" in answers:
        return known(program, True, functions, "a party of the transfer must be on a list")
    if "switch" in answers:
        return unresolved(program, "a switch in state decides whether holders can transfer", functions)
    return known(program, False, functions)


def _restriction(entry: Entry, units: frozenset[str]) -> str:
    """Return closed (never moves anything), listed (a party must be allowed), switch (state decides) or free."""
    moves = [e for e in entry.writes() if lasting(entry, e) and (e.name in units or e.change in ("+", "-"))]
    owners = [e for e in entry.writes() if lasting(entry, e) and e.place is not None and e.place.keys]
    if entry.summary.exit_clauses == NEVER or not (moves or owners):
        return "closed"
    clauses = entry.summary.exit_clauses
    if any(_refuses_holders(clause) for clause in clauses):
        return "closed"
    if any(_asks_for_listing(clause, units) for clause in clauses):
        return "listed"
    if any(_is_switch(clause) for clause in clauses):
        return "switch"
    return "free"


def _refuses_holders(clause: Clause) -> bool:
    """Whether a clause asks that a party be the zero address or the contract's own, which holders are not."""
    return bool(clause) and all(
        atom.op == "=="
        and ZERO in (atom.left, atom.right)
        and any(label[0] in ("arg", "state") for label in atom.labels)
        for atom in clause
    )


def _asks_for_listing(clause: Clause, units: frozenset[str]) -> bool:
    return bool(clause) and all(_lists(atom, units) for atom in clause)


def _lists(atom: Atom, units: frozenset[str]) -> bool:
    """Whether an atom asks that a party be marked in a list, or that another contract agree."""
    if atom.op != "truthy":
        return False
    for label in atom.left:
        parties = {key[0] for key in flat(label[2])} & {"arg", "sender"} if label[0] in ("state", "ext") else set()
        if not parties:
            continue
        if _is_mark(label, units):
            return True
        if label[0] == "ext" and label[1] in _TRANSFER_CHECKS:
            return True
    return False


_TRANSFER_CHECKS = frozenset({"canTransfer", "isVerified", "canSend", "canReceive", "isTransferAllowed", "hasRole"})


def _is_switch(clause: Clause) -> bool:
    """Whether a clause asks for a flag that stands alone in state, other than a pause."""
    if len(clause) != 1:
        return False
    (atom,) = clause
    if atom.op != "truthy" or len(atom.left) != 1:
        return False
    (label,) = atom.left
    return bool(label[0] == "state" and not label[2])


def pause_guard(program: Program) -> StrObs:
    """Return the guard of pausing (Guard): of the functions that set what transfers or other functions look at."""
    return weakest_way(program, pause_ways(program))


def pause_ways(program: Program) -> list[Way]:
    """Return the ways to set what transfers or other functions look at."""
    flags = _flags(program)
    ways: list[Way] = []
    for entry in program.changing:
        if once_only(program, entry):
            continue
        written = [e for e in entry.writes() if e.name in flags and e.change == "="]
        if written or (
            _PAUSES.match(entry.name) and any(e.change == "=" and _PAUSE_FLAG.search(e.name) for e in entry.writes())
        ):
            effect = written[0] if written else entry.writes()[0]
            ways.append((entry, effect_guard(entry, effect), effect.node))
    return ways


def _flags(program: Program) -> frozenset[str]:
    """Return the flags that stop a function while they are set, by name and by how they are asked."""
    found: set[str] = set()
    for entry in program.changing:
        for clause in entry.summary.exit_clauses:
            for atom in clause:
                names = {label[1] for label in atom.labels if label[0] == "state" and not label[2]}
                if atom.op in ("falsy", "truthy", "==", "!=") and len(names) == 1:
                    found |= {
                        name for name in names if _PAUSE_FLAG.search(name) and not re.search(r"initiali", name, re.I)
                    }
    return frozenset(found)


def confiscation_guard(program: Program) -> StrObs:
    """Return the guard of taking, burning or freezing units of somebody who did not agree (Guard)."""
    units = unit_names(program)
    if not units:
        return unsupported(program, NO_UNITS)
    return weakest_way(program, against_holder(program, units))


def against_holder(
    program: Program, units: frozenset[str], *, seizing: bool = True, freezing: bool = True
) -> list[Way]:
    """Return the ways to take or burn units of somebody who did not agree, and to keep somebody from moving them."""
    freezers = _freezing_names(program, units)
    owners = _read_by(program, "ownerOf(uint256)") - units
    ways: list[Way] = []
    for entry in program.changing:
        if once_only(program, entry):
            continue
        burnt = recomputed(entry, units, supply_names(program)) if destroys(entry, units) else []
        for effect in entry.writes():
            takes = seizing and (_takes(entry, effect, units, owners) or (effect in burnt and _of_another(effect)))
            if takes or (freezing and _freezes(effect, freezers)):
                guarded = _without_holder(entry, effect)
                if guarded is not None:
                    ways.append((entry, guarded, effect.node))
    return ways


def _takes(entry: Entry, effect: Effect, units: frozenset[str], owners: frozenset[str]) -> bool:
    if effect.place is None or not lasting(entry, effect) or SENDER in effect.place.keys or not effect.place.keys:
        return False
    others = any(key[0] in ("arg", "state") for key in effect.place.keys)
    if effect.name in units and others:
        return effect.change == "-" or (effect.change == "=" and effect.inputs[0] in CLEARED)
    return effect.name in owners and others and _had_owner(entry, effect, owners)


def _of_another(effect: Effect) -> bool:
    return effect.place is not None and SENDER not in effect.place.keys


def _had_owner(entry: Entry, effect: Effect, owners: frozenset[str]) -> bool:
    """Whether a unit that changes hands had an owner before: a mint gives one that had none."""
    for clause in all_clauses(entry, effect):
        for atom in clause:
            about_owner = any(label[0] == "state" and label[1] in owners for label in flat(atom.labels))
            if about_owner and atom.op == "==" and ZERO in (atom.left, atom.right):
                return False
    return True


def _freezes(effect: Effect, names: frozenset[str]) -> bool:
    place = effect.place
    return place is not None and effect.name in names and bool(place.keys) and not place.keys & {SENDER, RECOVERED}


def _freezing_names(program: Program, units: frozenset[str]) -> frozenset[str]:
    """Return the marks per account that transfers look at: block lists, allow lists, frozen amounts."""
    found: set[str] = set()
    for entry in program.changing:
        if entry.name not in _TRANSFERS:
            continue
        for clause in entry.summary.exit_clauses:
            if all(_looks_at_mark(atom, units) for atom in clause):
                found |= {str(label[1]) for atom in clause for label in atom.labels if _is_mark(label, units)}
    return frozenset(found)


def _looks_at_mark(atom: Atom, units: frozenset[str]) -> bool:
    """Whether an atom does nothing but ask for a mark: set, unset, or compared with a constant."""
    if atom.op not in ("truthy", "falsy", "==", "!="):
        return False
    return all(label[0] == "const" or _is_mark(label, units) for label in atom.labels)


def _is_mark(label: tuple[Any, ...], units: frozenset[str]) -> bool:
    if label[0] != "state" or label[1] in units or _CONSENT.search(label[1]) or "owner" in label[1].lower():
        return False
    kinds = {key[0] for key in label[2]}
    return bool(kinds & {"arg", "sender"}) and len([key for key in label[2] if key[0] in ("arg", "sender")]) == 1


def _without_holder(entry: Entry, effect: Effect) -> Guarded | None:
    """Return the guard of an effect on somebody else's units; None where the holder has to agree."""
    clauses = all_clauses(entry, effect)
    victim = frozenset(key for key in effect.place.keys if key[0] == "arg") if effect.place is not None else frozenset()
    holder = victim | _said_to_hold(clauses, victim)
    if _spends_allowance(entry, victim) or any(_agrees(clause, holder) for clause in clauses):
        return None
    return guard_of(_of_the_contract(clauses))


def _said_to_hold(clauses: Clauses, victim: Labels) -> Labels:
    """Return the arguments that a condition holds to be the holder of a unit: `from == ownerOf[id]` (ERC-721)."""
    found: set[Label] = set()
    for atom in (atom for clause in clauses if len(clause) == 1 for atom in clause if atom.op == "=="):
        for named, held in ((atom.left, atom.right), (atom.right, atom.left)):
            if any(label[0] == "state" and label[2] & victim and _HOLDERS.search(label[1]) for label in held):
                found |= {label for label in named if label[0] == "arg"}
    return frozenset(found)


def _spends_allowance(entry: Entry, victim: Labels) -> bool:
    return any(
        e.place is not None and e.place.keys & {SENDER, THIS} and victim <= e.place.keys and bool(victim)
        for e in entry.writes()
        if e.change == "-" or _CONSENT.search(e.name)
    )


def _agrees(clause: Clause, victim: Labels) -> bool:
    """Whether every alternative of a clause is the holder's own act or permission."""
    return bool(clause) and all(_is_consent(atom, victim) for atom in clause)


def _is_consent(atom: Atom, victim: Labels) -> bool:
    sides = (atom.left, atom.right)
    if atom.op == "==" and any(side in ({SENDER}, {RECOVERED}) for side in sides):
        other = atom.right if atom.left in ({SENDER}, {RECOVERED}) else atom.left
        if other & victim:
            return True
        # The holder of the unit that was named.
        return any(label[0] == "state" and _held_by(label, victim) for label in other)
    for label in atom.labels:
        if label[0] == "ext" and label[1] == "isValidSignatureNow" and label[2] & victim:
            return True
        spender = label[0] == "state" and bool(label[2] & {SENDER, THIS})
        if spender and (label[2] & victim or _CONSENT.search(label[1])):
            return True
    return False


def _held_by(label: Label, victim: Labels) -> bool:
    named = any(key[0] == "arg" for key in label[2])
    return bool(label[2] & victim) or (named and re.search("owner|approv|holder", label[1], re.I) is not None)


def _of_the_contract(clauses: Clauses) -> Clauses:
    return frozenset(clause for clause in clauses if clause)


def flash_mint(program: Program) -> BoolObs:
    """Return whether units can be minted for one transaction (ERC-3156)."""
    if not unit_names(program):
        return unsupported(program, NO_UNITS)
    supply = supply_names(program) | unit_names(program)
    for entry in program.changing:
        creates = any(e.name in supply and e.change == "+" for e in entry.writes()) or bool(
            entry.summary.called & _MINTS
        )
        if entry.selector == FLASH_LOAN and creates:
            return Known(value=True, evidence=lines(program, [entry.function]), derivation=entry.signature)
    return known(program, False)
