"""Calls inside calls: what a proposal does in the end, through timelocks, Safes, batches and bridges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.chain.abi import DecodeError
from scanner.discovery.account import Account
from scanner.discovery.families.told import RawAction, full_calldata
from scanner.discovery.world import World
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.chain_numbers import CHAIN_NAMES
from scanner.proposals.decode import AbiBook, Decoded, decode_action
from scanner.proposals.inner import Inner, Place
from scanner.proposals.wrappers import WRAPPERS

MAX_INNER = 10_000
MAX_DEPTH = 16
_GROWTH = 8
"""Inner calls repeat their bytes once per level; pointers that overlap could repeat them without end."""
_SPARE_CHARACTERS = 131_072
_HERE = "this chain"


@dataclass(frozen=True)
class Call:
    """One call, the proposal's own or one inside it, decoded.

    `inside` names the calls around an inner one; `chain` is empty for the scanned chain; `caller` is who makes it,
    empty when that is not known. `delegatecall` is None where code decides: the executor's, or that of the wrapper
    that an inner call goes `through`; with that empty nothing tells. `opened`: its inner calls follow.
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


@dataclass(frozen=True)
class Opened:
    """All calls of a proposal: its own in order, then the inner ones. `limit` says what was left out, if anything."""

    calls: tuple[Call, ...]
    limit: str = ""


@dataclass
class _Frame:
    """A call that is being opened, with the words that lead to it."""

    call: Call
    path: str
    depth: int


@dataclass
class _Run:
    """What is left of the limits, and the calls found so far."""

    book: AbiBook
    home: str
    characters: int
    found: list[Call] = field(default_factory=list)
    limit: str = ""


def open_calls(
    world: World, actions: Sequence[RawAction], executor: str, *, strangers: Mapping[str, Account] | None = None
) -> Opened:
    """Return the calls of a proposal and those inside them, to at most 10,000 inner ones, 16 levels deep.

    What cannot be opened is there as a call that could not be decoded, with the reason. `executor` makes the outer
    calls. `strangers` are accounts outside the crawl whose ABI may be known.
    """
    home = CHAIN_NAMES.get(world.chain.chain_id, _HERE)
    budget = _SPARE_CHARACTERS + _GROWTH * sum(len(action.calldata) for action in actions)
    run = _Run(AbiBook(world, strangers or {}), home, budget)
    outer = [_outer(run, action, index, executor) for index, action in enumerate(actions)]
    opened = {call.index for call in outer if _open_all(run, call, len(outer))}
    own = tuple(_marked(call) if call.index in opened else call for call in outer)
    return Opened(own + tuple(run.found), run.limit)


def _outer(run: _Run, action: RawAction, index: int, executor: str) -> Call:
    decoded = decode_action(run.book, action.target, action.signature, action.calldata)
    return Call(index, action.target, action.value, action.calldata, decoded, executor, delegatecall=action.delegate)


def _marked(call: Call) -> Call:
    return replace(call, opened=True)


def _open_all(run: _Run, call: Call, outer: int) -> bool:
    """Add what is inside `call`, depth first and in order; return whether it was opened.

    A stack of generators and not recursion: the depth is a stranger's choice.
    """
    if not _is_wrapper(call) or run.limit:
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
        if _is_wrapper(added):
            path = f"{frame.path} → {_name(frame.call)} {position[-1]}"
            if frame.depth >= MAX_DEPTH:
                deeper = _Frame(added, path, frame.depth + 1)
                _add_unread(run, deeper, outer, Reason.LIMIT, f"more than {MAX_DEPTH} calls inside each other")
                continue
            run.found[-1] = _marked(added)
            stack.append((_Frame(added, path, frame.depth + 1), _children(run, added)))
            position.append(0)
    return True


def _is_wrapper(call: Call) -> bool:
    return isinstance(call.decoded.signature, Known) and call.decoded.signature.value in WRAPPERS


def _children(run: _Run, call: Call) -> Iterator[Inner]:
    assert isinstance(call.decoded.signature, Known)
    own = call.caller if call.delegatecall else call.target
    place = Place(call.target, own, call.caller, call.chain or run.home)
    return WRAPPERS[call.decoded.signature.value](place, call.decoded.values)


def _name(call: Call) -> str:
    return call.decoded.signature.value.split("(")[0] if isinstance(call.decoded.signature, Known) else "call"


def _add(run: _Run, frame: _Frame, inner: Inner, number: int, outer: int) -> Call | None:
    """Decode and keep one inner call; None when a limit ends the reading."""
    calldata = full_calldata(inner.signature, inner.data)
    run.characters -= len(calldata)
    if len(run.found) >= MAX_INNER or run.characters < 0:
        run.limit = f"more than {MAX_INNER} inner calls, or calls that hold each other"
        _add_unread(run, frame, outer, Reason.LIMIT, f"the rest was not read: {run.limit}")
        return None
    away = inner.chain != run.home
    decoded = decode_action(None if away else run.book, inner.target, inner.signature, calldata)
    if inner.raw and isinstance(decoded.signature, Unknown):
        decoded = replace(decoded, signature=Unknown(reason=Reason.UNDECODABLE, detail=inner.raw))
    call = Call(
        index=outer + len(run.found),
        target=inner.target,
        value=inner.value,
        calldata=calldata,
        decoded=decoded,
        caller=inner.caller,
        inside=f"{frame.path} → {_name(frame.call)} {number}",
        chain=inner.chain if away else "",
        delegatecall=inner.delegatecall,
        through=frame.call.target,
    )
    run.found.append(call)
    return call


def _add_unread(run: _Run, frame: _Frame, outer: int, reason: Reason, detail: str) -> None:
    """Keep a call that stands for what could not be read inside a wrapper: never nothing."""
    around = frame.call
    unread = Decoded(Unknown(reason=reason, detail=detail), "raw", (), ())
    run.found.append(
        Call(
            index=outer + len(run.found),
            target=around.target,
            value=0,
            calldata=around.calldata,
            decoded=unread,
            caller="",
            inside=f"{frame.path} → {_name(around)}",
            chain=around.chain,
            delegatecall=None,
        )
    )
