"""Logs and headers that an earlier scan read: at a newer block only the blocks after it are asked for.

For each filter the cache says up to which blocks it was read; the logs themselves are kept with those blocks. They are
taken only while the node says, in the batch that asks for the rest, that the older block still has the same hash. A
header below such a block cannot have changed either: every block names its parent's hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeVar

from scanner.chain import wire
from scanner.chain.cache import Cache, CacheKey
from scanner.chain.faults import Answer, Result
from scanner.chain.interface import BlockRead, FoldRead, LogRead
from scanner.chain.payload import Payload, cache_key, observe
from scanner.chain.rpc import Request
from scanner.model.evidence import LogEvidence
from scanner.model.snapshot import PinnedBlock

BLOCKS_KEPT = 4
"""Blocks that are remembered for each filter: the newest ones that it was read up to."""

MOST_SETS = 30
"""Scans that went on with a sum where another one ended, before everything is read again as one set of logs."""

_NO_BLOCK = ""
"""Stands in the cache's key where a block's hash stands otherwise: what is kept there is about all blocks."""

_METHOD = "eth_getLogs read up to"
_HEADER = "eth_getBlockByNumber below"
_HASH = re.compile(r"0x[0-9a-f]{64}\Z")
_Filter = TypeVar("_Filter", LogRead, FoldRead)
Place = tuple[int, str]
"""Number and hash of a block."""


@dataclass(frozen=True)
class Earlier:
    """The logs of one filter up to an older block, in chain order."""

    number: int
    hash: str
    logs: tuple[LogEvidence, ...]


@dataclass(frozen=True)
class KeptSum:
    """What an earlier scan added up (see `folds`), to the end of an older block."""

    number: int
    hash: str
    payload: Payload


@dataclass
class Headers:
    """The hashes of older blocks, each asked for once in a batch by whoever needs it first."""

    asked: set[int] = field(default_factory=set)
    hashes: dict[int, str] = field(default_factory=dict)

    def wanted(self, number: int) -> list[Request]:
        """Return the request for a header, or none where it is under way."""
        if number in self.asked:
            return []
        self.asked.add(number)
        return [Request("eth_getBlockByNumber", (hex(number), False))]

    def take(self, answers: Sequence[Answer]) -> None:
        """Note what the node says; a header that did not come confirms nothing."""
        for answer in answers:
            if isinstance(answer, Result):
                try:
                    found = wire.header(answer.value)
                except wire.Malformed:
                    continue
                self.hashes[found.number] = found.hash

    def confirm(self, number: int, hashed: str) -> bool:
        """Whether the chain still has this block."""
        return number in self.asked and self.hashes.get(number) == hashed


def fits(log: LogEvidence, read: LogRead) -> bool:
    """Whether a log is one that the filter asks for."""
    if (read.address and log.address != read.address) or log.block_number < read.from_block:
        return False
    if len(log.topics) < len(read.topics):
        return False
    return all(not choices or log.topics[place] in choices for place, choices in enumerate(read.topics))


def place(log: LogEvidence) -> tuple[int, int]:
    """Return where a log stands in the chain: block and index."""
    return log.block_number, log.log_index


class KeptLogs:
    """What the cache has of logs, for scans at other blocks."""

    def __init__(self, cache: Cache, block: PinnedBlock) -> None:
        self._cache = cache
        self._block = block

    def sums(self, reads: Iterable[FoldRead]) -> dict[FoldRead, KeptSum]:
        """Return for each filter what was added up to the newest older block, where it is there and whole."""
        found: dict[FoldRead, KeptSum] = {}
        for read, places in self._places(reads).items():
            older = [one for one in places if one[0] < self._block.number]
            if older:
                number, hashed = older[-1]
                payload = self._cache.get(self._block.chain_id, hashed, [cache_key(read)]).get(cache_key(read))
                if isinstance(payload, dict) and self._goes_on(read, payload, number):
                    found[read] = KeptSum(number, hashed, payload)
        return found

    def _goes_on(self, read: FoldRead, payload: Payload, number: int) -> bool:
        try:
            observe(read, payload, self._block)
            sets = payload["sets"]
            return len(sets) < MOST_SETS and bool(sets[-1][1] <= number)
        except (KeyError, TypeError, ValueError, AttributeError):
            return False

    def earlier(self, reads: Iterable[LogRead]) -> dict[LogRead, Earlier]:
        """Return for each filter the logs up to the newest older block that are there and whole."""
        found: dict[LogRead, Earlier] = {}
        for read, places in self._places(reads).items():
            older = [one for one in places if one[0] < self._block.number]
            if older:
                number, hashed = older[-1]
                logs = self._logs(read, number, hashed)
                if logs is not None:
                    found[read] = Earlier(number, hashed, logs)
        return found

    def remember(self, reads: Iterable[LogRead | FoldRead]) -> None:
        """Note that these filters were read up to the pinned block."""
        here = (self._block.number, self._block.hash)
        values: dict[CacheKey, list[Place]] = {}
        for key in map(_key, reads):
            found = self._cache.get(self._block.chain_id, _NO_BLOCK, [key])
            others = [one for one in _read_places(found.get(key)) if one[0] != here[0]]
            values[key] = sorted([*others, here])[-BLOCKS_KEPT:]
        self._cache.put(self._block.chain_id, _NO_BLOCK, values)

    def headers(self, reads: Iterable[BlockRead], confirmed: Mapping[int, str]) -> dict[BlockRead, Payload]:
        """Return the headers that were read below a block of which the node said in this scan that it is still there.

        They are kept below the pinned block from now on: it is that block's descendant.
        """
        keys = {_header_key(read): read for read in reads}
        found = self._cache.get(self._block.chain_id, _NO_BLOCK, keys)
        taken = {keys[key]: value for key, value in found.items() if _is_header(keys[key], value, confirmed)}
        self.remember_headers(taken)
        return {read: {"hash": value["hash"], "timestamp": value["timestamp"]} for read, value in taken.items()}

    def remember_headers(self, headers: Mapping[BlockRead, Payload]) -> None:
        """Keep headers below the pinned block."""
        here = [self._block.number, self._block.hash]
        values = {
            _header_key(read): {"hash": one["hash"], "timestamp": one["timestamp"], "below": here}
            for read, one in headers.items()
            if read.number < self._block.number
        }
        self._cache.put(self._block.chain_id, _NO_BLOCK, values)

    def _places(self, reads: Iterable[_Filter]) -> dict[_Filter, list[Place]]:
        keys = {read: _key(read) for read in reads}
        found = self._cache.get(self._block.chain_id, _NO_BLOCK, keys.values())
        return {read: _read_places(found.get(key)) for read, key in keys.items()}

    def _logs(self, read: LogRead, number: int, hashed: str) -> tuple[LogEvidence, ...] | None:
        key = cache_key(read)
        payload = self._cache.get(self._block.chain_id, hashed, [key]).get(key)
        if not isinstance(payload, dict):
            return None
        try:
            logs = tuple(LogEvidence.model_validate_json(item) for item in payload["logs"])
        except (KeyError, TypeError, ValueError):
            return None
        whole = all(fits(log, read) and log.block_number <= number for log in logs)
        same = all(log.chain_id == self._block.chain_id for log in logs)
        ordered = all(place(one) < place(two) for one, two in pairwise(logs))
        ends_here = all(log.block_hash == hashed for log in logs if log.block_number == number)
        return logs if whole and same and ordered and ends_here else None


def _key(read: LogRead | FoldRead) -> CacheKey:
    return CacheKey(_METHOD, cache_key(read).params)


def _header_key(read: BlockRead) -> CacheKey:
    return CacheKey(_HEADER, str(read.number))


def _is_header(read: BlockRead, value: Any, confirmed: Mapping[int, str]) -> bool:
    """Whether a kept header is whole, and the block below which it was read is confirmed."""
    if not isinstance(value, dict) or not isinstance(value.get("timestamp"), int):
        return False
    below = _read_places([value.get("below")])
    ties = bool(below) and read.number < below[0][0] and confirmed.get(below[0][0]) == below[0][1]
    return ties and isinstance(value.get("hash"), str) and _HASH.match(value["hash"]) is not None


def _read_places(value: Any) -> list[Place]:
    """Read what is kept, sorted by number; anything else than number and hash is damaged and counts as absent."""
    if not isinstance(value, list):
        return []
    places = [(one[0], one[1]) for one in value if isinstance(one, list) and len(one) == 2]
    return sorted((one for one in places if _is_place(*one)), key=lambda one: one[0])


def _is_place(number: Any, hashed: Any) -> bool:
    is_number = isinstance(number, int) and not isinstance(number, bool) and number >= 0
    return is_number and isinstance(hashed, str) and _HASH.match(hashed) is not None


def payload_of(earlier: Sequence[LogEvidence], later: Sequence[LogEvidence]) -> Payload:
    """Return what is kept of a filter's logs, in chain order."""
    return {"logs": [log.model_dump_json() for log in (*earlier, *later)]}


def resumed(reads: Iterable[LogRead], earlier: Mapping[LogRead, Earlier]) -> dict[Place | None, list[LogRead]]:
    """Put filters together that go on after the same block; under None those that are read from their beginning."""
    groups: dict[Place | None, list[LogRead]] = {}
    for read in reads:
        kept = earlier.get(read)
        groups.setdefault(None if kept is None else (kept.number, kept.hash), []).append(read)
    return groups
