"""Conditions whose weight lies in who fills what they ask for: a quota that was allotted, a count of members' votes.

`quota[msg.sender] >= amount` keeps out everybody to whom nobody allotted anything (ERC-7281, minters with limits), and
`yes[id] > half` holds what only members count up. Read alone, neither compares the caller with anybody.
"""

from __future__ import annotations

from scanner.code.analyses.guards import Guarded, atom_guard, effect_guard, once_only, strength
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import CLEARED, SENDER, TIME, Atom, Clauses, Label, Labels, asks_unset, flat
from scanner.model.kinds import Guard


def filled_guard(program: Program, entry: Entry, clauses: Clauses, found: Guarded) -> Guarded:
    """Return the guard of a function with what fills the quotas and counts it asks for taken into account."""
    for clause in clauses:
        if not any(_asked(atom) for atom in clause):
            continue
        guard = min((_weight(program, entry, atom) for atom in clause), key=strength)
        if strength(guard) > strength(found.guard):
            found = Guarded(guard, clause)
    return found


def quota_names(entry: Entry, clauses: Clauses) -> frozenset[str]:
    """Return the state that quotas of the caller are kept in, without members."""
    return frozenset(
        str(label[1]).partition(".")[0]
        for clause in clauses
        for atom in clause
        for label in _asked(atom)
        if SENDER in label[2]
    )


def _asked(atom: Atom) -> frozenset[Label]:
    """Return the quotas of the caller that an amount must not exceed, or the count under an argument that has to be
    larger than something; nothing where an atom asks for neither."""
    for more, less in (
        *(((atom.left, atom.right),) if atom.op in (">", ">=") else ()),
        *(((atom.right, atom.left),) if atom.op in ("<", "<=") else ()),
    ):
        kept = frozenset(label for label in more if label[0] == "state" and label[2])
        quotas = frozenset(label for label in kept if SENDER in label[2])
        if quotas and quotas == kept and any(label[0] == "arg" for label in less):
            return quotas
        if kept and not quotas and TIME not in flat(more) and not _keyed(less):
            return kept
    return frozenset()


def _keyed(labels: Labels) -> bool:
    return any(label[0] == "arg" or (label[0] == "state" and label[2]) for label in labels)


def _weight(program: Program, entry: Entry, atom: Atom) -> Guard:
    """Return what an atom guards against: at least as much as whoever fills what it asks for has to show."""
    own = atom_guard(atom)
    asked = _asked(atom)
    if not asked:
        return own
    filling = [
        effect_guard(one, effect).guard
        for one in program.changing
        if not once_only(program, one)
        for effect in one.writes()
        if not (one is entry and effect.place is not None and SENDER in effect.place.keys)
        and any(_fills(effect, str(label[1])) for label in asked)
    ]
    least = min(filling, key=strength, default=Guard.NONE)
    if not any(SENDER in label[2] for label in asked):
        # What is once reached may be open to everybody from then on, unless it is good for one time.
        counted = least is Guard.MEMBER and all(_good_once(entry, label) for label in asked)
        return max(own, least, key=strength) if counted else own
    return max(own, least, key=strength)


def _good_once(entry: Entry, label: Label) -> bool:
    """Whether a function marks as done what it asked for, and asks that it was not: a proposal that is carried out."""
    fresh = {
        str(one[1])
        for clause in entry.summary.exit_clauses
        if len(clause) == 1
        for atom in clause
        if asks_unset(atom)
        for one in atom.labels
        if one[0] == "state" and one[2] == label[2]
    }
    return any(
        effect.name in fresh and effect.change == "=" and effect.inputs[0] not in CLEARED for effect in entry.writes()
    )


def _fills(effect: Effect, name: str) -> bool:
    """Whether a write can raise what is kept under a name, or under a structure that it belongs to."""
    if effect.change == "-" or effect.inputs[0] in CLEARED:
        return False
    return effect.name == name or name.startswith(f"{effect.name}.") or effect.name.startswith(f"{name}.")
