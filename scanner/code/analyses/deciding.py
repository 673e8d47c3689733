"""Whether a vote decides: what is executed looks at its count, and how long after its end.

Both are told from what a function and all that it calls inside may read, not from what it does with that: more is read
than decides, so that "it never looks at a count" and "it waits for nothing but the end" are said only where the code
holds nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.code.analyses.answers import known, unresolved, unsupported
from scanner.code.analyses.execution import execution_ways
from scanner.code.analyses.guards import effect_guard
from scanner.code.analyses.outgoing import receivers
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.proposing import propose_entries
from scanner.code.analyses.voting import tallies, vote_entries
from scanner.model.kinds import Guard
from scanner.model.observation import BoolObs

_CLOCKS = frozenset({"block.timestamp", "block.number", "now"})
_COMPARES = frozenset({"<", ">", "<=", ">="})
_ADDS = ("+", "-", "*", "/")
"""How the names of operations end that change a number: where overflow is checked they begin with a mark of that."""

_NOTHING_EXECUTED = "this code executes no proposals"
_NO_COUNT = "no count of votes in this code"


def execution_by_count(program: Program) -> BoolObs:
    """Return whether what proposals order is done only where a count of votes, or what one decided, is looked at."""
    done, counted = _executing(program), _counted(program)
    if not done:
        return unsupported(program, _NOTHING_EXECUTED)
    if not counted:
        return unsupported(program, _NO_COUNT)
    blind = [entry for entry in done if not _sees(program, entry, counted)]
    if not blind:
        return known(
            program, True, [entry.function for entry in done], "it reads a count of votes, or what one decided"
        )
    names, elements = ", ".join(entry.signature for entry in blind), [entry.function for entry in blind]
    if any(_asks_others(entry) for entry in blind):
        return unresolved(program, f"{names} asks another contract, which may count", elements)
    return known(program, False, elements, f"{names} reads no count of votes and nothing that was read off one")


def execution_waits(program: Program) -> BoolObs:
    """Return whether what was decided may be done only some time after the end of its vote.

    False where one way to execute compares the time with nothing but what the vote does, or not at all, as does what
    prepares it.
    """
    done, voting = _executing(program), vote_entries(program)
    if not done:
        return unsupported(program, _NOTHING_EXECUTED)
    if not voting:
        return unsupported(program, _NO_COUNT)
    ends, own = _times(program, voting), {entry.signature for entry in (*done, *voting)}
    waiting: list[Any] = []
    for entry in done:
        line = [entry, *(one for one in _feeding(program, entry) if one.signature not in own)]
        further = [(one, node) for one in line for node, read in _moments(program, one) if not read or read not in ends]
        if not further:
            how = "it waits for the end of the vote, or for nothing"
            return known(program, False, [one.function for one in line], how)
        waiting += [part for one, node in further for part in (one.function, node)]
    return unresolved(program, "it compares the time with something else than its votes do", waiting)


def _executing(program: Program) -> list[Entry]:
    """Return the functions that do what was proposed: calls and payments that are written down under a number.

    What an office may do by itself is no such; nor is what is made, counted or taken back.
    """
    found = {way.entry.signature: way.entry for way in execution_ways(program)}
    for entry in program.changing:
        for effect in entry.effects:
            if any(_under_a_number(one) for one in receivers(effect)) and not _by_office(entry, effect):
                found.setdefault(entry.signature, entry)
    return [found[signature] for signature in sorted(found)]


def _under_a_number(receiver: Iterable[Any]) -> bool:
    return any(label[0] == "state" and any(key[0] == "arg" for key in label[2]) for label in receiver)


def _by_office(entry: Entry, effect: Any) -> bool:
    return effect_guard(entry, effect).guard is Guard.CALLER


def _counted(program: Program) -> frozenset[str]:
    """Return the names of what votes are counted in."""
    every = {effect.name for entry in vote_entries(program) for effect in tallies(entry)}
    return frozenset(name.rpartition(".")[2] for name in every)


def _sees(program: Program, entry: Entry, counted: frozenset[str]) -> bool:
    """Whether a function may read a count, or what another one wrote that may: a mark, a time, a queued hash."""
    return any(_read(program, one) & counted for one in (entry, *_feeding(program, entry)))


def _feeding(program: Program, entry: Entry) -> list[Entry]:
    """Return the functions that write what a function reads, or what these read, and so on; not those that propose."""
    seen = {entry.signature, *(one.signature for one in propose_entries(program))}
    wanted, found = _read(program, entry), list[Entry]()
    while True:
        fresh = [
            one
            for one in program.changing
            if one.signature not in seen and any(effect.name.rpartition(".")[2] in wanted for effect in one.writes())
        ]
        if not fresh:
            return found
        found += fresh
        seen |= {one.signature for one in fresh}
        wanted = wanted.union(*(_read(program, one) for one in fresh))


def _asks_others(entry: Entry) -> bool:
    """Whether another contract's answer may decide: any call of a function that the code names."""
    return any(effect.kind in ("static", "call") for effect in entry.effects)


# ----------------------------------------------------------------------------------------------------- what code reads


def _inside(program: Program, entry: Entry) -> list[Any]:
    """Return the function with its modifiers and all that it calls inside, each once."""
    found: list[Any] = []
    waiting = [entry.function]
    while waiting:
        function = program.own(waiting.pop())
        if not hasattr(function, "nodes") or function in found:
            continue
        found.append(function)
        waiting += list(function.modifiers)
        for call in (*function.internal_calls, *function.library_calls):
            waiting.append(getattr(call, "function", call))
    return found


def _read(program: Program, entry: Entry) -> frozenset[str]:
    """Return the names of state variables and of members of structures that the code of a function mentions."""
    nodes = (node for function in _inside(program, entry) for node in function.nodes)
    return frozenset(name for node in nodes for ir in node.irs for name in _names(ir))


def _names(ir: Any) -> set[str]:
    """Return the state variables that an operation reads, and the member of a structure that it looks up."""
    names = {str(one.name) for one in ir.read if _kind(one) == "StateVariable"}
    return names | ({str(ir.variable_right)} if _kind(ir) == "Member" else set())


def _kind(thing: Any) -> str:
    return type(thing).__name__


def _times(program: Program, entries: Iterable[Entry]) -> frozenset[frozenset[str]]:
    return frozenset(read for entry in entries for _, read in _moments(program, entry))


def _moments(program: Program, entry: Entry) -> list[tuple[Any, frozenset[str]]]:
    """Return where the code of a function compares the time with something, and the names and numbers beside it."""
    found: list[tuple[Any, frozenset[str]]] = []
    for function in _inside(program, entry):
        for node in function.nodes:
            made = {ir.lvalue: ir for ir in node.irs if getattr(ir, "lvalue", None) is not None}
            for ir in node.irs:
                if _kind(ir) == "Binary" and str(ir.type_str) in _COMPARES:
                    behind = _behind(ir, made)
                    if any(str(getattr(one, "name", "")) in _CLOCKS for step in behind for one in step.read):
                        found.append((node, _beside(behind)))
    return found


def _behind(ir: Any, made: Mapping[Any, Any]) -> list[Any]:
    """Return the operations of one node from which an operation's operands come, itself included."""
    found: list[Any] = []
    waiting = [ir]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.append(one)
        waiting += [made[operand] for operand in one.read if operand in made]
    return found


def _beside(steps: Iterable[Any]) -> frozenset[str]:
    """Return the names of what is read, and the numbers that are added, taken away or multiplied by."""
    found: set[str] = set()
    for ir in steps:
        found |= _names(ir)
        if _kind(ir) == "Binary" and str(ir.type_str).endswith(_ADDS):
            found |= {str(operand) for operand in ir.read if _kind(operand) == "Constant"}
    return frozenset(found)
