"""What is kept in another contract: lists that transfers ask for, fees and balances that are computed there.

The other side is here as well: which functions change what a contract answers when it is asked about somebody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from scanner.code.analyses.answers import lines, unresolved, weakest_way
from scanner.code.analyses.callers import constants, views
from scanner.code.analyses.guards import atom_guard, effect_guard, lasting, once_only
from scanner.code.analyses.program import Entry, Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import TRANSFERS, Way, unit_names
from scanner.code.analyses.values import SENDER, Atom, Labels, flat
from scanner.model.asked import Asked
from scanner.model.code import FunctionFact
from scanner.model.kinds import Guard
from scanner.model.observation import Collection, Known, Unknown

_MOST = 40
_BALANCES = ("balanceOf(address)", "balanceOf(address,uint256)")
_OF_A_TOKEN = frozenset(
    {
        "balanceOf", "totalSupply", "decimals", "allowance", "isApprovedForAll", "nonces", "delegates", "getVotes",
        "getPastVotes", "getPriorVotes", "getCurrentVotes", "numCheckpoints", "checkpoints", "hasRole",
        "supportsInterface", "getInterfaceImplementer", *TRANSFERS,
    }
)  # fmt: skip
"""What is asked of any token, of ERC-1820's registry (everybody enters only themselves) and of AccessControl."""


class _Ask(NamedTuple):
    power: str
    entry: Entry
    effect: Effect


def asks(program: Program) -> Collection[Asked]:
    """Return what the contract asks of others on which its units, or its own answers, depend."""
    found = [*_asks(program), *_passed_on(program)]
    items = {(one.power, one.entry.signature, one.effect.signature, _target(program, one.effect)): one for one in found}
    kept = tuple(
        Asked(power=power, within=within, question=question, target=target, evidence=lines(program, [ask.effect.node]))
        for (power, within, question, target), ask in sorted(items.items(), key=lambda item: item[0])
    )
    reason = f"more than {_MOST} questions to others" if len(kept) > _MOST else ""
    return Collection[Asked](items=kept[:_MOST], complete=not reason, reason=reason)


def weakest_here(program: Program, power: str, ways: list[Way]) -> Known[Any] | Unknown:
    """Return the guard of the weakest way; unknown where this code has none, and another contract's may have one."""
    asked = [ask for ask in _asks(program) if ask.power == power] if not ways else []
    if not asked:
        return weakest_way(program, ways)
    names = ", ".join(sorted({ask.effect.signature for ask in asked}))
    detail = f"another contract is asked {names}: who changes its answer is not in this code"
    return unresolved(program, detail, [ask.effect.node for ask in asked])


def is_asked(program: Program, power: str) -> bool:
    """Whether another contract is asked on whose answer a power over units rests."""
    return any(ask.power == power for ask in _asks(program))


def redirecting_ways(program: Program, power: str) -> list[Way]:
    """Return the ways to put another contract in the place of the one that is asked."""
    names = {str(label[1]) for ask in _asks(program) if ask.power == power for label in ask.effect.target}
    return [
        (entry, effect_guard(entry, effect), effect.node)
        for entry in program.changing
        if not once_only(program, entry)
        for effect in entry.writes()
        if effect.name in names and effect.change == "=" and lasting(entry, effect)
    ]


def _asks(program: Program) -> Iterator[_Ask]:
    units = unit_names(program)
    if not units:
        return
    for entry in program.changing:
        if entry.name in TRANSFERS:
            yield from (_Ask("freeze", entry, effect) for effect in _outgoing(entry) if _can_refuse(effect))
            yield from (_Ask("fee", entry, effect) for effect in _called_for(entry, _credited_less(entry, units)))
    for signature in _BALANCES:
        shown = program.entry(signature)
        if shown is not None:
            yield from (_Ask("rebase", shown, effect) for effect in _called_for(shown, shown.summary.result.labels))


def _outgoing(entry: Entry) -> list[Effect]:
    """Return the calls to contracts that the state names, and that no caller chooses."""
    return [
        effect
        for effect in entry.effects
        if effect.kind in ("static", "call")
        and effect.signature
        and effect.target
        and all(label[0] == "state" and not label[2] for label in effect.target)
    ]


def _can_refuse(effect: Effect) -> bool:
    """Whether a call hears of a party of the transfer, and stops it by failing or by its answer.

    What is only asked about somebody else who moves the holder's units does not keep the holder from it.
    """
    if effect.name in _OF_A_TOKEN or effect.node.type.name == "TRY":
        return False
    parties = any(label[0] in ("arg", "sender") for label in flat(effect.all_inputs))
    return parties and not any(_others_only(atom) for clause in effect.clauses if len(clause) == 1 for atom in clause)


def _others_only(atom: Atom) -> bool:
    sides = (atom.left, atom.right)
    return atom.op == "!=" and {SENDER} in sides and any(label[0] == "arg" for side in sides for label in side)


def _credited_less(entry: Entry, units: frozenset[str]) -> Labels:
    """Return what decides how many units arrive and does not decide how many are taken."""
    moved = [e for e in entry.writes() if e.name in units and lasting(entry, e)]
    given = frozenset[Any]().union(*(e.inputs[0] for e in moved if e.change == "+"))
    taken = frozenset[Any]().union(*(e.inputs[0] for e in moved if e.change == "-"))
    return given - taken if taken else frozenset()


def _called_for(entry: Entry, labels: Labels) -> list[Effect]:
    names = {str(label[1]) for label in flat(labels) if label[0] == "ext"}
    return [effect for effect in _outgoing(entry) if effect.name in names]


def _target(program: Program, effect: Effect) -> str:
    if len(effect.target) != 1:
        return ""
    (label,) = effect.target
    name = str(label[1])
    plain = (view.signature for view in views(program).get(name, ()) if not view.types)
    return next(plain, "") or constants(program).get(name, "")


# --------------------------------------------------------------------------------------------- when asked


def _questions(program: Program) -> list[Entry]:
    """Return the functions that others may ask about somebody: views of an account, and what is told of two parties."""
    return [
        entry
        for entry in program.entries
        if not entry.is_fallback
        and entry.name not in _OF_A_TOKEN
        and sum(kind == "address" for kind in entry.types) >= (2 if entry.changes_state else 1)
    ]


def _passed_on(program: Program) -> Iterator[_Ask]:
    for entry in _questions(program):
        yield from (_Ask("answer", entry, effect) for effect in _outgoing(entry) if effect.name not in _OF_A_TOKEN)


def _answered_from(program: Program) -> dict[str, frozenset[str]]:
    """Return, by question, the state that it is answered from, or that stops whoever tells of a transfer."""
    found = {
        signature: frozenset({str(variable.name)})
        for signature, variable in program.getters.items()
        if "(address" in signature and signature.partition("(")[0] not in _OF_A_TOKEN
    }
    for entry in _questions(program):
        labels = set(flat(entry.summary.result.labels)) if not entry.changes_state else set()
        for clause in entry.summary.exit_clauses:
            for atom in clause:
                if atom_guard(atom) is not Guard.CALLER:
                    labels |= flat(atom.labels)
        found[entry.signature] = frozenset(str(label[1]) for label in labels if label[0] == "state")
    return found


Appointing = Callable[[Program, list[Entry]], Iterable[Entry]]


def with_answers(
    program: Program, functions: Collection[FunctionFact], appointing: Appointing
) -> Collection[FunctionFact]:
    """Return the functions, each with the questions whose answer about somebody else it changes, or says who may."""
    settled: dict[str, set[str]] = {}
    for question, names in _answered_from(program).items():
        direct = [entry for entry in program.changing if _settles(program, entry, question, names)]
        behind = [entry for entry in direct if entry_is_guarded(entry)]
        for entry in (*direct, *appointing(program, behind)):
            settled.setdefault(entry.signature, set()).add(question)
    items = tuple(
        fact.model_copy(update={"settles": tuple(sorted(settled.get(fact.signature, ())))}) for fact in functions.items
    )
    return functions.model_copy(update={"items": items})


def entry_is_guarded(entry: Entry) -> bool:
    """Whether a write of a function stands behind a check of its caller."""
    return any(effect_guard(entry, effect).guard is Guard.CALLER for effect in entry.writes())


def _settles(program: Program, entry: Entry, question: str, names: frozenset[str]) -> bool:
    if entry.signature == question or once_only(program, entry) or (unit_names(program) and entry.name in TRANSFERS):
        return False
    return any(
        effect.name in names and lasting(entry, effect) and not (effect.place and SENDER in effect.place.keys)
        for effect in entry.writes()
    )
