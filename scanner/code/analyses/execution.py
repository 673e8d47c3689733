"""Execution: calls that approved proposals make, and calls that anyone can make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from scanner.code.analyses.answers import known, unresolved, unsupported
from scanner.code.analyses.guards import all_clauses, effect_guard, guard_of, lasting, once_only, strength, switched
from scanner.code.analyses.known_calls import PROOF_CHECKS
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import (
    CODEHASH,
    DATA,
    FIXED_SELECTOR,
    TIME,
    ZERO,
    Atom,
    Clause,
    Clauses,
    Labels,
    flat,
)
from scanner.model.kinds import Guard
from scanner.model.observation import BoolObs, StrObs

_TIMELOCK_CALLS = frozenset({"executeTransaction", "executeBatch", "execute", "executeTransactions"})
_QUICK = re.compile(r"emergency|fast_?track|expedit|instant|immediate", re.I)
_UNREAD = {
    "delegatecall": re.compile(r"\b(delegatecall|callcode)\s*\("),
    "low-level": re.compile(r"\bcall\s*\("),
}
_CALL_KINDS = ("low-level", "delegatecall", "call")


@dataclass(frozen=True)
class Way:
    """A function that makes the calls of an approved proposal or operation, and one of those calls."""

    entry: Entry
    effect: Effect
    clauses: Clauses


def execution_ways(program: Program) -> list[Way]:
    """Return every way in which stored or approved calls are made, by function."""
    ways: list[Way] = []
    for entry in program.changing:
        for effect in entry.effects:
            if effect.kind in _CALL_KINDS and lasting(entry, effect):
                clauses = all_clauses(entry, effect)
                if _is_execution(effect, clauses):
                    ways.append(Way(entry, effect, clauses))
    return ways


def _is_execution(effect: Effect, clauses: Clauses) -> bool:
    if effect.kind == "call":
        handed_on = any(label[0] in ("arg", "state") for label in flat(effect.all_inputs))
        return effect.name in _TIMELOCK_CALLS and handed_on and bool(clauses)
    called = effect.kind == "delegatecall" or FIXED_SELECTOR in effect.all_inputs
    if not called and not any(label[0] in ("arg", "state", "data") for label in effect.all_inputs):
        # Value goes to somebody and nothing is called.
        return False
    stored = [label for label in effect.target if label[0] == "state" and _picked(label[2])]
    if stored:
        return True
    if not _arguments(effect.target):
        return False
    signed = guard_of(clauses).guard is Guard.PROOF and _chosen(effect.all_inputs)
    return signed or approved(effect.target, clauses)


def _picked(keys: Labels) -> bool:
    return any(label[0] in ("arg", "state") for label in keys)


def _arguments(labels: Labels) -> Labels:
    return frozenset(label for label in labels if label[0] == "arg")


def approved(target: Labels, clauses: Clauses) -> bool:
    """Whether a call's target must agree with something stored: an allow-list, a queued hash, a signature."""
    chosen = _arguments(target)
    return any(clause and all(_binds(atom, chosen) for atom in clause) for clause in clauses)


def _binds(atom: Atom, chosen: Labels) -> bool:
    labels = flat(atom.labels)
    if atom.op == "falsy" or (atom.op == "!=" and ZERO not in (atom.left, atom.right)):
        return False
    if not labels & chosen:
        return False
    if any(label[0] == "ext" and label[1] in PROOF_CHECKS for label in labels):
        return True
    return any(label[0] == "state" for label in labels)


def execution_context(program: Program) -> StrObs:
    """Return how approved calls are made: call, delegatecall, or delegatecall to code whose hash was approved."""
    ways = execution_ways(program)
    if not ways:
        return unsupported(program, "this code executes no proposals or queued operations")
    delegating = [way for way in ways if way.effect.kind == "delegatecall"]
    if not delegating:
        return known(program, "call", [way.effect.node for way in ways])
    unbound = [way for way in delegating if not _binds_codehash(way.clauses)]
    if unbound:
        return known(program, "delegatecall", [way.effect.node for way in unbound], "the target's code is not bound")
    return known(program, "delegatecall-bound", [way.effect.node for way in delegating], "the code hash is compared")


def _binds_codehash(clauses: Clauses) -> bool:
    for clause in clauses:
        if clause and all(atom.op == "==" and CODEHASH in flat(atom.labels) and _stored(atom) for atom in clause):
            return True
    return False


def _stored(atom: Atom) -> bool:
    return any(label[0] in ("state", "arg") for label in flat(atom.labels))


def normal_way(ways: list[Way]) -> Way | None:
    """Return the way with the longest wait: the one that looks at the most conditions about time."""
    if len({way.entry.signature for way in ways}) == 1:
        return ways[0]
    plain = [way for way in ways if not _QUICK.search(way.entry.name)]
    return max(plain, key=lambda way: (len(waits(way.clauses)), way.entry.signature), default=None)


def waits(clauses: Clauses) -> frozenset[Clause]:
    """Return the clauses that compare the time with something."""
    return frozenset(c for c in clauses if any(TIME in flat(atom.labels) for atom in c))


def is_quicker(way: Way, normal: Way) -> bool:
    """Whether a way of execution, open to those who vote, lacks what the normal one waits for."""
    if effect_guard(way.entry, way.effect).guard is Guard.CALLER or way.entry is normal.entry:
        return False
    if _QUICK.search(way.entry.name):
        return True
    return bool(waits(normal.clauses)) and not waits(way.clauses) and _by_votes(way.clauses)


def _by_votes(clauses: Clauses) -> bool:
    """Whether a count of votes is compared."""
    for clause in clauses:
        for atom in clause:
            names = " ".join(str(label[1]) for label in flat(atom.labels) if label[0] in ("state", "ext")).lower()
            if atom.op in (">", ">=", "<", "<=") and re.search(r"vote|for|roots|approv|support", names):
                return True
    return False


def emergency_execution(program: Program) -> BoolObs:
    """Return whether votes can execute a proposal by a second, quicker way (Beanstalk's emergencyCommit)."""
    ways = execution_ways(program)
    if not ways:
        return unsupported(program, "this code executes no proposals")
    normal = normal_way(ways)
    if normal is None:
        return unresolved(program, "which way of execution is the normal one could not be decided",
                          [way.entry.function for way in ways])  # fmt: skip
    quicker = [way for way in ways if way is not normal and is_quicker(way, normal)]
    if quicker:
        elements = [part for way in quicker for part in (way.entry.function, way.effect.node)]
        names = ", ".join(sorted({way.entry.signature for way in quicker}))
        return known(program, True, elements, f"{names} executes without the wait of {normal.entry.signature}")
    return known(program, False, [way.entry.function for way in ways], "no quicker way of execution")


def arbitrary_delegatecall(program: Program) -> BoolObs:
    """Return whether anyone can make this code run code of their choice in its own storage."""
    return _arbitrary(program, "delegatecall")


def arbitrary_call(program: Program) -> BoolObs:
    """Return whether anyone can make this code call a target of their choice with data of their choice."""
    return _arbitrary(program, "low-level")


def _arbitrary(program: Program, kind: str) -> BoolObs:
    open_ways = [
        (entry, effect)
        for entry in program.changing
        for effect in entry.effects
        if effect.kind == kind and _open(program, entry, effect)
    ]
    if open_ways:
        elements = [part for entry, effect in open_ways for part in (entry.function, effect.node)]
        names = ", ".join(sorted({entry.signature for entry, _ in open_ways}))
        if all(switched(all_clauses(entry, effect)) for entry, effect in open_ways):
            return unresolved(program, f"state decides whether anyone can: {names}", elements)
        return known(program, True, elements, f"by {names}")
    unread = _in_old_assembly(program, _UNREAD[kind])
    if unread:
        return unresolved(program, f"a {kind} call in assembly that the compiler hands on as plain text", unread)
    return known(program, False)


def _open(program: Program, entry: Entry, effect: Effect) -> bool:
    if not lasting(entry, effect) or not _chosen(effect.target) or once_only(program, entry):
        return False
    if effect.kind == "low-level" and (not _chosen(effect.all_inputs) or FIXED_SELECTOR in effect.all_inputs):
        return False
    if strength(effect_guard(entry, effect).guard) > strength(Guard.PAYMENT):
        return False
    return not approved(effect.target, all_clauses(entry, effect))


def _chosen(labels: Labels) -> bool:
    return any(label[0] == "arg" or label == DATA for label in labels)


def selfdestruct_reachable(program: Program) -> BoolObs:
    """Return whether a SELFDESTRUCT can be reached from outside, whatever guards it."""
    return _reachable(program, "selfdestruct", re.compile(r"\b(selfdestruct|suicide)\s*\("))


def delegatecall_reachable(program: Program) -> BoolObs:
    """Return whether a DELEGATECALL can be reached from outside, whatever guards it."""
    return _reachable(program, "delegatecall", _UNREAD["delegatecall"])


def _reachable(program: Program, kind: str, in_assembly: re.Pattern[str]) -> BoolObs:
    found = [effect.node for entry in program.entries for effect in entry.effects if effect.kind == kind]
    found += _in_old_assembly(program, in_assembly)
    return known(program, bool(found), found)


def _in_old_assembly(program: Program, pattern: re.Pattern[str]) -> list[Any]:
    """Return the nodes whose assembly, which compilers before 0.6 give as text, matches."""
    return [
        node
        for function in program.reached
        for node in function.nodes
        if isinstance(node.inline_asm, str) and pattern.search(node.inline_asm)
    ]
