"""Evidence as a page shows it: what was read, what came back, and a command that reads it again.

Commands are made of checked hex and integers only: nothing that a stranger wrote may end up in a shell.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import assert_never

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
from scanner.render.lookup import Lookup
from scanner.render.quantities import ether, grouped, utc
from scanner.render.text import Exact

COMMAND_LIMIT = 1200
SOURCE_LINES = 24
CONTEXT_LINES = 2


@dataclass(frozen=True)
class SourceLine:
    """One line of source; `cited` when the evidence names it, else it stands there for context."""

    number: int
    text: str
    cited: bool


@dataclass(frozen=True)
class EvidenceView:
    """`what` was read, `result`, and the command that reads it again (empty when there is none)."""

    kind: str
    what: str
    result: str
    block: str
    command: str
    lines: tuple[SourceLine, ...] = ()
    note: str = ""


def evidence_views(pieces: Sequence[Evidence], lookup: Lookup) -> tuple[EvidenceView, ...]:
    """Return the pieces of evidence in the order given, each once."""
    seen: dict[Evidence, None] = dict.fromkeys(pieces)
    return tuple(_view(piece, lookup) for piece in seen)


def _view(piece: Evidence, lookup: Lookup) -> EvidenceView:
    block = f"block {grouped(piece.block_number)}"
    match piece:
        case CallEvidence():
            what = f"eth_call to {_named(piece.address, lookup)}: {piece.signature or piece.data[:10]}"
            result = "reverted" if piece.reverted else piece.result
            return EvidenceView("call", what, result, block, call_command(piece))
        case StorageEvidence():
            proof = "The snapshot holds a proof against the block's state root." if piece.storage_proof else ""
            what = f"storage of {_named(piece.address, lookup)}, slot {piece.slot}"
            command = f"cast storage {piece.address} {piece.slot} --block {piece.block_number}"
            return EvidenceView("storage", what, piece.value, block, Exact(command), note=proof)
        case LogEvidence():
            what = f"log {piece.log_index} of transaction {piece.transaction_hash}, by {_named(piece.address, lookup)}"
            result = f"topics {' '.join(piece.topics)}; data {piece.data}"
            return EvidenceView("log", what, result, block, Exact(f"cast receipt {piece.transaction_hash} --json"))
        case LogSetEvidence():
            what = f"all logs of {_named(piece.address, lookup)}, blocks {piece.from_block} to {piece.to_block}"
            result = f"{grouped(piece.count)} logs, digest {piece.digest}"
            return EvidenceView("logs", what, result, block, logs_command(piece))
        case CodeEvidence():
            at = "" if piece.offset < 0 else f", at byte {piece.offset}"
            command = f"cast keccak $(cast code {piece.address} --block {piece.block_number})"
            return EvidenceView(
                "code", f"code of {_named(piece.address, lookup)}{at}", piece.codehash, block, Exact(command)
            )
        case AccountEvidence():
            return _account(piece, lookup, block)
        case BlockEvidence():
            command = f"cast block {piece.block_number} --field timestamp"
            return EvidenceView("block", "block header", utc(piece.timestamp), block, Exact(command))
        case SourceEvidence():
            return _source(piece, lookup, block)
        case DocumentEvidence():
            return EvidenceView("document", piece.uri, f"SHA-256 {piece.sha256.removeprefix('0x')}", block, "")
        case SimulationEvidence():
            return _simulation(piece, block)
        case _:
            assert_never(piece)


def _simulation(piece: SimulationEvidence, block: str) -> EvidenceView:
    calls = sum(step.what == "call" for step in piece.steps)
    command = f"anvil --fork-url $RPC_URL --fork-block-number {piece.block_number} --auto-impersonate"
    note = "The snapshot lists every call with its sender, data, block number and time, in order."
    result = f"effects SHA-256 {piece.effects.removeprefix('0x')}"
    what = f"{grouped(calls)} calls on a local fork ({piece.program})"
    return EvidenceView("simulation", what, result, block, Exact(command), note=note)


def _named(address: str, lookup: Lookup) -> str:
    if not address:
        return "any address"
    label = lookup.label(address)
    return f"{label} {address}" if label and label != address else address


def call_command(piece: CallEvidence) -> str:
    """Return `cast call` with the raw data, or nothing where that is too long to paste."""
    command = f"cast call {piece.address} {piece.data} --block {piece.block_number}"
    return Exact(command) if len(command) <= COMMAND_LIMIT else ""


def logs_command(piece: LogSetEvidence) -> str:
    """Return an `eth_getLogs` request with the same filter."""
    query = {
        **({"address": piece.address} if piece.address else {}),
        "fromBlock": hex(piece.from_block),
        "toBlock": hex(piece.to_block),
        "topics": [list(position) or None for position in piece.topics],
    }
    command = f"cast rpc eth_getLogs '{json.dumps(query, separators=(',', ':'))}'"
    return Exact(command) if len(command) <= COMMAND_LIMIT else ""


def _account(piece: AccountEvidence, lookup: Lookup, block: str) -> EvidenceView:
    nonce = "" if piece.nonce is None else f", nonce {grouped(piece.nonce)}"
    result = f"{ether(piece.balance_wei, lookup.native.symbol)} ({piece.balance_wei} wei){nonce}"
    command = f"cast balance {piece.address} --block {piece.block_number}"
    if piece.nonce is not None:
        command += f"; cast nonce {piece.address} --block {piece.block_number}"
    return EvidenceView("account", f"account {_named(piece.address, lookup)}", result, block, Exact(command))


def _source(piece: SourceEvidence, lookup: Lookup, block: str) -> EvidenceView:
    what = f"{piece.file}, lines {piece.first_line} to {piece.last_line}, source of {_named(piece.address, lookup)}"
    digest = piece.file_sha256.removeprefix("0x")
    content = _file(piece, lookup)
    if content is None:
        note = "The snapshot does not hold this file; its lines cannot be shown."
        return EvidenceView("source", what, f"file SHA-256 {digest}", block, "", note=note)
    note = ""
    if sha256(content.encode("utf-8", "surrogatepass")).hexdigest() != digest:
        note = "The file in the snapshot has another digest than this evidence: these may not be the lines meant."
    numbered = content.split("\n")
    first = max(piece.first_line - CONTEXT_LINES, 1)
    last = min(piece.last_line + CONTEXT_LINES, len(numbered))
    if last - first >= SOURCE_LINES:
        last = first + SOURCE_LINES - 1
        note = f"{note} Only the first lines are shown.".strip()
    lines = tuple(
        SourceLine(number, numbered[number - 1], piece.first_line <= number <= piece.last_line)
        for number in range(first, last + 1)
    )
    return EvidenceView("source", what, f"file SHA-256 {digest}", block, "", lines, note)


def _file(piece: SourceEvidence, lookup: Lookup) -> str | None:
    bundle = lookup.sources.get(piece.source_id)
    for file in bundle.files if bundle else ():
        if file.path == piece.file:
            return file.content
    return None
