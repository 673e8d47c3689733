"""Logs over a range of blocks, cut into the ranges that a node allows."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from scanner.chain import wire
from scanner.chain.faults import Answer, Fault, Kind, Result
from scanner.chain.interface import LogRead, Read
from scanner.chain.kept import Earlier, Headers, fits, payload_of, place
from scanner.chain.plans import Outcome, Plan
from scanner.chain.rpc import Request
from scanner.model.evidence import LogEvidence
from scanner.model.snapshot import PinnedBlock

MAX_REQUESTS = 20_000
ADDRESSES_EACH = 100
MAX_LOGS = 400_000
"""Logs of one filter that are held at a time, at some 2 KB each: anybody can make a contract log by the million."""

Range = tuple[int, int]


@dataclass
class LogSpan:
    """The widest range that the node has been seen to take, once it has refused one."""

    blocks: int | None = None

    def cut(self, first: int, last: int) -> list[Range]:
        """Cut a range into pieces of that width."""
        if self.blocks is None:
            return [(first, last)]
        return [(start, min(last, start + self.blocks - 1)) for start in range(first, last + 1, self.blocks)]


@dataclass
class _Search:
    """One filter, for one address or several, on its way through the blocks."""

    reads: tuple[LogRead, ...]
    block: PinnedBlock
    first: int
    found: list[LogEvidence] = field(default_factory=list)
    requests: int = 0

    def request(self, part: Range) -> Request:
        self.requests += 1
        return log_request(self.reads, part)

    def take(self, part: Range, answer: Result) -> Fault | None:
        if isinstance(answer.value, list) and len(self.found) + len(answer.value) > MAX_LOGS:
            return Fault(Kind.LIMIT, f"more than {MAX_LOGS} logs, which is as many as are held")
        try:
            self.found += _checked_logs(self.reads, part, answer.value, self.block)
        except ValueError as error:
            return Fault(Kind.GARBAGE, f"the node's logs are malformed: {error}")
        return None


def log_request(reads: Sequence[LogRead], part: Range) -> Request:
    """Return the `eth_getLogs` of a filter over a range of blocks, both ends included.

    `reads` differ in nothing but their address; one that is empty stands alone.
    """
    topics = [list(choices) if choices else None for choices in reads[0].topics]
    query: dict[str, Any] = {"topics": topics, "fromBlock": hex(part[0]), "toBlock": hex(part[1])}
    addresses = [read.address for read in reads]
    if addresses != [""]:
        query["address"] = addresses[0] if len(addresses) == 1 else addresses
    return Request("eth_getLogs", (query,), divisible=True)


def grouped(reads: Sequence[LogRead]) -> list[tuple[LogRead, ...]]:
    """Put filters together that differ in nothing but their address: a node that allows small ranges only is then
    asked once for all of them."""
    groups: dict[tuple[Any, ...], list[LogRead]] = {}
    for read in reads:
        groups.setdefault((read.topics, read.from_block, read.address == ""), []).append(read)
    return [
        tuple(group[first : first + ADDRESSES_EACH])
        for group in groups.values()
        for first in range(0, len(group), ADDRESSES_EACH)
    ]


@dataclass(frozen=True)
class Resume:
    """What filters that go on after the same older block have of the blocks up to it."""

    number: int
    hash: str
    earlier: Mapping[LogRead, Earlier]
    headers: Headers

    @property
    def confirmed(self) -> bool:
        """Whether the chain still has the older block, as far as the node has said."""
        return self.headers.confirm(self.number, self.hash)


def logs(reads: tuple[LogRead, ...], block: PinnedBlock, span: LogSpan, resume: Resume | None = None) -> Plan:
    """Ask for all logs of filters (see `grouped`) up to the pinned block, or for those after the block of `resume`.

    A refused range is first sounded out: ranges of half, a quarter … down to one block, all in one batch, tell how much
    the node takes, and whether it has logs there at all. Ranges that still fail are halved. Where the chain does not
    have the older block any more, everything is read.
    """
    first = reads[0].from_block if resume is None else max(reads[0].from_block, resume.number + 1)
    search = _Search(reads, block, first)
    fault = yield from _search(search, span, resume)
    if resume is not None and not resume.confirmed:
        return (yield from logs(reads, block, span))
    if fault is not None and fault.kind is Kind.LIMIT and len(reads) > 1:
        done: dict[Read, Outcome | Fault] = {}
        for read in reads:  # together they were too much; alone most of them are not
            done.update((yield from logs((read,), block, span, resume)))
        return done
    if fault is not None:
        return dict.fromkeys(reads, fault)
    found = sorted(search.found, key=place)
    if any(place(one) == place(two) for one, two in pairwise(found)):
        return dict.fromkeys(reads, Fault(Kind.GARBAGE, "the node gave the same log twice"))
    of_each: dict[str, list[LogEvidence]] = {read.address: [] for read in reads}
    for log in found:
        of_each["" if "" in of_each else log.address].append(log)
    earlier = {} if resume is None else {read: resume.earlier[read].logs for read in reads}
    return {read: payload_of(earlier.get(read, ()), of_each[read.address]) for read in reads}


def _search(
    search: _Search, span: LogSpan, resume: Resume | None
) -> Generator[list[Request], list[Answer], Fault | None]:
    """Take all logs of the range. Where the older block of `resume` is not confirmed this ends after one step."""
    waiting = span.cut(search.first, search.block.number) if search.first <= search.block.number else []
    sounded = False
    while waiting:
        if search.requests + len(waiting) > MAX_REQUESTS:
            return Fault(Kind.LIMIT, f"the node's range limit would need more than {MAX_REQUESTS} requests")
        headers = [] if resume is None else resume.headers.wanted(resume.number)
        answers = yield [*headers, *(search.request(part) for part in waiting)]
        if resume is not None:
            resume.headers.take(answers[: len(headers)])
            if not resume.confirmed:
                return None
        refused, fault = _sift(search, waiting, answers[len(headers) :])
        if fault is not None:
            return fault
        if refused and not sounded:
            sounded = True
            fault = yield from _sound(search, refused[0], span)
            if fault is not None:
                return fault
            waiting = [piece for part in refused for piece in _smaller(part, span)]
        else:
            waiting = [piece for part in refused for piece in _halves(part)]
    return None


def _sift(search: _Search, parts: Sequence[Range], answers: Sequence[Answer]) -> tuple[list[Range], Fault | None]:
    """Take the logs that came; return the ranges to ask again in pieces, or the fault that ends it."""
    refused: list[Range] = []
    for part, answer in zip(parts, answers, strict=True):
        if isinstance(answer, Result):
            fault = search.take(part, answer)
            if fault is not None:
                return [], fault
        elif part[0] == part[1]:
            return [], answer
        else:
            refused.append(part)
    return refused, None


def _sound(search: _Search, refused: Range, span: LogSpan) -> Generator[list[Request], list[Answer], Fault | None]:
    """Find the widest range that the node takes from a block on. A single block refused is the end."""
    first, last = refused
    widths = [(last - first + 1) >> shift for shift in range(1, (last - first + 1).bit_length())]
    answers = yield [search.request((first, first + width - 1)) for width in widths]
    for width, answer in zip(widths, answers, strict=True):
        if isinstance(answer, Result):
            span.blocks = width if span.blocks is None else min(width, span.blocks)
            return None
    fault = answers[-1]
    assert isinstance(fault, Fault)
    return Fault(Kind.PRUNED, fault.message) if fault.kind is Kind.OTHER else fault


def _smaller(part: Range, span: LogSpan) -> list[Range]:
    pieces = span.cut(*part)
    return pieces if len(pieces) > 1 else _halves(part)


def _halves(part: Range) -> list[Range]:
    middle = (part[0] + part[1]) // 2
    return [(part[0], middle), (middle + 1, part[1])]


def _checked_logs(reads: Sequence[LogRead], part: Range, value: Any, block: PinnedBlock) -> list[LogEvidence]:
    """Read an answer and hold it against the filter: a node that mixes answers up must not go unnoticed."""
    if not isinstance(value, list):
        raise wire.Malformed("not a list")
    found = [wire.log(item, chain_id=block.chain_id) for item in value]
    addresses, any_address = {one.address for one in reads}, replace(reads[0], address="")
    for log in found:
        if (addresses != {""} and log.address not in addresses) or not part[0] <= log.block_number <= part[1]:
            raise wire.Malformed("a log of another address or block")
        if not fits(log, any_address):
            raise wire.Malformed("a log of another event")
        if log.block_number == block.number and log.block_hash != block.hash:
            raise wire.Malformed("a log of another fork")
    return found
