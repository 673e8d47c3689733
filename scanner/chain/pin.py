"""Choosing the one block at which everything is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.chain import wire
from scanner.chain.faults import Answer, Result
from scanner.chain.rpc import Request, Rpc
from scanner.model.errors import NodeError, UsageError
from scanner.model.snapshot import PinnedBlock

_PROBES = 32


@dataclass(frozen=True)
class Wish:
    """Which block the user wants: a number, the last one at or before a time (seconds since 1970), or the default."""

    block: int | None = None
    at: int | None = None
    chain_id: int | None = None


@dataclass(frozen=True)
class Pin:
    """The block that was found, and what to know about it."""

    block: PinnedBlock
    notes: tuple[str, ...]


def pin(rpc: Rpc, wish: Wish) -> Pin:
    """Find the block. Raises UsageError for a wrong chain or a block that is not there, NodeError for a bad node."""
    if wish.block is not None and wish.at is not None:
        raise UsageError("--block and --at exclude each other", hint="give one of them")
    wanted = [Request("eth_chainId"), _header_of("finalized"), _header_of("latest")]
    if wish.block is not None:
        wanted.append(_header_of(hex(wish.block)))
    answers = rpc.ask(wanted)
    chain_id = _chain_id(rpc, answers[0], wish)
    latest = _header(answers[2])
    if latest is None:
        raise _bad_node(rpc, "the node has no latest block, or one that cannot be read")
    finalized = _header(answers[1])
    if wish.block is not None:
        chosen = _numbered(wish.block, _header(answers[3]), latest)
    elif wish.at is not None:
        chosen = _at_time(rpc, wish.at, latest)
    else:
        chosen = finalized or latest
    return Pin(chosen.pinned(chain_id), tuple(_notes(chosen, finalized, latest, wish)))


def header_at(rpc: Rpc, number: int) -> wire.Header | None:
    """Return the header of a block by number, or None when the node does not have it."""
    return _header(rpc.ask([_header_of(hex(number))])[0])


def _header_of(tag: str) -> Request:
    return Request("eth_getBlockByNumber", (tag, False))


def _header(answer: Answer) -> wire.Header | None:
    """Return the header in an answer; None where the node does not know the tag or the block."""
    if not isinstance(answer, Result) or answer.value is None:
        return None
    try:
        return wire.header(answer.value)
    except wire.Malformed:
        return None


def _chain_id(rpc: Rpc, answer: Answer, wish: Wish) -> int:
    try:
        found = wire.quantity(answer.value if isinstance(answer, Result) else None)
    except wire.Malformed:
        raise _bad_node(rpc, "the node does not say which chain it is on") from None
    if wish.chain_id is not None and found != wish.chain_id:
        raise UsageError(
            f"the node is on chain {found}, not on chain {wish.chain_id}",
            where=rpc.transport.endpoint.shown,
            hint="give the URL of a node of that chain, or the right chain id",
        )
    return found


def _bad_node(rpc: Rpc, what: str) -> NodeError:
    return NodeError(what, where=rpc.transport.endpoint.shown, hint="check that --rpc-url is an Ethereum JSON-RPC URL")


def _numbered(number: int, found: wire.Header | None, latest: wire.Header) -> wire.Header:
    if number > latest.number:
        raise UsageError(
            f"block {number} does not exist yet", where="--block", hint=f"the newest block is {latest.number}"
        )
    if found is None or found.number != number:
        raise UsageError(
            f"the node does not have block {number}", where="--block", hint="use an archive node, or a newer block"
        )
    return found


def _at_time(rpc: Rpc, at: int, latest: wire.Header) -> wire.Header:
    """Search by time: each round asks for up to 32 headers in one batch, so 20 million blocks take five rounds."""
    if at >= latest.timestamp:
        return latest
    low = header_at(rpc, 0)
    if low is None or at < low.timestamp:
        raise UsageError(
            f"there is no block at or before {_date(at)}", where="--at", hint="give a time after the chain began"
        )
    high = latest
    while high.number - low.number > 1:
        gap = high.number - low.number
        steps = min(_PROBES, gap - 1)
        numbers = sorted({low.number + gap * step // (steps + 1) for step in range(1, steps + 1)} - {low.number})
        for number, answer in zip(numbers, rpc.ask([_header_of(hex(number)) for number in numbers]), strict=True):
            found = _header(answer)
            if found is None or found.number != number:
                raise _bad_node(rpc, f"the node does not have the header of block {number}")
            if found.timestamp > at:
                high = found
                break
            low = found
    return low


def _notes(chosen: wire.Header, finalized: wire.Header | None, latest: wire.Header, wish: Wish) -> list[str]:
    notes: list[str] = []
    if finalized is None:
        notes.append(f"the node does not know the finalized block; block {chosen.number} may still be replaced")
    elif chosen.number > finalized.number:
        notes.append(f"block {chosen.number} is newer than the finalized block {finalized.number}; it may be replaced")
    if wish.at is not None and wish.at > latest.timestamp:
        notes.append(f"the newest block is older than {_date(wish.at)}; a later scan of that time may see a newer one")
    return notes


def _date(at: int) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{at} s"
