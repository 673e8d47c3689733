"""Members: how they are removed, how they leave with their share, what they must show to come in."""

from __future__ import annotations

import re
from typing import Any

from scanner.code.analyses.answers import known, weakest_way
from scanner.code.analyses.guards import IDENTITY_CHECKS, effect_guard, entry_guard, once_only
from scanner.code.analyses.program import Entry, Program, selector_of
from scanner.code.analyses.signatures import selectors_of
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import power_names, supply_names, unit_names
from scanner.code.analyses.values import (
    CLEARED,
    NATIVE_BALANCE,
    NOTHING,
    SENDER,
    THIS,
    ZERO,
    Clause,
    Clauses,
    Labels,
    flat,
)
from scanner.model.observation import BoolObs, StrObs

_EXPELS = re.compile(
    r"^(remove|kick|expel|ban|jail|evict|revoke|burn|delete|unlist)_?(Members?|Voters?|Participants?|Users?|Citizens?|"
    r"Shareholders?|Badge|Membership|Owners?|Address(es)?)$|^(ragekick|guildKick|submitGuildKickProposal|jailMember|kick|ban)$",
    re.I,
)
_RAGEQUIT = re.compile(r"^rage_?quit", re.I)
_FORK_SELECTORS = frozenset(
    selector_of(signature)
    for signature in (
        "joinFork(uint256[],uint256[],string)",
        "escrowToFork(uint256[],uint256[],string)",
        "quit(uint256[])",
    )
)
_REDEEM_SELECTORS = frozenset(
    selector_of(signature) for signature in ("redeem(uint256,address,address)", "withdraw(uint256,address,address)")
)
_SYBIL_CALLS = frozenset({"validateProof", "verifyAnonAadhaarProof", "isHuman", "isUniqueHuman"})


def expulsion_guard(program: Program) -> StrObs:
    """Return the guard of removing a member (Guard); "no-function" where members cannot be removed by name."""
    power = power_names(program)
    ways: list[tuple[Entry, Any, Any]] = []
    for entry in program.changing:
        if once_only(program, entry):
            continue
        removed = [effect for effect in entry.writes() if _removes(effect, power, entry.summary.exit_clauses)]
        if removed:
            ways.append((entry, effect_guard(entry, removed[0]), removed[0].node))
        elif _EXPELS.match(entry.name) and _about_others(entry):
            ways.append((entry, entry_guard(entry), None))
    return weakest_way(program, ways)


def _removes(effect: Effect, power: frozenset[str], clauses: Clauses) -> bool:
    """Whether a membership mark of somebody else is cleared, or set to what the caller says: that may be nothing."""
    place = effect.place
    if place is None or effect.name not in power or SENDER in place.keys or not place.keys:
        return False
    if effect.change != "=":
        return False
    given = effect.inputs[0]
    told = bool(given) and all(label[0] == "arg" for label in given)
    return given in CLEARED or (told and not any(_above_nothing(clause, given) for clause in clauses))


def _above_nothing(clause: Clause, given: Labels) -> bool:
    """Whether a condition asks that what the caller says is more than nothing."""
    more = (("truthy", given, NOTHING), ("!=", given, ZERO), (">", given, ZERO), ("<", ZERO, given))
    return bool(clause) and all((atom.op, atom.left, atom.right) in more for atom in clause)


def _about_others(entry: Entry) -> bool:
    return bool(entry.parameters) and any(effect.kind in ("write", "call") for effect in entry.effects)


def exit_right(program: Program) -> StrObs:
    """Return how a member can leave with a share of what the contract holds: ragequit, fork, redeem or none."""
    for entry in program.changing:
        if _RAGEQUIT.match(entry.name):
            return known(program, "ragequit", [entry.function], entry.signature)
    for entry in program.changing:
        if entry.selector in _FORK_SELECTORS:
            return known(program, "fork", [entry.function], entry.signature)
    units = unit_names(program) | power_names(program)
    for entry in program.changing:
        if entry.selector in _REDEEM_SELECTORS or _redeems(program, entry, units):
            return known(program, "redeem", [entry.function], entry.signature)
    return known(program, "none", (), "no function pays a member's share out")


def _redeems(program: Program, entry: Entry, units: frozenset[str]) -> bool:
    """Whether a function burns the caller's units and pays out in proportion to all of them."""
    burned = [
        e
        for e in entry.writes()
        if e.name in units and e.place is not None and SENDER in e.place.keys and e.change == "-"
    ]
    if not burned:
        return False
    supply = supply_names(program)
    for effect in entry.effects:
        if effect.kind not in ("send", "low-level", "call"):
            continue
        amount = flat(effect.sent.union(*effect.inputs))
        shared = any(label[0] == "state" and label[1] in supply for label in amount)
        if shared and _of_the_treasury(amount):
            return True
    return False


def _of_the_treasury(amount: Labels) -> bool:
    return (
        NATIVE_BALANCE in amount
        or any(label[0] == "ext" and label[1] == "balanceOf" for label in amount)
        or THIS in amount
    )


def sybil_gate(program: Program) -> BoolObs:
    """Return whether the code asks for a proof that a person is counted once (domain: gate.humanity, set proofs)."""
    wanted = selectors_of("gate.humanity") | selectors_of("anon.zk_membership", "World ID / Semaphore v3")
    return _gate(program, wanted, _SYBIL_CALLS)


def identity_gate(program: Program) -> BoolObs:
    """Return whether the code asks another contract who somebody is (ERC-3643, EAS, Quadrata, Civic …)."""
    reads = frozenset({"isClaimValid", "canTransfer", "detectTransferRestriction", "canSend", "canReceive"})
    return _gate(program, selectors_of("gate.identity"), IDENTITY_CHECKS | reads, named=IDENTITY_CHECKS | reads)


def sanctions_gate(program: Program) -> BoolObs:
    """Return whether the code asks a sanctions oracle about somebody."""
    return _gate(program, selectors_of("gate.sanctions"), frozenset({"isSanctioned", "isSanctionedVerbose"}))


def _gate(
    program: Program, wanted: frozenset[str], names: frozenset[str], *, named: frozenset[str] | None = None
) -> BoolObs:
    """Return whether a call asks one of these questions; `named` narrows the selectors to functions of these names."""
    asked = [
        effect
        for entry in program.changing
        for effect in entry.effects
        if effect.kind in ("static", "call") and effect.signature and _asks(effect, wanted, names, named)
    ]
    found = ", ".join(sorted({effect.signature for effect in asked}))
    return known(program, bool(asked), [effect.node for effect in asked], f"calls {found}" if asked else "")


def _asks(effect: Effect, wanted: frozenset[str], names: frozenset[str], named: frozenset[str] | None) -> bool:
    if selector_of(effect.signature) in wanted and (named is None or effect.name in named):
        return True
    return effect.name in names and effect.kind == "static"
