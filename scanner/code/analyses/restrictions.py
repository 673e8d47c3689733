"""Whether ordinary holders can send their units to whom they choose."""

from __future__ import annotations

from scanner.code.analyses.against import is_mark
from scanner.code.analyses.answers import known, unresolved
from scanner.code.analyses.guards import lasting
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.token import TRANSFERS, no_units, unit_names
from scanner.code.analyses.values import NEVER, ZERO, Atom, Clause, flat
from scanner.model.observation import BoolObs


def transfer_restricted(program: Program) -> BoolObs:
    """Return whether an ordinary holder is kept from transferring to somebody of their choice."""
    units = unit_names(program)
    if not units:
        return no_units(program)
    transfers = [entry for entry in program.changing if entry.name in TRANSFERS]
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
        if is_mark(label, units):
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
