"""What guards an act on somebody's units where that holder has not agreed to it."""

from __future__ import annotations

import re
from itertools import product

from scanner.code.analyses.guards import Guarded, all_clauses, guard_of
from scanner.code.analyses.program import Entry
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import (
    RECOVERED,
    SENDER,
    THIS,
    Atom,
    Clause,
    Clauses,
    Label,
    Labels,
    asks_unset,
    negate,
)

CONSENT = re.compile(r"allowance|approv|operator|permit|nonce", re.I)
_HOLDERS = re.compile(r"owner|holder", re.I)
_MOST_ALTERNATIVES = 8


def without_holder(entry: Entry, effect: Effect, owners: frozenset[str] = frozenset()) -> Guarded | None:
    """Return the guard of an effect on somebody else's units; None where the holder has to agree.

    `owners` are the state variables that name the holder of a unit. Of a condition that the holder's permission or
    something else fulfils, the rest stands: that is the way around.
    """
    clauses = all_clauses(entry, effect)
    victim = frozenset(key for key in effect.place.keys if key[0] == "arg") if effect.place is not None else frozenset()
    holder = victim | _said_to_hold(clauses, victim, owners)
    ways_around: set[Clause] = set()
    for clause in clauses:
        rest = frozenset(atom for atom in clause if not _is_consent(atom, holder, owners))
        if clause and not rest:
            return None
        if rest:
            ways_around.add(rest)
    for spending in _spendings(entry, victim):
        unspent = _unless(spending.clauses - clauses, holder, owners)
        if not unspent:
            return None
        ways_around |= unspent
    return guard_of(frozenset(ways_around))


def _unless(extra: Clauses, holder: Labels, owners: frozenset[str]) -> Clauses:
    """Return when an allowance is not touched, by the conditions under which it is; nothing where it always is.

    An allowance that is let be as it is (an unlimited one, or the holder's own act) is a permission too.
    """
    if any(not clause for clause in extra):
        return frozenset()
    missed = [frozenset(negate(atom) for atom in clause) for clause in extra]
    missed = [one for one in missed if not any(_is_consent(atom, holder, owners) for atom in one)]
    if not missed or len(missed) > _MOST_ALTERNATIVES:
        return frozenset()
    # One of the conditions fails: all atoms of that one do.
    found = frozenset(frozenset(choice) for choice in product(*missed))
    return found if len(found) <= _MOST_ALTERNATIVES else frozenset()


def _spendings(entry: Entry, victim: Labels) -> list[Effect]:
    """Return the writes that use up what a holder let the caller, or this contract, take."""
    return [
        e
        for e in entry.writes()
        if e.place is not None
        and e.place.keys & {SENDER, THIS}
        and victim <= e.place.keys
        and victim
        and (e.change == "-" or CONSENT.search(e.name))
    ]


def _said_to_hold(clauses: Clauses, victim: Labels, owners: frozenset[str]) -> Labels:
    """Return the arguments that a condition holds to be the holder of a unit: `from == ownerOf[id]` (ERC-721)."""
    found: set[Label] = set()
    for atom in (atom for clause in clauses if len(clause) == 1 for atom in clause if atom.op == "=="):
        for named, held in ((atom.left, atom.right), (atom.right, atom.left)):
            if any(label[0] == "state" and label[2] & victim and _names_holder(label, owners) for label in held):
                found |= {label for label in named if label[0] == "arg"}
    return frozenset(found)


def _is_consent(atom: Atom, victim: Labels, owners: frozenset[str]) -> bool:
    """Whether an atom is the holder's own act, or asks for a permission that stands under the holder's name."""
    sides = (atom.left, atom.right)
    if atom.op == "==" and any(side in ({SENDER}, {RECOVERED}) for side in sides):
        other = atom.right if atom.left in ({SENDER}, {RECOVERED}) else atom.left
        if other & victim:
            return True
        # The holder of the unit that was named.
        return any(label[0] == "state" and _held_by(label, victim, owners) for label in other)
    if asks_unset(atom):
        return False  # that something is not there is nobody's permission
    for label in atom.labels:
        if label[0] == "ext" and label[1] == "isValidSignatureNow" and label[2] & victim:
            return True
        spender = label[0] == "state" and bool(label[2] & {SENDER, THIS})
        if spender and (label[2] & victim or (CONSENT.search(label[1]) and _of_a_holder(label))):
            return True
    return False


def _of_a_holder(label: Label) -> bool:
    """Whether a mark for the caller stands under somebody else's name as well (`approved[ownerOf[id]][msg.sender]`)."""
    return any(key[0] in ("arg", "state", "ext") for key in label[2])


def _names_holder(label: Label, owners: frozenset[str]) -> bool:
    return label[1] in owners or _HOLDERS.search(label[1]) is not None


def _held_by(label: Label, victim: Labels, owners: frozenset[str]) -> bool:
    if label[2] & victim:
        return True
    named = any(key[0] == "arg" for key in label[2])
    return named and (_names_holder(label, owners) or re.search("approv", label[1], re.I) is not None)
