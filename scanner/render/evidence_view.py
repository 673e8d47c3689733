"""Evidence as a page shows it: what was read, what came back, and a command that reads it again.

Commands are made of checked hex and integers only: nothing that a stranger wrote may end up in a shell.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from scanner.render.quantities import ether, utc
from scanner.render.text import Exact

COMMAND_LIMIT = 1200
SOURCE_LINES = 24
CONTEXT_LINES = 2
PIECES_SHOWN = 4
"""Pieces of one finding that the page shows; report.json holds all."""


@dataclass(frozen=True)
class SourceLine:
    """One line of source; `cited` when the evidence names it, else it stands there for context."""

    number: int
    text: str
    cited: bool


@dataclass(frozen=True)
class EvidenceView:
    """`what` was read, `result`, and the command that reads it again (empty when there is none).

    `number` is the one in the register, 0 for none; `whole` where this is the place that shows everything.
    """

    kind: str
    what: str
    result: str
    block: str
    command: str
    lines: tuple[SourceLine, ...] = ()
    note: str = ""
    number: int = 0
    whole: bool = True


def evidence_views(pieces: Sequence[Evidence], lookup: Lookup) -> tuple[EvidenceView, ...]:
    """Return the pieces of evidence in the order given, each once."""
    return tuple(_view(piece, lookup) for piece in dict.fromkeys(pieces))


def finding_evidence(pieces: Sequence[Evidence], lookup: Lookup) -> tuple[EvidenceView, ...]:
    """Return the evidence of one finding: the first pieces whole unless shown before, the others named."""
    views = []
    for place, (piece, view) in enumerate(
        zip(dict.fromkeys(pieces), evidence_views(pieces, lookup), strict=True), start=1
    ):
        if place <= PIECES_SHOWN:
            number, whole = lookup.register.show(piece)
            views.append(_brief(replace(view, number=number, whole=whole), piece, lookup))
        else:
            views.append(replace(view, number=lookup.register.numbers.get(piece, 0), whole=False))
    return tuple(views)


def _brief(view: EvidenceView, piece: Evidence, lookup: Lookup) -> EvidenceView:
    """Leave out the block where it is the pinned one: the page says so once."""
    pinned = {block.number for block in lookup.snapshot.blocks}
    return replace(view, block="") if piece.block_number in pinned else view


def register_views(lookup: Lookup) -> tuple[EvidenceView, ...]:
    """Return every piece that tables cite, by number, without those that stand with a finding."""
    pieces = [piece for piece in lookup.register.pieces if piece not in lookup.register.shown]
    return tuple(
        _brief(replace(view, number=lookup.register.numbers[piece]), piece, lookup)
        for piece, view in zip(pieces, evidence_views(pieces, lookup), strict=True)
    )


def _view(piece: Evidence, lookup: Lookup) -> EvidenceView:
    t = lookup.t
    block = t("evidence.block", number=piece.block_number)
    match piece:
        case CallEvidence():
            called = piece.signature or piece.data[:10]
            what = t("evidence.call", address=_named(piece.address, lookup), called=called)
            result = t("evidence.reverted") if piece.reverted else piece.result
            return EvidenceView(t("evidence.kind_call"), what, result, block, call_command(piece))
        case StorageEvidence():
            proof = t("evidence.proof") if piece.storage_proof else ""
            what = t("evidence.storage", address=_named(piece.address, lookup), slot=t.own(piece.slot))
            command = f"cast storage {piece.address} {piece.slot} --block {piece.block_number}"
            return EvidenceView(t("evidence.kind_storage"), what, piece.value, block, Exact(command), note=proof)
        case LogEvidence():
            return _log(piece, lookup, block)
        case LogSetEvidence():
            what = t(
                "evidence.logs",
                address=_named(piece.address, lookup),
                first=t.own(str(piece.from_block)),
                last=t.own(str(piece.to_block)),
            )
            result = t("evidence.logs_result", n=piece.count, digest=piece.digest)
            return EvidenceView(t("evidence.kind_logs"), what, result, block, logs_command(piece))
        case CodeEvidence():
            address = _named(piece.address, lookup)
            what = t("evidence.code", address=address)
            if piece.offset >= 0:
                what = t("evidence.code_at", address=address, offset=t.own(str(piece.offset)))
            command = f"cast keccak $(cast code {piece.address} --block {piece.block_number})"
            return EvidenceView(t("evidence.kind_code"), what, piece.codehash, block, Exact(command))
        case AccountEvidence():
            return _account(piece, lookup, block)
        case BlockEvidence():
            command = Exact(f"cast block {piece.block_number} --field timestamp")
            time = utc(t, piece.timestamp)
            return EvidenceView(t("evidence.kind_block"), t("evidence.block_header"), time, block, command)
        case SourceEvidence():
            return _source(piece, lookup, block)
        case DocumentEvidence():
            digest = t("evidence.digest", digest=piece.sha256.removeprefix("0x"))
            return EvidenceView(t("evidence.kind_document"), piece.uri, digest, block, "")
        case SimulationEvidence():
            return _simulation(piece, lookup, block)
        case _:
            assert_never(piece)


def _log(piece: LogEvidence, lookup: Lookup, block: str) -> EvidenceView:
    t = lookup.t
    what = t(
        "evidence.log",
        index=t.own(str(piece.log_index)),
        transaction=piece.transaction_hash,
        address=_named(piece.address, lookup),
    )
    result = t("evidence.log_result", topics=" ".join(piece.topics), data=piece.data)
    command = Exact(f"cast receipt {piece.transaction_hash} --json")
    return EvidenceView(t("evidence.kind_log"), what, result, block, command)


def _simulation(piece: SimulationEvidence, lookup: Lookup, block: str) -> EvidenceView:
    t = lookup.t
    calls = sum(step.step == "call" for step in piece.steps)
    what = t("evidence.simulation", n=calls, program=piece.program)
    result = t("evidence.effects", digest=piece.effects.removeprefix("0x"))
    note = t("evidence.simulation_note")
    return EvidenceView(t("evidence.kind_simulation"), what, result, block, "", note=note)


def _named(address: str, lookup: Lookup) -> str:
    if not address:
        return lookup.t("evidence.any_address")
    label = lookup.label(address)
    return lookup.t("evidence.named", name=label, address=address) if label and label != address else address


def call_command(piece: CallEvidence) -> str:
    """Return `cast call` with the raw data, or nothing where that is too long to paste."""
    sender = f" --from {piece.sender}" if piece.sender else ""
    command = f"cast call {piece.address} {piece.data}{sender} --block {piece.block_number}"
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
    t = lookup.t
    balance, wei = ether(t, piece.balance_wei, lookup.native.symbol), t.own(str(piece.balance_wei))
    command = f"cast balance {piece.address} --block {piece.block_number}"
    result = t("evidence.balance", balance=balance, wei=wei)
    if piece.nonce is not None:
        command += f"; cast nonce {piece.address} --block {piece.block_number}"
        result = t("evidence.balance_nonce", balance=balance, wei=wei, nonce=piece.nonce)
    what = t("evidence.account", address=_named(piece.address, lookup))
    return EvidenceView(t("evidence.kind_account"), what, result, block, Exact(command))


def _source(piece: SourceEvidence, lookup: Lookup, block: str) -> EvidenceView:
    t = lookup.t
    what = t(
        "evidence.source",
        file=piece.file,
        first=t.own(str(piece.first_line)),
        last=t.own(str(piece.last_line)),
        address=_named(piece.address, lookup),
    )
    kind, digest = t("evidence.kind_source"), piece.file_sha256.removeprefix("0x")
    stated = t("evidence.file_digest", digest=digest)
    content = _file(piece, lookup)
    if content is None:
        return EvidenceView(kind, what, stated, block, "", note=t("evidence.no_file"))
    notes = []
    if sha256(content.encode("utf-8", "surrogatepass")).hexdigest() != digest:
        notes.append(t("evidence.other_file"))
    numbered = content.split("\n")
    first = max(piece.first_line - CONTEXT_LINES, 1)
    last = min(piece.last_line + CONTEXT_LINES, len(numbered))
    if last - first >= SOURCE_LINES:
        last = first + SOURCE_LINES - 1
        notes.append(t("evidence.first_lines"))
    lines = tuple(
        SourceLine(number, numbered[number - 1], piece.first_line <= number <= piece.last_line)
        for number in range(first, last + 1)
    )
    return EvidenceView(kind, what, stated, block, "", lines, t.joined(notes, "space"))


def _file(piece: SourceEvidence, lookup: Lookup) -> str | None:
    bundle = lookup.sources.get(piece.source_id)
    for file in bundle.files if bundle else ():
        if file.path == piece.file:
            return file.content
    return None
