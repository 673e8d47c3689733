"""Logs that are added up as they come, so that a token's million transfers never stand in memory together.

The logs of a filter are asked for range by range in chain order; each range is checked, counted, digested and added up,
then forgotten. What is kept is the sum, and for each scan that read on, one set of logs that a stranger can read again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain import wire
from scanner.chain.faults import Answer, Fault, Kind, Result
from scanner.chain.interface import Fold, FoldRead, LogRead
from scanner.chain.kept import Headers, KeptSum
from scanner.chain.logs import MAX_REQUESTS, LogSpan, Range, log_request
from scanner.chain.plans import Plan
from scanner.chain.rpc import Request
from scanner.model.snapshot import PinnedBlock

AT_ONCE = 20_000
"""Logs that one range should hold."""

_HEX = re.compile(r"[0-9a-f]*\Z")


class Nothing(Fold):
    """Makes nothing of logs: for their number and digest alone."""

    name = "nothing"

    def start(self) -> dict[str, Any]:
        return {}

    def add(self, state: dict[str, Any], logs: Iterable[tuple[Sequence[str], str]]) -> None:
        """Forget them."""


@dataclass
class _Sum:
    """One filter on its way through the blocks."""

    read: FoldRead
    block: PinnedBlock
    state: dict[str, Any]
    digest: Any = field(default_factory=hashlib.sha256)
    count: int = 0
    last: tuple[int, int] = (-1, -1)

    def take(self, part: Range, value: Any) -> int:
        """Add one range; returns its number of logs. Raises ValueError, KeyError or TypeError for what is no log."""
        if not isinstance(value, list):
            raise wire.Malformed("not a list")
        rows = sorted((_row(self.read, part, item, self.block) for item in value), key=lambda row: row[0])
        for place, transaction, _, _ in rows:
            if place <= self.last:
                raise wire.Malformed("the same log twice")
            self.last = place
            self.digest.update(transaction + place[1].to_bytes(32, "big"))
        self.read.fold.add(self.state, ((topics, data) for _, _, topics, data in rows))
        self.count += len(rows)
        return len(rows)


_Row = tuple[tuple[int, int], bytes, list[str], str]


def _row(read: FoldRead, part: Range, item: Any, block: PinnedBlock) -> _Row:
    if not isinstance(item, dict) or item.get("removed"):
        raise wire.Malformed("no log, or one that a reorganisation removed")
    number, index = wire.quantity(item["blockNumber"]), wire.quantity(item["logIndex"])
    if (read.address and item["address"].lower() != read.address) or not part[0] <= number <= part[1]:
        raise wire.Malformed("a log of another address or block")
    if number == block.number and item["blockHash"].lower() != block.hash:
        raise wire.Malformed("a log of another fork")
    topics = [topic.lower() for topic in item["topics"]]
    data = item["data"].lower()
    if len(topics) < len(read.topics) or any(len(topic) != 66 for topic in topics):
        raise wire.Malformed("not the topics of this event")
    for place, choices in enumerate(read.topics):
        if choices and topics[place] not in choices:
            raise wire.Malformed("a log of another event")
    if not _HEX.match("".join(topic[2:] for topic in topics) + data[2:]):
        raise wire.Malformed("not hex data")
    transaction = bytes.fromhex(item["transactionHash"][2:])
    if len(transaction) != 32:
        raise wire.Malformed("not a transaction hash")
    return (number, index), transaction, topics, data


def fold(
    read: FoldRead, block: PinnedBlock, span: LogSpan, *, kept: KeptSum | None = None, headers: Headers | None = None
) -> Plan:
    """Add up all logs of a filter to the pinned block, or those after an older block that the chain still has.

    The payload is `{"state": what the fold made, "sets": [[from_block, to_block, count, digest], …]}`.
    """
    headers = headers or Headers()
    first = read.from_block if kept is None else max(read.from_block, kept.number + 1)
    state = read.fold.start() if kept is None else kept.payload["state"]
    total = _Sum(read, block, state)
    fault = yield from _walk(total, first, span, kept=kept, headers=headers)
    if kept is not None and not headers.confirm(kept.number, kept.hash):
        return (yield from fold(read, block, span))
    if fault is not None:
        return {read: fault}
    sets = list(kept.payload["sets"]) if kept is not None else []
    if sets and sets[-1][2] == 0:
        first = sets.pop()[0]  # nothing came then: what came now stands for both
    sets.append([first, block.number, total.count, "0x" + total.digest.hexdigest()])
    return {read: {"state": total.state, "sets": sets}}


def _walk(
    total: _Sum, first: int, span: LogSpan, *, kept: KeptSum | None, headers: Headers
) -> Generator[list[Request], list[Answer], Fault | None]:
    """Take range after range. Where the older block is not confirmed this ends after one step."""
    read, last = total.read, total.block.number
    width = max(1, read.width or last - first + 1)
    asked = 0
    while first <= last or (kept is not None and not asked):
        part = (first, min(last, first + min(width, span.blocks or width) - 1))
        checks = headers.wanted(kept.number) if kept is not None else []
        wanted = [log_request((LogRead(read.address, read.topics),), part)] if first <= last else []
        asked += 1
        if asked > MAX_REQUESTS:
            return Fault(Kind.LIMIT, f"the node's range limit would need more than {MAX_REQUESTS} requests")
        answers = yield [*checks, *wanted]
        headers.take(answers[: len(checks)])
        if kept is not None and not headers.confirm(kept.number, kept.hash):
            return None
        if not wanted:
            return None
        answer = answers[-1]
        if isinstance(answer, Fault):
            if part[0] == part[1]:
                return answer
            width = (part[1] - part[0] + 1) // 2
            continue
        found = _taken(total, part, answer)
        if isinstance(found, Fault):
            return found
        first = part[1] + 1
        width = _next_width(part[1] - part[0] + 1, found, width)
    return None


def _taken(total: _Sum, part: Range, answer: Result) -> int | Fault:
    try:
        return total.take(part, answer.value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = str(error) if isinstance(error, wire.Malformed) else type(error).__name__
        return Fault(Kind.GARBAGE, f"the node's logs are malformed: {what}")


def _next_width(blocks: int, logs: int, width: int) -> int:
    if logs > AT_ONCE:
        return max(1, blocks * AT_ONCE // logs)
    return width * 2 if logs < AT_ONCE // 2 else width
