"""What is kept of one read: a small JSON value, from the node or from the cache, and the observation it stands for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain import wire
from scanner.chain.cache import CacheKey
from scanner.chain.faults import Fault, reason_of
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, FoldRead, LogRead, Read, StorageRead
from scanner.model.evidence import (
    AccountEvidence,
    BlockEvidence,
    CallEvidence,
    CodeEvidence,
    LogEvidence,
    LogSetEvidence,
    StorageEvidence,
)
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import PinnedBlock

Payload = dict[str, Any]
Observation = Known[Any] | Unknown


def canonical(read: Read) -> Read:
    """Return the read in lower case, slots padded, a call without the signature: equal reads are asked once.

    Raises Malformed for an address, slot or calldata that is no hex.
    """
    if isinstance(read, CallRead):
        sender = wire.address(read.sender) if read.sender else ""
        return CallRead(wire.address(read.address), wire.data(read.data or "0x"), sender=sender)
    if isinstance(read, StorageRead):
        return StorageRead(wire.address(read.address), wire.word32(wire.padded(read.slot)))
    if isinstance(read, CodeRead):
        return CodeRead(wire.address(read.address))
    if isinstance(read, AccountRead):
        return AccountRead(wire.address(read.address))
    if isinstance(read, LogRead):
        topics = [tuple(sorted({wire.word32(topic) for topic in choices})) for choices in read.topics]
        while topics and not topics[-1]:
            topics.pop()  # nodes differ on whether "anything" at the end means that there must be a topic
        return LogRead(wire.address(read.address) if read.address else "", tuple(topics), max(0, read.from_block))
    if isinstance(read, FoldRead):
        choices_of = tuple(tuple(sorted({wire.word32(topic) for topic in choices})) for choices in read.topics)
        address = wire.address(read.address) if read.address else ""
        return replace(read, address=address, topics=choices_of, from_block=max(0, read.from_block))
    return read


def cache_key(read: Read) -> CacheKey:
    """Return the key of a canonical read."""
    method, params = _METHODS[type(read)], [getattr(read, name) for name in read.__dataclass_fields__]
    if isinstance(read, FoldRead):
        params = [read.address, read.topics, read.fold.name, read.from_block]
    if isinstance(read, CallRead):
        params = [read.address, read.data, *([read.sender] if read.sender else [])]
    return CacheKey(method, json.dumps(params, separators=(",", ":")))


_METHODS: dict[type, str] = {
    CallRead: "eth_call",
    StorageRead: "eth_getProof",
    CodeRead: "eth_getCode",
    AccountRead: "eth_getBalance",
    LogRead: "eth_getLogs",
    FoldRead: "eth_getLogs added up",
    BlockRead: "eth_getBlockByNumber",
}


def unknown(read: Read, fault: Fault) -> Unknown:
    """Return why a read has no answer."""
    return Unknown(reason=reason_of(fault, logs=isinstance(read, LogRead | FoldRead)), detail=fault.message)


def observe(read: Read, payload: Payload, block: PinnedBlock) -> Observation:
    """Return the observation that a payload stands for. Raises KeyError, TypeError or ValueError when it is damaged."""
    if isinstance(read, CallRead):
        return _call(read, payload, block)
    if isinstance(read, StorageRead):
        return _storage(read, payload, block)
    if isinstance(read, CodeRead):
        code = CodeEvidence(**at(block), address=wire.address(read.address), codehash=codehash(payload["code"]))
        return Known(value=payload["code"], evidence=(code,))
    if isinstance(read, AccountRead):
        account = AccountEvidence(
            **at(block), address=wire.address(read.address), balance_wei=int(payload["balance"]), nonce=payload["nonce"]
        )
        return Known(value=account, evidence=(account,))
    if isinstance(read, LogRead):
        logs = tuple(LogEvidence.model_validate_json(item) for item in payload["logs"])
        return Known(value=logs, evidence=(log_set(read, logs, block),))
    if isinstance(read, FoldRead):
        if not isinstance(payload["state"], dict) or not payload["sets"]:
            raise ValueError("not a sum of logs")
        return Known(value=payload["state"], evidence=tuple(_fold_set(read, one, block) for one in payload["sets"]))
    header = BlockEvidence(
        chain_id=block.chain_id,
        block_number=read.number,
        block_hash=payload["hash"],
        timestamp=payload["timestamp"],
    )
    return Known(value=header, evidence=(header,))


def _call(read: CallRead, payload: Payload, block: PinnedBlock) -> Observation:
    evidence = CallEvidence(
        **at(block),
        address=wire.address(read.address),
        data=wire.data(read.data or "0x"),
        result=payload["result"],
        reverted=payload["reverted"],
        signature=read.signature,
        sender=wire.address(read.sender) if read.sender else "",
    )
    if payload["reverted"]:
        return Unknown(reason=Reason.REVERTED, detail="the call reverts", evidence=(evidence,))
    return Known(value=payload["result"], evidence=(evidence,))


def _storage(read: StorageRead, payload: Payload, block: PinnedBlock) -> Observation:
    evidence = StorageEvidence(
        **at(block),
        address=wire.address(read.address),
        slot=wire.padded(read.slot),
        value=wire.word32(payload["value"]),
        account_proof=tuple(payload["account_proof"]),
        storage_proof=tuple(payload["storage_proof"]),
    )
    return Known(value=evidence.value, evidence=(evidence,))


def at(block: PinnedBlock) -> dict[str, Any]:
    """Return the fields that tie evidence to a block."""
    return {"chain_id": block.chain_id, "block_number": block.number, "block_hash": block.hash}


def codehash(code: str) -> str:
    """Return the Keccak-256 of runtime code in hex (EXTCODEHASH, EIP-1052)."""
    return "0x" + keccak(hexstr=code).hex()


def log_set(read: LogRead, logs: Sequence[LogEvidence], block: PinnedBlock) -> LogSetEvidence:
    """Return the evidence of a whole set of logs, up to the pinned block."""
    plain = canonical(read)
    assert isinstance(plain, LogRead)
    return LogSetEvidence(
        **at(block),
        address=plain.address,
        topics=plain.topics,
        from_block=plain.from_block,
        to_block=block.number,
        count=len(logs),
        digest=log_digest(logs),
    )


def _fold_set(read: FoldRead, one: Sequence[Any], block: PinnedBlock) -> LogSetEvidence:
    first, last, count, digest = one
    return LogSetEvidence(
        **at(block),
        address=read.address,
        topics=read.topics,
        from_block=first,
        to_block=last,
        count=count,
        digest=digest,
    )


def log_digest(logs: Sequence[LogEvidence]) -> str:
    """Return the SHA-256 over `transaction_hash || log_index (32 bytes)` of each log, in hex."""
    digest = hashlib.sha256()
    for log in logs:
        digest.update(bytes.fromhex(log.transaction_hash[2:]) + log.log_index.to_bytes(32, "big"))
    return "0x" + digest.hexdigest()


def event_set(beside: Sequence[LogEvidence]) -> LogSetEvidence:
    """Return the logs of one event of one contract in one block as a set; there is at least one."""
    log = beside[0]
    return LogSetEvidence(
        chain_id=log.chain_id,
        block_number=log.block_number,
        block_hash=log.block_hash,
        address=log.address,
        topics=((log.topics[0],),),
        from_block=log.block_number,
        to_block=log.block_number,
        count=len(beside),
        digest=log_digest(beside),
    )
