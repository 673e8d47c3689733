"""Stopping a contract: what transfers or other functions ask of a switch or a limit, and who sets that."""

from __future__ import annotations

import re

from scanner.code.analyses.answers import weakest_way
from scanner.code.analyses.guards import all_clauses, effect_guard, once_only
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import TRANSFERS, Way, no_units, supply_names, unit_names
from scanner.code.analyses.values import Atom, flat
from scanner.model.observation import Reason, StrObs

_PAUSES = re.compile(
    r"^(pause|unpause|setPaused|togglePause|emergencyStop|setTransfersEnabled|freezeAll|stop|start)$", re.I
)
_PAUSE_FLAG = re.compile(r"paus|stopped|halted|frozen$|enabled|transferab", re.I)
_INITIALIZED = re.compile(r"initiali", re.I)
_SWITCHES = ("truthy", "falsy", "==", "!=")
_LIMITS = ("<", "<=", ">", ">=")
_SMALL = frozenset({"0", "1"})


def pause_guard(program: Program) -> StrObs:
    """Return the guard of pausing (Guard): of the functions that set what transfers or other functions look at."""
    ways = pause_ways(program)
    if not ways and not unit_names(program):
        kept = no_units(program)
        if kept.reason is Reason.UNRESOLVED:
            return kept
    return weakest_way(program, ways)


def pause_ways(program: Program) -> list[Way]:
    """Return the ways to set what transfers or other functions look at."""
    flags = _flags(program) | _asked_by_transfers(program, _SWITCHES)
    limits = _asked_by_transfers(program, _LIMITS) - flags
    ways: list[Way] = []
    for entry in program.changing:
        if once_only(program, entry):
            continue
        written = [e for e in entry.writes() if e.name in flags and e.change == "="]
        written += [e for e in entry.writes() if e.name in limits and _sets_freely(entry, e)]
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
                if atom.op in _SWITCHES and len(names) == 1:
                    found |= {name for name in names if _PAUSE_FLAG.search(name) and not _INITIALIZED.search(name)}
    return frozenset(found)


def _asked_by_transfers(program: Program, ops: tuple[str, ...]) -> frozenset[str]:
    """Return the switches and numbers, by whatever name, that every transfer of an ordinary holder depends on.

    What a transfer itself writes is no setting of somebody's: a lock against re-entry, a counter.
    """
    units = unit_names(program) | supply_names(program)
    kinds = {str(variable.name): str(variable.type) for variable in program.contract.state_variables}
    found: set[str] = set()
    for entry in program.changing if units else ():
        if entry.name not in TRANSFERS:
            continue
        written = {effect.name for effect in entry.writes()}
        for clause in entry.summary.exit_clauses:
            for atom in clause:
                names = _alone(atom, units) if atom.op in ops else frozenset()
                found |= {name for name in names - written if _is_setting(kinds.get(name, ""), atom.op)}
    return frozenset(name for name in found if not _INITIALIZED.search(name))


def _alone(atom: Atom, units: frozenset[str]) -> frozenset[str]:
    """Return the state without a key that an atom asks for, where it asks for no balance and of no other contract."""
    labels = flat(atom.labels)
    if any(label[0] == "ext" or (label[0] == "state" and label[1] in units) for label in labels):
        return frozenset()
    if atom.op in _SWITCHES and any(label[0] in ("arg", "sender", "this") for label in labels):
        return frozenset()
    keyed = any(label[0] == "state" and label[2] for label in atom.labels)
    return frozenset() if keyed else frozenset(str(label[1]) for label in labels if label[0] == "state")


def _is_setting(kind: str, op: str) -> bool:
    return kind == "bool" or kind.startswith(("uint", "int")) or (op in _SWITCHES and "." in kind)


def _sets_freely(entry: Entry, effect: Effect) -> bool:
    """Whether a function puts a number of its caller's, or a small one, where transfers look; nothing bounds it."""
    value = effect.inputs[0]
    if effect.change != "=" or any(label[0] == "state" and label[1] == effect.name for label in value):
        return False
    if all(label[0] == "const" for label in value):
        return any(label[1] in _SMALL for label in value)
    chosen = frozenset(label for label in value if label[0] == "arg")
    return bool(chosen) and not any(
        _bounds(atom, chosen) for clause in all_clauses(entry, effect) if len(clause) == 1 for atom in clause
    )


def _bounds(atom: Atom, chosen: frozenset[object]) -> bool:
    """Whether an atom asks that a chosen number be no smaller than something that is more than next to nothing."""
    for one, other, ops in ((atom.left, atom.right, (">", ">=")), (atom.right, atom.left, ("<", "<="))):
        if atom.op in ops and one & chosen and other and not all(_next_to_nothing(label) for label in other):
            return True
    return False


def _next_to_nothing(label: tuple[object, ...]) -> bool:
    return label[0] == "const" and label[1] in _SMALL
