"""Reads of a real node: values, evidence, round trips."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from scanner.chain.abi import decode, encode_call, event_topic, selector, topic, word
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, LogRead, Read, StorageRead
from scanner.chain.payload import codehash
from scanner.chain.proofs import check_storage
from scanner.model.evidence import CallEvidence, CodeEvidence, LogSetEvidence, StorageEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.chain.support import (
    ALICE,
    COMPILED,
    NOBODY,
    Anvil,
    Fault,
    Proxy,
    Scene,
    anvil,
    calls_of,
    chain,
    methods_of,
    proxy,
    slot,
)

pytestmark = pytest.mark.node

NOTED = topic("Noted(uint256,address,string)")


def known(answer: Known[Any] | Unknown) -> Known[Any]:
    assert isinstance(answer, Known), answer
    return answer


def unknown(answer: Known[Any] | Unknown) -> Unknown:
    assert isinstance(answer, Unknown), answer
    return answer


def everything(subject: str) -> list[Read]:
    return [
        CallRead(subject, selector("first()"), "first()"),
        StorageRead(subject, "0x0"),
        StorageRead(subject, slot(1)),
        StorageRead(NOBODY, slot(0)),
        CodeRead(subject),
        AccountRead(ALICE),
        LogRead(subject, ((NOTED,),)),
        BlockRead(2),
    ]


def test_a_level_is_one_round_trip(scene: Scene) -> None:
    with chain(scene.node.url) as opened:
        opened.read(everything(scene.subject))
        assert opened.trips.requests == 2  # one to pin, one for everything


def test_calls_carry_their_evidence(scene: Scene) -> None:
    double = encode_call("double(uint256)", [21])
    with chain(scene.node.url) as opened:
        first, answer = opened.read(
            [CallRead(scene.subject, selector("first()")), CallRead(scene.subject, double, "d")]
        )
    assert decode(["uint256"], known(first).value) == (42,)
    evidence = known(answer).evidence[0]
    assert evidence == CallEvidence(
        chain_id=31337,
        block_number=60,
        block_hash=opened.block.hash,
        address=scene.subject,
        data=double,
        result=word(42),
        signature="d",
    )


def test_a_revert_is_unknown_and_evidence(scene: Scene) -> None:
    with chain(scene.node.url) as opened:
        answers = opened.read(
            [
                CallRead(scene.subject, encode_call("refuse(uint256)", [5])),
                CallRead(scene.subject, selector("hide()")),
                CallRead(scene.subject, selector("burn()")),
                CallRead(scene.subject, "0x12345678"),
            ]
        )
    assert {unknown(answer).reason for answer in answers} == {Reason.REVERTED}
    evidence = answers[0].evidence[0]
    assert isinstance(evidence, CallEvidence)
    assert evidence.reverted
    assert evidence.result == encode_call("Refused(uint256)", [5])


def test_a_contracts_words_do_not_pass_for_the_nodes(scene: Scene) -> None:
    """hide() reverts with "missing trie node, rate limit exceeded"."""
    with chain(scene.node.url) as opened:
        (answer,) = opened.read([CallRead(scene.subject, selector("hide()"))])
        assert unknown(answer).reason is Reason.REVERTED
        assert opened.trips.requests == 2


def test_a_call_to_an_account_without_code_returns_nothing(scene: Scene) -> None:
    with chain(scene.node.url) as opened:
        answers = opened.read([CallRead(NOBODY, "0x12345678"), CodeRead(NOBODY)])
    assert [known(answer).value for answer in answers] == ["0x", "0x"]


def test_storage_carries_a_proof_that_verifies(scene: Scene) -> None:
    mapped = codehash(slot(7) + slot(1)[2:])  # the slot of table[7]: keccak(key . slot of the mapping)
    with chain(scene.node.url) as opened:
        answers = opened.read([StorageRead(scene.subject, where) for where in ("0x0", mapped, slot(99))])
    assert [int(known(answer).value, 16) for answer in answers] == [42, 49, 0]
    for answer in answers:
        evidence = answer.evidence[0]
        assert isinstance(evidence, StorageEvidence)
        assert evidence.account_proof
        check_storage(
            state_root=opened.block.state_root,
            address=evidence.address,
            slot=evidence.slot,
            value=evidence.value,
            proof=(evidence.account_proof, evidence.storage_proof),
        )


def test_the_slots_of_one_address_are_one_read(scene: Scene) -> None:
    with proxy(scene.node.url) as between, chain(between.url) as opened:
        opened.read([StorageRead(scene.subject, slot(number)) for number in range(50)])
    assert methods_of(between.seen[-1]) == ["eth_getProof"]


def test_code_and_accounts(scene: Scene) -> None:
    with chain(scene.node.url) as opened:
        code, account = opened.read([CodeRead(scene.subject.upper().replace("0X", "0x")), AccountRead(ALICE)])
    assert known(code).value == COMPILED["Subject"]["runtime"]
    evidence = code.evidence[0]
    assert isinstance(evidence, CodeEvidence)
    assert evidence.codehash == codehash(COMPILED["Subject"]["runtime"])
    assert known(account).value.nonce == 5
    assert known(account).value.balance_wei == int(scene.node.rpc("eth_getBalance", ALICE, "latest"), 16)


def test_logs_come_in_order_with_the_evidence_of_the_whole_set(scene: Scene) -> None:
    with chain(scene.node.url) as opened:
        everyone, three, late, none = opened.read(
            [
                LogRead(scene.subject, ((NOTED,),)),
                LogRead(scene.subject, ((NOTED,), (word(3), word(12)))),
                LogRead(scene.subject, ((), ()), from_block=4),
                LogRead(NOBODY),
            ]
        )
    assert [int(log.topics[1], 16) for log in known(everyone).value] == list(range(30))
    assert [int(log.topics[1], 16) for log in known(three).value] == [3, 12]
    assert {log.block_number for log in known(late).value} == {4, 5}  # 5: an event without indexed values
    assert known(none).value == ()
    digest = hashlib.sha256()
    for log in known(everyone).value:
        digest.update(bytes.fromhex(log.transaction_hash[2:]) + log.log_index.to_bytes(32, "big"))
    evidence = everyone.evidence[0]
    assert isinstance(evidence, LogSetEvidence)
    assert (evidence.count, evidence.digest) == (30, "0x" + digest.hexdigest())
    assert (evidence.from_block, evidence.to_block) == (0, 60)


def test_logs_after_the_pinned_block_are_not_asked_for(scene: Scene) -> None:
    with chain(scene.node.url, block=2) as opened:
        (before, after) = opened.read([LogRead(scene.subject, ((NOTED,),)), LogRead(scene.subject, from_block=3)])
    assert len(known(before).value) == 10
    assert known(after).value == ()


def test_headers(scene: Scene) -> None:
    with chain(scene.node.url) as opened:
        older, pinned, later = opened.read([BlockRead(2), BlockRead(60), BlockRead(61)])
    expected = scene.node.rpc("eth_getBlockByNumber", "0x2", False)
    assert (known(older).value.block_hash, known(older).value.timestamp) == (
        expected["hash"],
        int(expected["timestamp"], 16),
    )
    assert known(pinned).value.block_hash == opened.block.hash
    assert unknown(later).reason is Reason.NOT_READ


def test_everything_is_read_at_the_pinned_block(fresh: Anvil) -> None:
    subject = fresh.deploy("Subject")
    with chain(fresh.url) as opened:
        fresh.send(subject, encode_call("set(uint256)", [7]))
        fresh.mine(3)
        call, stored = opened.read([CallRead(subject, selector("first()")), StorageRead(subject, slot(0))])
    assert known(call).value == known(stored).value == word(42)


def test_equal_reads_are_asked_once(scene: Scene) -> None:
    with proxy(scene.node.url) as between, chain(between.url) as opened:
        one, two = opened.read(
            [CallRead(scene.subject, selector("first()"), "first()"), CallRead(scene.subject, selector("first()"), "x")]
        )
        assert methods_of(between.seen[-1]).count("eth_call") == 1
    assert [answer.evidence[0].signature for answer in (one, two)] == ["first()", "x"]  # type: ignore[union-attr]


def test_state_is_read_by_block_hash(scene: Scene) -> None:
    with proxy(scene.node.url) as between, chain(between.url) as opened:
        opened.read(everything(scene.subject))
        for call in calls_of(between.seen[-1]):
            if call["method"] not in ("eth_getLogs", "eth_getBlockByNumber"):
                assert call["params"][-1] == {"blockHash": opened.block.hash}


def test_no_hex_is_the_callers_mistake(scene: Scene) -> None:
    with chain(scene.node.url) as opened, pytest.raises(ValueError, match="address"):
        opened.read([CodeRead("0x12")])


def test_large_levels_go_out_in_batches_that_the_node_takes(scene: Scene) -> None:
    reads = [CallRead(scene.subject, encode_call("double(uint256)", [number])) for number in range(1200)]
    with proxy(scene.node.url) as between, chain(between.url, multicall_codehash="0x") as opened:
        answers = opened.read(reads)
        assert between.sizes[-2:] == [500, 701]  # with what tells the block; full batches that are answered grow
    assert [int(known(answer).value, 16) for answer in answers] == [2 * number for number in range(1200)]


def test_a_node_that_takes_small_batches_only_is_not_asked_for_large_ones_again(scene: Scene) -> None:
    reads = [CallRead(scene.subject, encode_call("double(uint256)", [number])) for number in range(2400)]

    def refuse(between: Proxy, payload: Any) -> Fault | None:
        if isinstance(payload, list) and len(payload) > 600:
            return Fault(body={"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}})
        return None

    with proxy(scene.node.url, refuse) as between, chain(between.url, multicall_codehash="0x") as opened:
        answers = opened.read(reads)
        assert sum(size > 600 for size in between.sizes) == 1
    assert [int(known(answer).value, 16) for answer in answers] == [2 * number for number in range(2400)]


def test_event_topic_of_an_abi_entry_finds_the_logs(scene: Scene) -> None:
    inputs = [{"type": "uint256", "indexed": True}, {"type": "address", "indexed": True}, {"type": "string"}]
    with chain(scene.node.url) as opened:
        (answer,) = opened.read(
            [LogRead(scene.subject, ((event_topic({"type": "event", "name": "Noted", "inputs": inputs}),),))]
        )
    assert len(known(answer).value) == 30


def test_out_of_gas_is_a_limit_of_the_node_and_no_revert() -> None:
    with anvil("--gas-limit", "30000000") as node:
        loop = NOBODY
        node.rpc("anvil_setCode", loop, "0x5b600056")
        node.mine()
        with chain(node.url) as opened:
            (answer,) = opened.read([CallRead(loop, "0x")])
    assert unknown(answer).reason is Reason.LIMIT
