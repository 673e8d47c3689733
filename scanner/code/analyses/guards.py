"""What stands between a stranger and a line of code: conditions read as guards."""

from __future__ import annotations

import re
from typing import NamedTuple

from scanner.code.analyses.known_calls import CALLER_CHECKS, MEMBER_CHECKS, PAYS, PROOF_CHECKS, PULLS
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import (
    CLEARED,
    DERIVED,
    NEVER,
    ORIGIN,
    PAID,
    RECOVERED,
    SENDER,
    THIS,
    TIME,
    ZERO,
    Atom,
    Clause,
    Clauses,
    Label,
    Labels,
    asks_unset,
    conjoin,
    flat,
    negate,
    sorted_key,
)
from scanner.model.kinds import Guard

STRENGTH: tuple[Guard, ...] = (
    Guard.NONE,
    Guard.PAYMENT,
    Guard.PROOF,
    Guard.IDENTITY,
    Guard.MEMBER,
    Guard.CALLER,
)
"""From weak to strong; the weakest way in counts."""

IDENTITY_CHECKS = frozenset(
    {
        "isVerified", "isAttestationValid", "getAttestation", "getAttestationUid", "getAttributes", "getAttributesBulk",
        "getFlashAttributeGTE", "verifyToken", "isClaimValid", "isKYC", "hasKYC", "isAccredited",
    }
)  # fmt: skip

_MEMBER_NAME = re.compile(
    r"balance|share|stake|deposit|vote|member|power|loot|weight|voter|citizen|holder|registered|joined", re.I
)
_OFFICE_NAME = re.compile(r"role|admin|auth|ward|owner|operator|minter|guardian|keeper|govern", re.I)
_ONCE = re.compile(r"initiali[sz]", re.I)


class Guarded(NamedTuple):
    """A guard and the clause that makes it (empty for none)."""

    guard: Guard
    clause: Clause


UNGUARDED = Guarded(Guard.NONE, frozenset())


def strength(guard: Guard) -> int:
    return STRENGTH.index(guard)


def weakest(guards: list[Guarded]) -> Guarded:
    """Return the weakest of several ways in."""
    return min(guards, key=lambda g: (strength(g.guard), sorted_key(g.clause)))


def guard_of(clauses: Clauses) -> Guarded:
    """Return the strongest guard among clauses that all hold."""
    found = UNGUARDED
    for clause in sorted(clauses, key=lambda c: (len(c), sorted_key(c))):
        guard = clause_guard(clause)
        if strength(guard) > strength(found.guard):
            found = Guarded(guard, clause)
    return found


def clause_guard(clause: Clause) -> Guard:
    """Return the guard of the easiest alternative of a clause."""
    guards = [atom_guard(atom) for atom in clause]
    return min(guards, key=strength) if guards else Guard.NONE


def switched(clauses: Clauses) -> Clause:
    """Return a clause under which state decides whether a guard stands: a caller check, or a flag. Else nothing."""
    for clause in sorted(clauses, key=lambda c: (len(c), sorted_key(c))):
        guarding = [atom for atom in clause if strength(atom_guard(atom)) > strength(Guard.PAYMENT)]
        others = [atom for atom in clause if atom not in guarding]
        if guarding and others and all(_about_state_alone(atom) for atom in others):
            return clause
    return frozenset()


def _about_state_alone(atom: Atom) -> bool:
    labels = flat(atom.labels)
    kinds = {str(label[0]) for label in labels}
    return "state" in kinds and not kinds & {"arg", "sender", "value", "ext", "data", "time"}


def entry_guard(entry: Entry) -> Guarded:
    """Return what guards a whole function: what must hold for it to end normally."""
    return _with_payment(guard_of(entry.summary.exit_clauses), entry)


def effect_guard(entry: Entry, effect: Effect) -> Guarded:
    """Return what guards one effect, the checks that come after it included."""
    found = guard_of(all_clauses(entry, effect))
    if strength(found.guard) < strength(Guard.PAYMENT) and any(PAID in part for part in effect.inputs):
        return Guarded(Guard.PAYMENT, found.clause)
    return _with_payment(found, entry)


def all_clauses(entry: Entry, effect: Effect) -> Clauses:
    """Return what must hold for an effect to last."""
    joined = conjoin(effect.clauses, entry.summary.exit_clauses)
    return effect.clauses if joined == NEVER else joined


def lasting(entry: Entry, effect: Effect) -> bool:
    """Whether an effect can last: nothing that must hold at the end contradicts what must hold for it."""
    if entry.summary.exit_clauses == NEVER:
        return False
    for clause in effect.clauses:
        if len(clause) == 1:
            (atom,) = clause
            if frozenset({negate(atom)}) in entry.summary.exit_clauses:
                return False
    return True


def _with_payment(found: Guarded, entry: Entry) -> Guarded:
    if strength(found.guard) < strength(Guard.PAYMENT) and any(pulls_from_caller(e) for e in entry.effects):
        return Guarded(Guard.PAYMENT, found.clause)
    return found


def pulls_from_caller(effect: Effect) -> bool:
    """Whether an effect takes tokens from the caller."""
    return effect.kind == "call" and effect.name in PULLS and bool(effect.inputs) and effect.inputs[0] == {SENDER}


def once_only(program: Program, entry: Entry) -> bool:
    """Whether a function can run a single time: it asks that something be unset, sets it, and nothing unsets it."""
    for clause in entry.summary.exit_clauses:
        for atom in clause:
            for label in atom.labels:
                if label[0] == "state" and _ONCE.search(label[1]):
                    return True
        if len(clause) == 1:
            (atom,) = clause
            names = [label[1] for label in atom.labels if label[0] == "state" and not label[2]]
            if asks_unset(atom) and len(names) == 1 and _sets_for_good(program, entry, names[0]):
                return True
    return False


def _sets_for_good(program: Program, entry: Entry, name: str) -> bool:
    return bool(entry.writes(name)) and not any(
        effect.change == "-" or effect.inputs[0] in CLEARED
        for other in program.changing
        for effect in other.writes(name)
    )


def atom_guard(atom: Atom) -> Guard:
    """Return what one comparison guards against."""
    left, right = flat(atom.left), flat(atom.right)
    if atom.op == "==":
        for one, other in ((atom.left, atom.right), (atom.right, atom.left)):
            if one in ({SENDER}, {ORIGIN}):
                return _compared_with(other)
            if one == {RECOVERED}:
                return Guard.PROOF if _fixed(other) else Guard.NONE
    if atom.op == "==" and any(
        _hashed_for(one, other) for one, other in ((atom.left, atom.right), (atom.right, atom.left))
    ):
        return Guard.PROOF
    if PAID in left | right:
        return Guard.PAYMENT if _asks_for_payment(atom) else Guard.NONE
    if TIME in left | right:
        return Guard.NONE
    if _positive(atom):
        guards = [_label_guard(label, atom) for label in atom.left | atom.right]
        return max(guards, key=strength, default=Guard.NONE)
    if atom.op in ("<=", "<") and any(_keyed_by_caller(label) for label in atom.right):
        return Guard.MEMBER
    return Guard.NONE


def _compared_with(other: Labels) -> Guard:
    """Return the guard of "the caller is `other`"."""
    if other == {ORIGIN} or other == {SENDER} or other == ZERO:
        return Guard.NONE
    guards = [Guard.NONE]
    for label in other:
        if label[0] == "state" or label[0] == "ext":
            chosen = any(key[0] in ("arg", "sender", "recovered") for key in flat(label[2]))
            guards.append(Guard.MEMBER if chosen else Guard.CALLER)
        elif label == THIS or label[0] == "const":
            guards.append(Guard.CALLER)
    if DERIVED in other and any(label[0] == "arg" for label in other):
        return Guard.NONE
    return max(guards, key=strength)


def _hashed_for(one: Labels, other: Labels) -> bool:
    """Whether what is computed of the caller and of arguments must come to what stands in state: a Merkle tree's root
    that a leaf of the caller's own is led up to, whoever wrote the loop."""
    computed = DERIVED in one and SENDER in one and any(label[0] == "arg" for label in one)
    return computed and bool(other) and all(label[0] == "state" and not label[2] for label in other)


def _fixed(labels: Labels) -> bool:
    """Whether a signer is given by the contract and not by the caller."""
    return any(label[0] in ("state", "ext") for label in labels) or any(
        label[0] == "const" and label[1] != "0" for label in labels
    )


def _asks_for_payment(atom: Atom) -> bool:
    if PAID in atom.left:
        return atom.op in (">=", ">", "truthy") or (atom.op == "==" and atom.right != ZERO) or _not_zero(atom)
    return atom.op in ("<=", "<") or (atom.op == "==" and atom.left != ZERO)


def _not_zero(atom: Atom) -> bool:
    return atom.op == "!=" and ZERO in (atom.left, atom.right)


def _positive(atom: Atom) -> bool:
    """Whether an atom asks that something is there, rather than that it is not."""
    if atom.op in ("truthy", ">", ">="):
        return True
    if atom.op == "==":
        constants = [side for side in (atom.left, atom.right) if _constant(side)]
        return bool(constants) and constants[0] != ZERO and constants[0] != {("const", "False")}
    return _not_zero(atom)


def _constant(side: Labels) -> bool:
    return len(side) == 1 and next(iter(side))[0] == "const"


def _keyed_by_caller(label: Label) -> bool:
    return label[0] == "state" and SENDER in label[2]


def is_office(name: str) -> bool:
    """Whether a variable's name speaks of an office: administrators, operators, minters."""
    return bool(_OFFICE_NAME.search(name))


def is_membership(name: str) -> bool:
    """Whether a variable's name speaks of units, votes or members, and of no office."""
    return bool(_MEMBER_NAME.search(name)) and not is_office(name)


def _label_guard(label: Label, atom: Atom) -> Guard:
    if label[0] == "state":
        if RECOVERED in label[2]:
            return Guard.PROOF
        if SENDER not in label[2]:
            return Guard.NONE
        held = atom.op in (">", ">=") or is_membership(label[1])
        return Guard.MEMBER if held else Guard.CALLER
    if label[0] != "ext":
        return Guard.NONE
    name, inputs = label[1], label[2]
    if name in IDENTITY_CHECKS:
        return Guard.IDENTITY
    if name == "isValidSignatureNow":
        return Guard.PROOF if _fixed(inputs) else Guard.NONE
    if name in PROOF_CHECKS:
        return Guard.PROOF
    if SENDER not in inputs or name in PAYS:
        return Guard.NONE
    if name in PULLS:
        return Guard.PAYMENT
    if name in CALLER_CHECKS:
        return Guard.CALLER
    if name in MEMBER_CHECKS or atom.op == "truthy":
        return Guard.MEMBER
    return Guard.NONE
