"""What a function does for anyone: it pays out, acts, or says who may, and asks nothing about its caller.

Only what the caller alone decides counts: to whom it goes or whom it names. What is kept for an account (its own
deposit, its share), what another contract answers, what is paid for or proven, opens nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scanner.code.analyses.against import against_holder
from scanner.code.analyses.guards import all_clauses, atom_guard, effect_guard, entry_guard, lasting, once_only
from scanner.code.analyses.outgoing import PAYMENTS, acting_ways, acts, paying_ways, receivers
from scanner.code.analyses.pauses import pause_ways
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import Way, mint_ways, unit_names
from scanner.code.analyses.token_powers import fee_ways, rebase_ways
from scanner.code.analyses.upgrade import upgrade_ways
from scanner.code.analyses.values import CLEARED, NOTHING, SENDER, THIS, Labels, flat
from scanner.model.kinds import Guard

_POWERS: tuple[tuple[str, Callable[[Program], list[Way]]], ...] = (
    ("pay", paying_ways),
    ("act", acting_ways),
    ("upgrade", upgrade_ways),
    ("mint", mint_ways),
    ("pause", pause_ways),
    ("seize", lambda program: against_holder(program, unit_names(program), freezing=False)),
    ("freeze", lambda program: against_holder(program, unit_names(program), seizing=False)),
    ("fee", fee_ways),
    ("rebase", rebase_ways),
)
_AGAINST_HOLDERS = ("seize", "freeze")
_CHOSEN = ("arg", "sender", "data")
_RECORDS = frozenset({"ext", "recovered", "value"})
_DONE = frozenset({"call", "send", "delegatecall", "callcode", *PAYMENTS})
"""What is answered by these is whether they were done: no record."""


def opened(program: Program) -> dict[str, frozenset[str]]:
    """Return, by signature, the powers that a function gives to anyone: those it has, and those whose holder it sets.

    An initializer counts as well: whether it has run already stands in the state, not in the code.
    """
    found: dict[str, set[str]] = {}
    for entry in program.changing:
        if once_only(program, entry):
            continue
        for effect in entry.effects:
            if lasting(entry, effect) and effect_guard(entry, effect).guard is Guard.NONE:
                found.setdefault(entry.signature, set()).update(_done(entry, effect))
    for power, entry in _appointing(program):
        found.setdefault(entry.signature, set()).add(power)
    return {signature: frozenset(powers) for signature, powers in found.items() if powers}


def _done(entry: Entry, effect: Effect) -> Iterator[str]:
    if _keeps_books(entry, effect):
        return
    to = receivers(effect)
    amount = effect.sent if effect.kind in ("send", "low-level") else effect.all_inputs
    if effect.kind != "delegatecall" and any(_plainly_chosen(one) for one in to) and not _kept(amount):
        yield "pay"
    if acts(effect) and _plainly_chosen(effect.target) and _chosen(effect.all_inputs):
        yield "act"


def _keeps_books(entry: Entry, effect: Effect) -> bool:
    """Whether what is kept for an account, or what others answer, has a say in it; or something is taken in return."""
    if any(_kept(atom.labels) for clause in all_clauses(entry, effect) for atom in clause):
        return True
    for other in entry.effects:
        if other.kind == "write" and other.place is not None and _chosen(flat(other.place.keys)):
            return True
        if other.kind == "call" and other is not effect and any(THIS in part for part in other.inputs[1:]):
            return True  # taken back: a loan
    return False


def _kept(labels: Labels) -> bool:
    """Whether it is read from what is kept under something that the caller chooses, or answered or paid by others."""
    for label in flat(labels):
        if label[0] in _RECORDS and not (label[0] == "ext" and label[1] in _DONE):
            return True
        if label[0] == "state" and any(part[0] in _CHOSEN for part in flat(label[2])):
            return True
    return False


def _plainly_chosen(labels: Labels) -> bool:
    return labels != NOTHING and all(label[0] in ("arg", "sender") for label in labels)


def _chosen(labels: Labels) -> bool:
    return any(label[0] in _CHOSEN for label in labels)


def _appointing(program: Program) -> Iterator[tuple[str, Entry]]:
    """Yield the functions by which anyone sets whom the functions with a power compare their caller with."""
    for power, ways in _POWERS:
        names = _offices(program, {entry for entry, guarded, _ in ways(program) if guarded.guard is Guard.CALLER})
        for entry in program.changing:
            if entry_guard(entry).guard is not Guard.NONE:
                continue
            setting = [effect for effect in entry.writes() if _sets(entry, effect, names)]
            if any(power not in _AGAINST_HOLDERS or not _in_own_name(effect) for effect in setting):
                yield power, entry


def _in_own_name(effect: Effect) -> bool:
    """Whether a caller lets somebody do something with what is the caller's: an operator of theirs."""
    keys = effect.place.keys if effect.place is not None else NOTHING
    return SENDER in keys and len(keys) > 1


def _offices(program: Program, entries: set[Entry]) -> frozenset[str]:
    """Return what these compare their caller with, and what those compare it with that write this, and so on."""
    names = _compared(entries)
    while True:
        appointing = {
            entry
            for entry in program.changing
            if entry not in entries
            and entry_guard(entry).guard is Guard.CALLER
            and any(_within(effect.name, names) for effect in entry.writes())
        }
        if not appointing:
            return names
        entries = entries | appointing
        names = names | _compared(appointing)


def _sets(entry: Entry, effect: Effect, names: frozenset[str]) -> bool:
    if effect.change == "-" or (effect.inputs and effect.inputs[0] in CLEARED):
        return False  # what is taken away (`renounceRole`) lets nobody in
    keys = flat(effect.place.keys) if effect.place is not None else NOTHING
    chosen = _chosen(keys) or any(_chosen(part) for part in effect.inputs)
    guarded = effect_guard(entry, effect).guard is not Guard.NONE
    return _within(effect.name, names) and chosen and not guarded and lasting(entry, effect)


def _within(name: str, names: frozenset[str]) -> bool:
    """Whether a variable is one of these, holds one of these, or is a part of one of these."""
    return any(f"{one}.".startswith(f"{name}.") or f"{name}.".startswith(f"{one}.") for one in names)


def _compared(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the state variables that functions hold their caller against, or look it up in."""
    return frozenset(
        str(label[1])
        for entry in entries
        for clauses in (entry.summary.exit_clauses, *(all_clauses(entry, effect) for effect in entry.effects))
        for clause in clauses
        for atom in clause
        if atom_guard(atom) is Guard.CALLER
        for label in atom.labels
        if label[0] == "state"
    )
