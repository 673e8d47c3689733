"""Evidence, read again from another node: does a stranger see the same?

Blocks are taken by their *number* on the other node. Where its block of that number has another hash (a fork, or a
local copy of a chain) that is said once, in a note, and the values are compared all the same: so one changed slot shows
as one mismatch instead of drowning in thousands that only repeat that the hashes differ. A header counts as the same
when number and time are. A storage proof is checked against the state root that the other node gives for the very
same block hash, else against the one recorded in the snapshot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scanner.chain import plans, wire
from scanner.chain.faults import Answer, Fault, Kind, Result
from scanner.chain.folds import Nothing, fold
from scanner.chain.interface import AccountRead, CallRead, CodeRead, FoldRead, LogRead, Read, StorageRead
from scanner.chain.logs import LogSpan, log_request
from scanner.chain.payload import codehash
from scanner.chain.pinned import PinnedRpc
from scanner.chain.proofs import BadProof, check_storage
from scanner.chain.rpc import Request, Rpc
from scanner.model.errors import UsageError
from scanner.model.evidence import (
    AccountEvidence,
    BlockEvidence,
    CallEvidence,
    CodeEvidence,
    DocumentEvidence,
    Evidence,
    LogEvidence,
    LogSetEvidence,
    SimulationEvidence,
    SourceEvidence,
    StorageEvidence,
)
from scanner.model.snapshot import PinnedBlock

SourceDigest = Callable[[str, str], str | None]
"""Given a source id and a file, the SHA-256 of that file in the snapshot, or None when it is not there."""

StateEvidence = CallEvidence | StorageEvidence | CodeEvidence | AccountEvidence | LogSetEvidence


class Verdict(StrEnum):
    """What became of one piece of evidence."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Recheck:
    """One piece of evidence, read again. `detail` says what differs, or why it could not be read."""

    evidence: Evidence
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True)
class Rechecked:
    """All distinct evidence in the order given, and what holds for all of it."""

    results: tuple[Recheck, ...]
    notes: tuple[str, ...]

    def count(self, verdict: Verdict) -> int:
        """Return how many pieces ended so."""
        return sum(1 for result in self.results if result.verdict is verdict)


def recheck(
    evidence: Iterable[Evidence], rpc: Rpc, *, pinned: Sequence[PinnedBlock], source_digest: SourceDigest
) -> Rechecked:
    """Read every distinct piece of evidence again from the node behind `rpc` (see `node.connect`).

    `pinned` are the snapshot's blocks. Raises UsageError when the node is on none of their chains, NodeError when it is
    of no use.
    """
    distinct = tuple(dict.fromkeys(evidence))
    other = _meet(rpc, distinct, pinned)
    here = [piece for piece in distinct if piece.chain_id == other.chain_id]
    seen = _read_state(other, [piece for piece in here if isinstance(piece, StateEvidence)])
    seen_logs = _read_logs(other, [piece for piece in here if isinstance(piece, LogEvidence)])
    results = []
    for piece in distinct:
        if isinstance(piece, SourceEvidence):
            results.append(_source(piece, source_digest(piece.source_id, piece.file)))
        elif isinstance(piece, DocumentEvidence):
            results.append(Recheck(piece, Verdict.UNAVAILABLE, "documents outside the chain are not read again"))
        elif isinstance(piece, SimulationEvidence):
            results.append(Recheck(piece, Verdict.UNAVAILABLE, "simulations are not made again here"))
        elif piece.chain_id != other.chain_id:
            results.append(Recheck(piece, Verdict.UNAVAILABLE, f"the node is on chain {other.chain_id}"))
        elif isinstance(piece, BlockEvidence):
            results.append(_block(piece, other.headers.get(piece.block_number)))
        elif isinstance(piece, LogEvidence):
            results.append(_log(piece, seen_logs[piece.address, piece.block_number]))
        else:
            results.append(_state(piece, seen[piece], other))
    return Rechecked(tuple(results), tuple(other.notes))


# ------------------------------------------------------------------------------------------ the other node


@dataclass
class _Other:
    """The other node: its chain and its headers of the blocks in question."""

    rpc: Rpc
    chain_id: int
    headers: dict[int, wire.Header]
    recorded: Mapping[int, PinnedBlock]
    span: LogSpan = field(default_factory=LogSpan)
    notes: list[str] = field(default_factory=list)

    def block(self, number: int) -> PinnedBlock | None:
        header = self.headers.get(number)
        return header.pinned(self.chain_id) if header else None

    def state_root(self, piece: StorageEvidence) -> str | None:
        """Return the best root there is for a proof: this node's for the same block hash, else the recorded one."""
        header = self.headers.get(piece.block_number)
        if header is not None and header.hash == piece.block_hash:
            return header.state_root
        block = self.recorded.get(piece.block_number)
        return block.state_root if block is not None and block.hash == piece.block_hash else None


def _meet(rpc: Rpc, distinct: Sequence[Evidence], pinned: Sequence[PinnedBlock]) -> _Other:
    """Ask for the chain id and all headers that matter, in one batch."""
    hashes: dict[int, set[str]] = defaultdict(set)
    for piece in distinct:
        if isinstance(piece, StateEvidence | BlockEvidence):
            hashes[piece.block_number].add(piece.block_hash)
        if isinstance(piece, LogSetEvidence):
            hashes[piece.to_block] |= {piece.block_hash} if piece.to_block == piece.block_number else set()
    for block in pinned:
        hashes[block.number].add(block.hash)
    numbers = sorted(hashes)
    first, *rest = rpc.ask(
        [Request("eth_chainId"), *(Request("eth_getBlockByNumber", (hex(number), False)) for number in numbers)]
    )
    chain_id = _chain_id(rpc, first, {block.chain_id for block in pinned})
    headers = {header.number: header for header in map(_header, rest) if header is not None}
    recorded = {block.number: block for block in pinned if block.chain_id == chain_id}
    other = _Other(rpc, chain_id, headers, recorded)
    pins = {block.number for block in pinned}
    for number in numbers:
        if number in headers and hashes[number] and headers[number].hash not in hashes[number]:
            what = "the pinned block" if number in pins else "block"
            other.notes.append(
                f"{what} {number} has another hash on this node ({headers[number].hash}): another fork, or a copy of "
                "the chain; values were compared by block number"
            )
        elif number in pins and number in headers and headers[number].state_root != recorded[number].state_root:
            other.notes.append(f"this node gives another state root for block {number} under the same hash")
    return other


def _chain_id(rpc: Rpc, answer: Answer, wanted: set[int]) -> int:
    try:
        found = wire.quantity(answer.value if isinstance(answer, Result) else None)
    except wire.Malformed:
        found = 0
    if found not in wanted:
        chains = ", ".join(str(chain) for chain in sorted(wanted))
        raise UsageError(
            f"the node is on chain {found}, the snapshot is of chain {chains}" if found else "the node names no chain",
            where=rpc.transport.endpoint.shown,
            hint="give the URL of a node of the snapshot's chain",
        )
    return found


def _header(answer: Answer) -> wire.Header | None:
    try:
        return wire.header(answer.value) if isinstance(answer, Result) else None
    except wire.Malformed:
        return None


# ------------------------------------------------------------------------------------------- reading again


def _read_state(other: _Other, pieces: Sequence[StateEvidence]) -> dict[StateEvidence, plans.Outcome]:
    """Read calls, slots, codes, accounts and sets of logs again, all those of one block together."""
    seen: dict[StateEvidence, plans.Outcome] = {}
    by_block: dict[int, list[StateEvidence]] = defaultdict(list)
    for piece in pieces:
        by_block[piece.to_block if isinstance(piece, LogSetEvidence) else piece.block_number].append(piece)
    for number, group in sorted(by_block.items()):
        block = other.block(number)
        if block is None:
            gone = Fault(Kind.PRUNED, f"the node does not have block {number}")
            seen.update(dict.fromkeys(group, gone))
            continue
        reads = {piece: _read_of(piece) for piece in group}
        wanted = [_plan_of(read, block, other.span) for read in dict.fromkeys(reads.values())]
        done = plans.run(wanted, PinnedRpc(other.rpc, block).ask)
        seen.update({piece: done[read] for piece, read in reads.items()})
    return seen


def _read_of(piece: StateEvidence) -> Read:
    if isinstance(piece, CallEvidence):
        return CallRead(piece.address, piece.data, sender=piece.sender)
    if isinstance(piece, StorageEvidence):
        return StorageRead(piece.address, wire.padded(piece.slot))
    if isinstance(piece, CodeEvidence):
        return CodeRead(piece.address)
    if isinstance(piece, AccountEvidence):
        return AccountRead(piece.address)
    return FoldRead(piece.address, piece.topics, Nothing(), from_block=piece.from_block)


def _plan_of(read: Read, block: PinnedBlock, span: LogSpan) -> plans.Plan:
    if isinstance(read, CallRead):
        return plans.calls([read])
    if isinstance(read, StorageRead):
        # Without a proof of its own: a copy of a chain with one slot changed has no valid proof for any slot.
        return plans.storage([read], block, prove=False)
    if isinstance(read, CodeRead):
        return plans.code(read)
    if isinstance(read, AccountRead):
        return plans.account(read)
    assert isinstance(read, FoldRead)
    return fold(read, block, span)


def _read_logs(other: _Other, pieces: Sequence[LogEvidence]) -> dict[tuple[str, int], list[LogEvidence] | Fault]:
    """Read the blocks that hold single logs again, one request for each address and block."""
    places = sorted({(piece.address, piece.block_number) for piece in pieces})
    answers = other.rpc.ask([log_request((LogRead(address),), (number, number)) for address, number in places])
    return {place: _logs_in(answer, other.chain_id) for place, answer in zip(places, answers, strict=True)}


def _logs_in(answer: Answer, chain_id: int) -> list[LogEvidence] | Fault:
    if isinstance(answer, Fault):
        return answer
    try:
        return [wire.log(item, chain_id=chain_id) for item in answer.value]
    except (TypeError, ValueError):
        return Fault(Kind.GARBAGE, "the node's logs are malformed")


# --------------------------------------------------------------------------------------------- comparing


def _state(piece: StateEvidence, outcome: plans.Outcome, other: _Other) -> Recheck:
    if isinstance(outcome, Fault):
        return Recheck(piece, Verdict.UNAVAILABLE, outcome.message)
    detail = _difference(piece, outcome)
    if not detail and isinstance(piece, StorageEvidence):
        detail = _proof_fault(piece, other)
    return Recheck(piece, Verdict.MISMATCH if detail else Verdict.MATCH, detail)


def _difference(piece: StateEvidence, found: Mapping[str, Any]) -> str:
    """Return what differs, empty for nothing."""
    if isinstance(piece, CallEvidence):
        if piece.reverted != found["reverted"]:
            return f"the call {'reverts' if found['reverted'] else 'does not revert'} on this node"
        hidden = piece.reverted and "0x" in (piece.result, found["result"])  # some nodes keep revert data to themselves
        return "" if hidden else _unequal("the call returns", piece.result, found["result"])
    if isinstance(piece, StorageEvidence):
        return _unequal("the slot holds", piece.value, found["value"])
    if isinstance(piece, CodeEvidence):
        return _unequal("the code's hash is", piece.codehash, codehash(found["code"]))
    if isinstance(piece, AccountEvidence):
        nonce = found["nonce"] if piece.nonce is None else piece.nonce
        balance = _unequal("the balance in wei is", str(piece.balance_wei), found["balance"])
        return balance or _unequal("the nonce is", str(nonce), str(found["nonce"]))
    ((_, _, number, digest),) = found["sets"]
    count = _unequal("the number of logs is", str(piece.count), str(number))
    return count or _unequal("the digest of the logs is", piece.digest, digest)


def _unequal(what: str, recorded: str, found: str) -> str:
    return "" if recorded == found else f"{what} {_short(found)}, recorded was {_short(recorded)}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:66]}… ({len(text) // 2 - 1} bytes)"


def _proof_fault(piece: StorageEvidence, other: _Other) -> str:
    """Check the recorded proof; empty when it holds, or when there is none or no state root to hold it against."""
    root = other.state_root(piece)
    if not piece.account_proof or root is None:
        return ""
    try:
        check_storage(
            state_root=root,
            address=piece.address,
            slot=wire.padded(piece.slot),
            value=piece.value,
            proof=(piece.account_proof, piece.storage_proof),
        )
    except (BadProof, ValueError) as error:
        return f"the recorded proof does not hold: {error}"
    return ""


def _block(piece: BlockEvidence, header: wire.Header | None) -> Recheck:
    if header is None:
        return Recheck(piece, Verdict.UNAVAILABLE, f"the node does not have block {piece.block_number}")
    detail = _unequal("the block's time is", str(piece.timestamp), str(header.timestamp))
    return Recheck(piece, Verdict.MISMATCH if detail else Verdict.MATCH, detail)


def _log(piece: LogEvidence, found: list[LogEvidence] | Fault) -> Recheck:
    if isinstance(found, Fault):
        return Recheck(piece, Verdict.UNAVAILABLE, found.message)
    for log in found:
        if (log.transaction_hash, log.log_index) == (piece.transaction_hash, piece.log_index):
            same = log.topics == piece.topics and log.data == piece.data and log.address == piece.address
            return Recheck(piece, Verdict.MATCH if same else Verdict.MISMATCH, "" if same else "the log's words differ")
    return Recheck(piece, Verdict.MISMATCH, f"no such log in block {piece.block_number} on this node")


def _source(piece: SourceEvidence, digest: str | None) -> Recheck:
    if digest is None:
        return Recheck(piece, Verdict.UNAVAILABLE, "the file is not among the snapshot's sources")
    plain = "0x" + digest.removeprefix("0x").lower()
    detail = _unequal("the file's SHA-256 is", piece.file_sha256, plain)
    return Recheck(piece, Verdict.MISMATCH if detail else Verdict.MATCH, detail)
