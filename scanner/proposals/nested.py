"""Calls inside calls: what a proposal does in the end, through timelocks, Safes, batches and bridges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.chain.abi import DecodeError
from scanner.chain.numbers import CHAIN_NAMES
from scanner.code.evm.memory import Bytes
from scanner.code.evm.way import Setting
from scanner.discovery.account import Account, nonzero
from scanner.discovery.control.holders import short
from scanner.discovery.families.told import RawAction, full_calldata
from scanner.discovery.world import World
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.decode import AbiBook, Decoded, decode_action, decode_partly
from scanner.proposals.inner import Inner, Place
from scanner.proposals.spell.calls import SPELLS, Walks, calls_of, created_by
from scanner.proposals.spell.run import Question
from scanner.proposals.wrappers import WRAPPERS

MAX_INNER = 10_000
MAX_DEPTH = 16
_GROWTH = 8
"""Inner calls repeat their bytes once per level; pointers that overlap could repeat them without end."""
_SPARE_CHARACTERS = 131_072
_SELECTOR = len("0x12345678")
_HERE = "this chain"
_DECIDED_LATER = "the code that makes the call decides it when it runs"

Delegates = Callable[[str], bool | None]
"""Whether a contract runs what it executes by delegatecall; None where its code does not tell."""


@dataclass(frozen=True)
class Call:
    """One call, the proposal's own or one inside it, decoded.

    `inside` names the calls around an inner one; `chain` is empty for the scanned chain; `caller` is who makes it,
    empty when that is not known. `delegatecall` is None where code decides: the executor's, or that of the wrapper
    that an inner call goes `through`; with that empty nothing tells. `opened`: its inner calls follow. `makes`: what
    the code that it runs makes with CREATE2, address and the code that makes it. `told`: the answers that were read by
    which it is known whom it calls, its own and those around it; none where code or calldata say so.
    """

    index: int
    target: str
    value: int
    calldata: str
    decoded: Decoded
    caller: str
    inside: str = ""
    chain: str = ""
    delegatecall: bool | None = False
    through: str = ""
    opened: bool = False
    makes: tuple[tuple[str, bytes], ...] = ()
    told: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Opened:
    """All calls of a proposal: its own in order, then the inner ones. `limit` says what was left out, if anything.

    `asks`: what the code that it runs asks of others, where the answers may tell whom it calls.
    """

    calls: tuple[Call, ...]
    limit: str = ""
    asks: frozenset[Question] = frozenset()


@dataclass
class _Frame:
    """A call that is being opened, with the words that lead to it."""

    call: Call
    path: str
    depth: int


def _nobody_tells(address: str) -> bool | None:
    return None


@dataclass(frozen=True)
class Around:
    """What is known beside the crawl: `strangers`, accounts outside it with their ABI and code, how contracts call, and
    what was followed of code before."""

    strangers: Mapping[str, Account] = field(default_factory=dict)
    delegates: Delegates = _nobody_tells
    walks: Walks = field(default_factory=Walks)


@dataclass
class _Run:
    """What is left of the limits, and the calls found so far."""

    book: AbiBook
    home: str
    characters: int
    around: Around
    found: list[Call] = field(default_factory=list)
    limit: str = ""
    called: set[str] = field(default_factory=set)
    clouded: bool = False
    asks: set[Question] = field(default_factory=set)

    def sure(self, question: Question) -> bool:
        """Whether nothing that the proposal calls may change an answer before it is given."""
        return not self.clouded and f"0x{question.target:040x}" not in self.called


def open_calls(world: World, actions: Sequence[RawAction], executor: str, around: Around | None = None) -> Opened:
    """Return the calls of a proposal and those inside them, to at most 10,000 inner ones, 16 levels deep.

    What cannot be opened is there as a call that could not be decoded, with the reason. `executor` makes the outer
    calls.
    """
    around = around or Around()
    home = CHAIN_NAMES.get(world.chain.chain_id, _HERE)
    budget = _SPARE_CHARACTERS + _GROWTH * sum(len(action.calldata) for action in actions)
    run = _Run(AbiBook(world, around.strangers), home, budget, around)
    outer = [_outer(run, action, index, executor) for index, action in enumerate(actions)]
    run.called.update(call.target for call in outer)
    opened = {call.index for call in outer if _open_all(run, call, len(outer))}
    own = tuple(_marked(run, call) if call.index in opened else call for call in outer)
    return Opened(own + tuple(run.found), run.limit, frozenset(run.asks))


def _outer(run: _Run, action: RawAction, index: int, executor: str) -> Call:
    decoded = decode_action(run.book, action.target, action.signature, action.calldata)
    return Call(index, action.target, action.value, action.calldata, decoded, executor, delegatecall=action.delegate)


def _marked(run: _Run, call: Call) -> Call:
    setting = _runs(run, call)
    return replace(call, opened=True, makes=() if setting is None else created_by(setting, run.around.walks))


def _open_all(run: _Run, call: Call, outer: int) -> bool:
    """Add what is inside `call`, depth first and in order; return whether it was opened.

    A stack of generators and not recursion: the depth is a stranger's choice.
    """
    if not _opens(run, call) or run.limit:
        return False
    stack = [(_Frame(call, f"action {call.index + 1}", 1), _children(run, call))]
    position = [0]
    while stack:
        frame, children = stack[-1]
        try:
            inner = next(children, None)
        except DecodeError as error:
            _add_unread(run, frame, outer, Reason.UNDECODABLE, f"what it holds could not be read: {error}")
            stack.pop()
            position.pop()
            continue
        if inner is None:
            stack.pop()
            position.pop()
            continue
        position[-1] += 1
        added = _add(run, frame, inner, position[-1], outer)
        if added is None:
            break
        if inner.unread:
            continue
        if _opens(run, added):
            path = f"{frame.path} → {_step(frame.call)} {position[-1]}"
            if frame.depth >= MAX_DEPTH:
                deeper = _Frame(added, path, frame.depth + 1)
                _add_unread(run, deeper, outer, Reason.LIMIT, f"more than {MAX_DEPTH} calls inside each other")
                continue
            run.found[-1] = _marked(run, added)
            stack.append((_Frame(added, path, frame.depth + 1), _children(run, added)))
            position.append(0)
    return True


def is_wrapper(call: Call) -> bool:
    """Return whether the arguments of a call hold further calls."""
    return isinstance(call.decoded.signature, Known) and call.decoded.signature.value in WRAPPERS


def _opens(run: _Run, call: Call) -> bool:
    return is_wrapper(call) or _runs(run, call) is not None


def _runs(run: _Run, call: Call) -> Setting | None:
    """Return what runs where a call runs a proposal contract or, by delegatecall, any other code that is at hand.

    As whom it runs is not known where nothing tells how its caller calls.
    """
    if call.chain or is_wrapper(call) or call.decoded.left_open or len(call.calldata) < _SELECTOR:
        return None
    how = _delegated(run, call)
    if call.calldata[:_SELECTOR] not in SPELLS and not how:
        return None
    code = _code(run.book, call.target)
    if not code:
        return None
    own, caller = ("", "") if how is None else (call.caller, "") if how else (call.target, call.caller)
    given = Bytes.known(bytes.fromhex(call.calldata[2:]))
    return Setting(code, own, caller, call.value, given, run.book.world.chain.chain_id)


def _delegated(run: _Run, call: Call) -> bool | None:
    if call.delegatecall is not None:
        return call.delegatecall
    asked = call.through if call.inside else call.caller
    return run.around.delegates(asked) if asked else None


def _code(book: AbiBook, address: str) -> bytes:
    """Return the code that runs at an address, its implementation's where it is a proxy; empty where none is known."""
    account = book.world.get(address) or book.strangers.get(address)
    implementation = nonzero(account.proxy.implementation) if account is not None and account.proxy else None
    behind = book.world.get(implementation) if implementation else None
    for holder in (behind, account):
        if holder is not None and isinstance(holder.code, Known) and holder.code.value != "0x":
            return bytes.fromhex(holder.code.value[2:])
    return b""


def _children(run: _Run, call: Call) -> Iterator[Inner]:
    setting = _runs(run, call)
    if setting is not None:
        run.asks.update(run.around.walks.asks(setting))
        return calls_of(setting, run.home, run.around.walks, run.sure)
    assert isinstance(call.decoded.signature, Known)
    own = call.caller if call.delegatecall else call.target
    place = Place(call.target, own, call.caller, call.chain or run.home)
    values = tuple(
        LeftOpen() if at in call.decoded.left_open else value for at, value in enumerate(call.decoded.values)
    )
    return WRAPPERS[call.decoded.signature.value](place, values)


class LeftOpen:
    """Stands for an argument that is not known before it runs: whoever would read it gets a DecodeError."""

    def __getattr__(self, name: str) -> Any:
        raise DecodeError(_DECIDED_LATER)

    def _refuse(self, *others: object) -> Any:
        raise DecodeError(_DECIDED_LATER)

    __int__ = __bool__ = __iter__ = __getitem__ = __len__ = __eq__ = __hash__ = __str__ = __lt__ = _refuse


def _is_open(part: object) -> bool:
    return isinstance(part, LeftOpen)


def _name(call: Call) -> str:
    return call.decoded.signature.value.split("(")[0] if isinstance(call.decoded.signature, Known) else "call"


def _step(call: Call) -> str:
    """Return what leads from a call to those inside it: the function whose arguments hold them, or code that runs."""
    return _name(call) if is_wrapper(call) else f"code of {short(call.target)}"


def _add(run: _Run, frame: _Frame, inner: Inner, number: int, outer: int) -> Call | None:
    """Decode and keep one inner call; None when a limit ends the reading."""
    if _is_open(inner.target) or _is_open(inner.data):
        raise DecodeError(_DECIDED_LATER)
    if inner.unread:
        _add_unread(run, frame, outer, Reason.UNRESOLVED, inner.unread)
        return run.found[-1]
    calldata = full_calldata(inner.signature, inner.data)
    run.characters -= len(calldata)
    if len(run.found) >= MAX_INNER or run.characters < 0:
        run.limit = f"more than {MAX_INNER} inner calls, or calls that hold each other"
        _add_unread(run, frame, outer, Reason.LIMIT, f"the rest was not read: {run.limit}")
        return None
    away = inner.chain != run.home
    book = None if away else run.book
    if inner.again:
        decoded = decode_partly(book, inner.target, calldata, again=inner.again)
    else:
        decoded = decode_action(book, inner.target, inner.signature, calldata)
    if inner.raw and isinstance(decoded.signature, Unknown):
        decoded = replace(decoded, signature=Unknown(reason=Reason.UNDECODABLE, detail=inner.raw))
    told = tuple(dict.fromkeys((*frame.call.told, *inner.told)))
    run.called.add(inner.target)
    call = Call(
        index=outer + len(run.found),
        target=inner.target,
        value=inner.value,
        calldata=calldata,
        decoded=decoded,
        caller=inner.caller,
        inside=f"{frame.path} → {_step(frame.call)} {number}",
        chain=inner.chain if away else "",
        delegatecall=inner.delegatecall,
        through=frame.call.target,
        told=told,
    )
    run.found.append(call)
    return call


def _add_unread(run: _Run, frame: _Frame, outer: int, reason: Reason, detail: str) -> None:
    """Keep a call that stands for what could not be read inside a wrapper: never nothing."""
    around = frame.call
    run.clouded = True
    unread = Decoded(Unknown(reason=reason, detail=detail), "raw", (), ())
    run.found.append(
        Call(
            index=outer + len(run.found),
            target=around.target,
            value=0,
            calldata=around.calldata,
            decoded=unread,
            caller="",
            inside=f"{frame.path} → {_step(around)}",
            chain=around.chain,
            delegatecall=None,
        )
    )
