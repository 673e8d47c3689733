"""A node at one pinned block: the implementation of the chain interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain import plans, wire
from scanner.chain.cache import Cache, CacheKey
from scanner.chain.endpoint import parse_endpoint
from scanner.chain.faults import Answer, Fault, Kind
from scanner.chain.folds import fold
from scanner.chain.interface import (
    AccountRead,
    BlockRead,
    CallRead,
    Chain,
    CodeRead,
    FoldRead,
    LogRead,
    Read,
    StorageRead,
    Trips,
)
from scanner.chain.kept import Headers, KeptLogs, resumed
from scanner.chain.logs import LogSpan, Resume, grouped, logs
from scanner.chain.multicall import MULTICALL3, MULTICALL3_CODEHASH, WORTHWHILE, bundled_calls
from scanner.chain.payload import Observation, Payload, cache_key, canonical, codehash, observe, unknown
from scanner.chain.pin import Wish, pin
from scanner.chain.pinned import PinnedRpc
from scanner.chain.rpc import Request, Rpc
from scanner.chain.transport import Patience, Transport
from scanner.model.observation import Reason, Unknown
from scanner.model.snapshot import PinnedBlock

_UNTOLD = 4  # a fork reads one slot or account at a time, and nobody wants to hear of each
_SLOTS_EACH = 250  # some nodes refuse proofs of more than 1024 keys


@dataclass(frozen=True)
class ChainOptions:
    """Which block, which chain, and how patient to be.

    `block` is a number, `at` a time in seconds since 1970 (the last block at or before it); without either it is the
    finalized block. `multicall_codehash` is the code that must be at Multicall3's address for it to be used.
    """

    block: int | None = None
    at: int | None = None
    expected_chain_id: int | None = None
    cache: Cache | None = None
    patience: Patience = field(default_factory=Patience)
    multicall_codehash: str = MULTICALL3_CODEHASH
    notify: Callable[[str], None] = lambda text: None


def connect(rpc_url: str, patience: Patience | None = None) -> Rpc:
    """Return a connection to a node; nothing is sent yet. Raises UsageError for a URL that is none."""
    return Rpc(Transport(parse_endpoint(rpc_url), patience or Patience(), Trips()))


def open_chain(rpc_url: str, options: ChainOptions | None = None) -> NodeChain:
    """Connect to a node and pin a block, in one round trip unless `at` is given.

    Raises UsageError for a bad URL, a refused key, another chain or a missing block; NodeError for a node that
    is down or answers what no node should. Neither holds more of the URL than scheme and host.
    """
    options = options or ChainOptions()
    rpc = connect(rpc_url, options.patience)
    found = pin(rpc, Wish(options.block, options.at, options.expected_chain_id))
    for note in found.notes:
        options.notify(note)
    return NodeChain(rpc, found.block, options, notes=found.notes)


class NodeChain(Chain):
    """Answers reads from the cache and, in as few round trips as it allows, from a node.

    `notes` says what to know about the pinned block, for instance that it is not finalized.
    """

    def __init__(self, rpc: Rpc, block: PinnedBlock, options: ChainOptions, *, notes: Iterable[str] = ()) -> None:
        self.block = block
        self.trips = rpc.transport.trips
        self.notes = tuple(notes)
        self._pinned = PinnedRpc(rpc, block)
        self._options = options
        self._span = LogSpan()
        self._kept = None if options.cache is None else KeptLogs(options.cache, block)
        self._headers: list[Headers] = []
        self._confirmed: dict[int, str] = {}
        self._multicall: bool | None = None  # not known yet

    def close(self) -> None:
        """Close the connection."""
        self._pinned.rpc.transport.close()

    def read(self, reads: Sequence[Read]) -> tuple[Observation, ...]:
        """Answer one level of reads; see the interface. Raises ValueError for an address or slot that is no hex."""
        wanted = {read: canonical(read) for read in reads}
        done: dict[Read, Payload | Fault] = {}
        open_reads = dict.fromkeys(plain for plain in wanted.values() if not self._answer_here(plain, done))
        self._recall(open_reads, done)
        self._recall_headers(open_reads, done)
        left = [read for read in open_reads if read not in done]
        if left:
            done.update(self._ask(left))
        return tuple(self._observation(read, done[wanted[read]]) for read in reads)

    def header(self, number: int) -> Mapping[str, Any] | Fault:
        """Return a block up to the pinned one with every field that the node gives it, without its transactions."""
        if not 0 <= number <= self.block.number:
            return Fault(Kind.OTHER, "after the pinned block")
        cache, key = self._options.cache, CacheKey("eth_getBlockByNumber whole", str(number))
        kept = cache.get(self.block.chain_id, self.block.hash, [key]) if cache is not None else {}
        if isinstance(kept.get(key), dict):
            self.trips.cached += 1
            return dict(kept[key])
        (answer,) = self._pinned.ask([Request("eth_getBlockByNumber", (hex(number), False))])
        if isinstance(answer, Fault):
            return answer
        try:
            found = wire.header(answer.value)
        except wire.Malformed as error:
            return Fault(Kind.GARBAGE, f"the node's answer is malformed: {error}")
        if found.number != number or (number == self.block.number and found.hash != self.block.hash):
            return Fault(Kind.GARBAGE, "the node answers with another block")
        whole = {name: value for name, value in answer.value.items() if name not in ("transactions", "uncles")}
        whole |= {"transactions": [], "uncles": []}
        if cache is not None:
            cache.put(self.block.chain_id, self.block.hash, {key: whole})
        return whole

    # ------------------------------------------------------------------------------------------- answering

    def _answer_here(self, read: Read, done: dict[Read, Payload | Fault]) -> bool:
        """Answer what needs no node: the pinned header itself, and blocks after it, which were not read."""
        if not isinstance(read, BlockRead) or read.number < self.block.number:
            return False
        if read.number == self.block.number:
            done[read] = {"hash": self.block.hash, "timestamp": self.block.timestamp}
        else:
            done[read] = Fault(Kind.OTHER, "after the pinned block")
        return True

    def _observation(self, read: Read, outcome: Payload | Fault) -> Observation:
        if isinstance(read, BlockRead) and read.number > self.block.number:
            return Unknown(reason=Reason.NOT_READ, detail=f"block {read.number} comes after the pinned block")
        return unknown(read, outcome) if isinstance(outcome, Fault) else observe(read, outcome, self.block)

    # --------------------------------------------------------------------------------------------- asking

    def _ask(self, reads: Sequence[Read]) -> dict[Read, Payload | Fault]:
        """Ask the node and keep what it says."""
        probe = CodeRead(MULTICALL3)
        asked = list(reads)
        if self._multicall is None and any(isinstance(read, CallRead) for read in reads) and probe not in asked:
            asked.append(probe)  # one read more in a batch that is sent anyway
        done = plans.run(self._plans(asked), self._send)
        for headers in self._headers:
            self._confirmed.update(headers.hashes)
        self._headers.clear()
        self._remember(done)
        self._look_for_multicall(done.get(probe))
        return done

    def _send(self, requests: list[Request]) -> list[Answer]:
        if len(requests) > _UNTOLD:
            self._options.notify(f"asking the node for {len(requests)} reads")
        return self._pinned.ask(requests)

    def _plans(self, reads: Sequence[Read]) -> list[plans.Plan]:
        made: list[plans.Plan] = []
        calls = [read for read in reads if isinstance(read, CallRead) and not read.sender]
        if calls:
            made.append(bundled_calls(calls) if self._multicall and len(calls) >= WORTHWHILE else plans.calls(calls))
        if alone := [read for read in reads if isinstance(read, CallRead) and read.sender]:
            made.append(plans.calls(alone))  # inside a bundle the bundle itself would be the caller
        slots: dict[str, list[StorageRead]] = {}
        for read in reads:
            if isinstance(read, StorageRead):
                slots.setdefault(read.address, []).append(read)
            elif isinstance(read, CodeRead):
                made.append(plans.code(read))
            elif isinstance(read, AccountRead):
                made.append(plans.account(read))
            elif isinstance(read, BlockRead):
                made.append(plans.block(read))
        made += self._fold_plans([read for read in reads if isinstance(read, FoldRead)])
        made += self._log_plans([read for read in reads if isinstance(read, LogRead)])
        for of_one in slots.values():
            for first in range(0, len(of_one), _SLOTS_EACH):
                made.append(plans.storage(of_one[first : first + _SLOTS_EACH], self.block))
        return made

    def _log_plans(self, reads: Sequence[LogRead]) -> list[plans.Plan]:
        """Filters go on where an earlier scan ended; the block where it ended is asked for once, beside their logs."""
        earlier = {} if self._kept is None else self._kept.earlier(reads)
        headers = self._older()
        made: list[plans.Plan] = []
        for after, members in resumed(reads, earlier).items():
            resume = None if after is None else Resume(*after, earlier, headers)
            made += [logs(group, self.block, self._span, resume) for group in grouped(members)]
        return made

    def _fold_plans(self, reads: Sequence[FoldRead]) -> list[plans.Plan]:
        kept = {} if self._kept is None else self._kept.sums(reads)
        headers = self._older()
        return [fold(read, self.block, self._span, kept=kept.get(read), headers=headers) for read in reads]

    def _older(self) -> Headers:
        """Return what asks for the hashes of older blocks; what the node says counts for the rest of the scan."""
        headers = Headers()
        self._headers.append(headers)
        return headers

    def _look_for_multicall(self, outcome: Payload | Fault | None) -> None:
        if outcome is not None and not isinstance(outcome, Fault):
            self._multicall = codehash(outcome["code"]) == self._options.multicall_codehash

    # ---------------------------------------------------------------------------------------------- cache

    def _recall(self, reads: Iterable[Read], done: dict[Read, Payload | Fault]) -> None:
        """Take from the cache what is there and whole."""
        if self._options.cache is None:
            return
        keys = {cache_key(read): read for read in [*reads, CodeRead(MULTICALL3)]}
        found = self._options.cache.get(self.block.chain_id, self.block.hash, keys)
        for key, payload in found.items():
            read = keys[key]
            if self._is_whole(read, payload):
                if read == CodeRead(MULTICALL3):
                    self._look_for_multicall(payload)
                done[read] = payload
        self.trips.cached += sum(1 for read in reads if read in done)

    def _recall_headers(self, reads: Iterable[Read], done: dict[Read, Payload | Fault]) -> None:
        """Take headers that an earlier scan read, below a block that the node has confirmed in this one."""
        if self._kept is None or not self._confirmed:
            return
        found = self._kept.headers((r for r in reads if isinstance(r, BlockRead) and r not in done), self._confirmed)
        for read, payload in found.items():
            done[read] = payload
        self.trips.cached += len(found)

    def _is_whole(self, read: Read, payload: Payload) -> bool:
        try:
            observe(read, payload, self.block)
        except (KeyError, TypeError, ValueError, AttributeError):
            return False
        return True

    def _remember(self, done: dict[Read, Payload | Fault]) -> None:
        if self._options.cache is None:
            return
        values: dict[CacheKey, Payload] = {
            cache_key(read): outcome for read, outcome in done.items() if not isinstance(outcome, Fault)
        }
        self._options.cache.put(self.block.chain_id, self.block.hash, values)
        if self._kept is not None:
            self._kept.remember_headers(
                {read: one for read, one in done.items() if isinstance(read, BlockRead) and not isinstance(one, Fault)}
            )
            self._kept.remember(
                [read for read in done if isinstance(read, LogRead | FoldRead) and cache_key(read) in values]
            )
