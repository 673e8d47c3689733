"""Evidence read again from another node: the same chain, a copy with one slot changed, a fork, the wrong chain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from scanner.chain.abi import encode_call, selector, topic, word
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, LogRead, Read, StorageRead
from scanner.chain.node import connect
from scanner.chain.payload import codehash
from scanner.chain.recheck import Rechecked, Verdict, recheck
from scanner.model.errors import NodeError, UsageError
from scanner.model.evidence import (
    AccountEvidence,
    AtBlock,
    BlockEvidence,
    CallEvidence,
    CodeEvidence,
    DocumentEvidence,
    Evidence,
    LogEvidence,
    LogSetEvidence,
    SourceEvidence,
    StorageEvidence,
)
from scanner.model.observation import Known
from scanner.model.snapshot import PinnedBlock
from tests.chain.support import ALICE, NOBODY, Anvil, Scene, anvil, chain, free_port, hurried, proxy, slot
from tests.chain.test_faults import Call, error

pytestmark = pytest.mark.node

NOTED = topic("Noted(uint256,address,string)")
MAPPED = codehash(slot(7) + slot(1)[2:])


def gather(scene: Scene) -> tuple[list[Evidence], PinnedBlock]:
    """Collect one of each kind of evidence, and more."""
    subject = scene.subject
    reads: list[Read] = [
        CallRead(subject, selector("first()"), "first()"),
        CallRead(subject, encode_call("refuse(uint256)", [5])),
        CallRead(NOBODY, "0x12345678"),
        StorageRead(subject, slot(0)),
        StorageRead(subject, MAPPED),
        StorageRead(subject, slot(5)),
        StorageRead(NOBODY, slot(0)),
        CodeRead(subject),
        CodeRead(NOBODY),
        AccountRead(ALICE),
        LogRead(subject, ((NOTED,),)),
        LogRead(subject, ((NOTED,), (word(3),)), from_block=1),
        BlockRead(1),
        BlockRead(60),
    ]
    found: list[Evidence] = []
    with chain(scene.node.url) as opened:
        answers = opened.read(reads)
        for answer in answers:
            found += answer.evidence
        logs = answers[10]
        assert isinstance(logs, Known)
        found += logs.value
        return found, opened.block


def again(url: str, evidence: list[Evidence], block: PinnedBlock) -> Rechecked:
    rpc = connect(url, hurried())
    try:
        return recheck(evidence, rpc, pinned=[block], source_digest=lambda source_id, file: None)
    finally:
        rpc.transport.close()


@contextmanager
def copy_of(node: Anvil) -> Iterator[Anvil]:
    """Run a second node with the same chain on it, block hashes and all."""
    with anvil() as other:
        other.rpc("anvil_loadState", node.rpc("anvil_dumpState"))
        assert other.rpc("eth_blockNumber") == node.rpc("eth_blockNumber")
        yield other


def test_the_same_chain_matches_in_few_round_trips(scene: Scene) -> None:
    evidence, block = gather(scene)
    assert {type(piece) for piece in evidence} == {
        CallEvidence,
        StorageEvidence,
        CodeEvidence,
        AccountEvidence,
        LogSetEvidence,
        LogEvidence,
        BlockEvidence,
    }
    with proxy(scene.node.url) as between:
        found = again(between.url, evidence * 2, block)
        assert len(between.seen) == 3
    assert found.notes == ()
    assert [result.evidence for result in found.results] == evidence
    assert found.count(Verdict.MATCH) == len(evidence)


def test_one_changed_slot_is_one_mismatch(scene: Scene) -> None:
    evidence, block = gather(scene)
    with copy_of(scene.node) as other:
        assert again(other.url, evidence, block).count(Verdict.MATCH) == len(evidence)
        other.rpc("anvil_setStorageAt", scene.subject, MAPPED, word(50))
        found = again(other.url, evidence, block)
    (mismatch,) = [result for result in found.results if result.verdict is not Verdict.MATCH]
    assert mismatch.verdict is Verdict.MISMATCH
    assert isinstance(mismatch.evidence, StorageEvidence)
    assert mismatch.evidence.slot == MAPPED
    assert f"the slot holds {word(50)}, recorded was {word(49)}" in mismatch.detail
    assert found.notes == ()


def test_a_slot_that_a_call_reads_shows_in_both(scene: Scene) -> None:
    evidence, block = gather(scene)
    with copy_of(scene.node) as other:
        other.rpc("anvil_setStorageAt", scene.subject, slot(0), word(43))
        found = again(other.url, evidence, block)
    wrong = [result.evidence for result in found.results if result.verdict is Verdict.MISMATCH]
    assert [(piece.kind, getattr(piece, "signature", "")) for piece in wrong] == [("call", "first()"), ("storage", "")]
    assert found.count(Verdict.MATCH) == len(evidence) - 2


def test_another_fork_is_a_note_and_values_still_count(fresh: Anvil) -> None:
    """The last block is replaced by another one of the same time, and one slot is changed with it."""
    scene = Scene(fresh, fresh.deploy("Subject"))
    scene.note(0, 30)
    fresh.mine(58)
    evidence, block = gather(scene)
    assert block.number == 60
    fresh.rpc("anvil_rollback", 1)
    fresh.rpc("anvil_setStorageAt", scene.subject, MAPPED, word(50))
    fresh.rpc("anvil_setCoinbase", NOBODY)
    fresh.rpc("evm_setNextBlockTimestamp", block.timestamp)
    fresh.mine()
    found = again(fresh.url, evidence, block)
    (note,) = found.notes
    assert "the pinned block 60 has another hash on this node" in note
    (mismatch,) = [result for result in found.results if result.verdict is not Verdict.MATCH]
    assert getattr(mismatch.evidence, "slot", "") == MAPPED


FALSE: dict[str, tuple[type[AtBlock], dict[str, Any], str]] = {
    "result": (CallEvidence, {"result": word(43)}, "the call returns"),
    "reverted": (CallEvidence, {"reverted": True}, "does not revert"),
    "codehash": (CodeEvidence, {"codehash": word(1)}, "code's hash"),
    "balance": (AccountEvidence, {"balance_wei": 17}, "balance in wei is"),
    "nonce": (AccountEvidence, {"nonce": 17}, "nonce is"),
    "count": (LogSetEvidence, {"count": 17}, "number of logs is 30, recorded was 17"),
    "digest": (LogSetEvidence, {"digest": word(17)}, "digest of the logs"),
    "log data": (LogEvidence, {"data": "0x17"}, "words differ"),
    "log index": (LogEvidence, {"log_index": 170}, "no such log in block 2"),
    "log transaction": (LogEvidence, {"transaction_hash": word(17)}, "no such log"),
    "time": (BlockEvidence, {"timestamp": 17}, "time is"),
    "storage": (StorageEvidence, {"value": word(17)}, "the slot holds"),
    "proof": (StorageEvidence, {"storage_proof": ("0xc0",)}, "recorded proof does not hold"),
    "account proof": (StorageEvidence, {"account_proof": ("0x80",)}, "recorded proof does not hold"),
}


@pytest.mark.parametrize("kind", FALSE)
def test_false_evidence_is_a_mismatch(scene: Scene, kind: str) -> None:
    evidence, block = gather(scene)
    model, changes, words = FALSE[kind]
    place = next(index for index, piece in enumerate(evidence) if isinstance(piece, model))
    false = evidence[place].model_copy(update=changes)
    evidence[place] = false
    found = again(scene.node.url, evidence, block)
    (mismatch,) = [result for result in found.results if result.verdict is not Verdict.MATCH]
    assert (mismatch.evidence, mismatch.verdict) == (false, Verdict.MISMATCH)
    assert words in mismatch.detail


def test_evidence_without_a_proof_or_a_nonce_still_counts(scene: Scene) -> None:
    evidence, block = gather(scene)
    bare: list[Evidence] = [
        piece.model_copy(update={"account_proof": (), "storage_proof": ()})
        if isinstance(piece, StorageEvidence)
        else piece.model_copy(update={"nonce": None})
        for piece in evidence
        if isinstance(piece, StorageEvidence | AccountEvidence)
    ]
    assert again(scene.node.url, bare, block).count(Verdict.MATCH) == len(bare)


def test_a_node_that_hides_revert_data(scene: Scene) -> None:
    def hide(call: Call, answer: Call) -> Call:
        return error(call, -32000, "execution reverted") if "error" in answer else answer

    evidence, block = gather(scene)
    with proxy(scene.node.url, rewrite=hide) as between:
        assert again(between.url, evidence, block).count(Verdict.MATCH) == len(evidence)


def test_what_cannot_be_read_is_unavailable(scene: Scene) -> None:
    def pruned(call: Call, answer: Call) -> Call:
        if call["method"] in ("eth_call", "eth_getStorageAt", "eth_getLogs"):
            return error(call, -32000, "missing trie node")
        return answer

    evidence, block = gather(scene)
    with proxy(scene.node.url, rewrite=pruned) as between:
        found = again(between.url, evidence, block)
    for result in found.results:
        state = isinstance(result.evidence, CodeEvidence | AccountEvidence | BlockEvidence)
        assert result.verdict is (Verdict.MATCH if state else Verdict.UNAVAILABLE)


def test_a_node_that_is_behind(scene: Scene) -> None:
    evidence, block = gather(scene)
    with anvil() as young:
        found = again(young.url, [piece for piece in evidence if not isinstance(piece, LogEvidence)], block)
    assert found.count(Verdict.UNAVAILABLE) == len(found.results)
    assert "does not have block 60" in found.results[0].detail


def test_another_chain(scene: Scene) -> None:
    evidence, block = gather(scene)
    with anvil("--chain-id", "5") as other, pytest.raises(UsageError, match="chain 5, the snapshot is of chain 31337"):
        again(other.url, evidence, block)


def test_evidence_of_a_second_chain_is_unavailable(scene: Scene) -> None:
    evidence, block = gather(scene)
    found = again(scene.node.url, [evidence[0].model_copy(update={"chain_id": 10}), evidence[0]], block)
    assert [result.verdict for result in found.results] == [Verdict.UNAVAILABLE, Verdict.MATCH]


def test_a_node_that_is_down(scene: Scene) -> None:
    evidence, block = gather(scene)
    with pytest.raises(NodeError, match="cannot be reached"):
        again(f"http://127.0.0.1:{free_port()}", evidence, block)


def test_sources_and_documents(scene: Scene) -> None:
    _, block = gather(scene)
    place: dict[str, Any] = {"chain_id": 31337, "block_number": 60, "block_hash": block.hash}
    line: dict[str, Any] = {"first_line": 1, "last_line": 2, "address": scene.subject, "file": "a.sol"}
    evidence: list[Evidence] = [
        SourceEvidence(**place, **line, source_id="known", file_sha256=word(1)),
        SourceEvidence(**place, **line, source_id="known", file_sha256=word(2)),
        SourceEvidence(**place, **line, source_id="other", file_sha256=word(1)),
        DocumentEvidence(**place, uri="ipfs://x", sha256=word(1)),
    ]
    digests = {("known", "a.sol"): word(1)[2:]}
    rpc = connect(scene.node.url, hurried())
    found = recheck(evidence, rpc, pinned=[block], source_digest=lambda *key: digests.get(key))
    rpc.transport.close()
    assert [result.verdict for result in found.results] == [
        Verdict.MATCH,
        Verdict.MISMATCH,
        Verdict.UNAVAILABLE,
        Verdict.UNAVAILABLE,
    ]
