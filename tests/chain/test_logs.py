"""Logs from nodes that limit ranges or results, or have none."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scanner.chain.abi import topic, word
from scanner.chain.interface import CodeRead, LogRead
from scanner.model.observation import Known, Reason, Unknown
from tests.chain.support import NOBODY, Scene, anvil, chain, proxy
from tests.chain.test_faults import Call, error

pytestmark = pytest.mark.node

NOTED = topic("Noted(uint256,address,string)")


def span(call: Call) -> int:
    query = call["params"][0]
    return int(query["toBlock"], 16) - int(query["fromBlock"], 16) + 1


def numbers(answer: Known[Any] | Unknown) -> list[int]:
    assert isinstance(answer, Known), answer
    return [int(log.topics[1], 16) for log in answer.value]


WORDINGS = [
    (-32602, "eth_getLogs is limited to a 5 block range"),
    (-32600, "You can make eth_getLogs requests with up to a 5 block range"),
    (-32005, "query returned more than 10000 results"),
    (-32000, "exceed maximum block range: 5"),
    (-32701, "Please specify an address in your request or, to remove restrictions, order a dedicated node"),
    (-32000, "der Himmel ist blau"),
    (-32002, "request timed out"),
    (35, "ranges over 5 blocks are not supported on freetier"),
]


@pytest.mark.parametrize(("code", "words"), WORDINGS)
def test_ranges_are_cut_up_whatever_the_words(scene: Scene, code: int, words: str) -> None:
    def limited(call: Call, answer: Call) -> Call:
        too_wide = call["method"] == "eth_getLogs" and span(call) > 5
        return error(call, code, words) if too_wide else answer

    with proxy(scene.node.url, rewrite=limited) as between, chain(between.url) as opened:
        one, two, code_read = opened.read(
            [LogRead(scene.subject, ((NOTED,),)), LogRead(scene.subject, from_block=3), CodeRead(scene.subject)]
        )
        assert numbers(one) == list(range(30))
        assert len(two.value) == 21 if isinstance(two, Known) else False
        assert isinstance(code_read, Known)
        assert len(between.seen) <= 5
        assert sum(between.sizes) < 60
        before = len(between.seen)
        (again,) = opened.read([LogRead(scene.subject, ((NOTED,),), from_block=1)])
        assert numbers(again) == list(range(30))
        assert len(between.seen) - before == 1  # the range that the node takes is known by now


def test_results_are_limited(scene: Scene) -> None:
    """No range with more than twelve logs: the dense blocks are found by halving."""

    def limited(call: Call, answer: Call) -> Call:
        if call["method"] == "eth_getLogs" and len(answer["result"]) > 12:
            return error(call, -32005, "too many results")
        return answer

    with proxy(scene.node.url, rewrite=limited) as between, chain(between.url) as opened:
        (answer,) = opened.read([LogRead(scene.subject, ((NOTED,),))])
    assert numbers(answer) == list(range(30))


def test_a_single_block_over_the_limit_is_unknown(scene: Scene) -> None:
    def limited(call: Call, answer: Call) -> Call:
        if call["method"] == "eth_getLogs" and len(answer["result"]) > 9:
            return error(call, -32005, "too many results")
        return answer

    with proxy(scene.node.url, rewrite=limited) as between, chain(between.url) as opened:
        answer, other = opened.read([LogRead(scene.subject, ((NOTED,),)), LogRead(scene.subject, ((), (word(3),)))])
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.LIMIT
    assert numbers(other) == [3]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4444, "pruned history unavailable"),
        (-32000, "logs before block 40 are not available"),
        (-32000, "required historical data unavailable"),
        (-32000, "das gibt es nicht"),
    ],
)
def test_no_logs_before_some_block(scene: Scene, code: int, words: str) -> None:
    def young(call: Call, answer: Call) -> Call:
        old = call["method"] == "eth_getLogs" and int(call["params"][0]["fromBlock"], 16) < 40
        return error(call, code, words) if old else answer

    with proxy(scene.node.url, rewrite=young) as between, chain(between.url) as opened:
        whole, recent = opened.read([LogRead(scene.subject), LogRead(scene.subject, from_block=40)])
        assert len(between.seen) <= 3
    assert isinstance(whole, Unknown)
    assert whole.reason is Reason.NO_LOGS
    assert words in whole.detail
    assert isinstance(recent, Known)
    assert recent.value == ()


def test_a_node_without_the_method(scene: Scene) -> None:
    def none(call: Call, answer: Call) -> Call:
        return error(call, -32601, "Method not found") if call["method"] == "eth_getLogs" else answer

    with proxy(scene.node.url, rewrite=none) as between, chain(between.url) as opened:
        (answer,) = opened.read([LogRead(scene.subject)])
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.NOT_SUPPORTED


def test_a_range_limit_that_would_need_too_many_requests(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.chain.logs.MAX_REQUESTS", 30)

    def limited(call: Call, answer: Call) -> Call:
        return error(call, -32000, "no") if call["method"] == "eth_getLogs" and span(call) > 1 else answer

    with proxy(scene.node.url, rewrite=limited) as between, chain(between.url) as opened:
        (answer,) = opened.read([LogRead(scene.subject)])
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.LIMIT
    assert "30 requests" in answer.detail


LIES: dict[str, dict[str, Any]] = {
    "address": {"address": NOBODY},
    "later block": {"blockNumber": "0x999"},
    "event": {"topics": [word(1)]},
    "no topics": {"topics": []},
    "five topics": {"topics": [NOTED] * 5},
    "topics": {"topics": None},
    "removed": {"removed": True},
    "data": {"data": "hello"},
    "index": {"logIndex": 5},
    "hash": {"blockHash": "0x12"},
    "twice": {"logIndex": "0x0", "blockNumber": "0x2"},
}


@pytest.mark.parametrize("lie", LIES)
def test_logs_that_do_not_fit_the_filter_are_a_node_error(scene: Scene, lie: str) -> None:
    def falsify(call: Call, answer: Call) -> Call:
        if call["method"] == "eth_getLogs":
            answer["result"][7].update(LIES[lie])
        return answer

    with proxy(scene.node.url, rewrite=falsify) as between, chain(between.url) as opened:
        (answer,) = opened.read([LogRead(scene.subject, ((NOTED,),))])
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.NODE_ERROR


def test_many_logs() -> None:
    with anvil() as node:
        scene = Scene(node, node.deploy("Subject"))
        for block in range(10):
            scene.note(block * 1000, block * 1000 + 1000, "")
        with chain(node.url) as opened:
            (answer,) = opened.read([LogRead(scene.subject)])
            assert opened.trips.requests == 2
    assert numbers(answer) == list(range(10_000))


def test_more_logs_than_are_held_are_unknown_and_take_no_others_with_them(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.chain.logs.MAX_LOGS", 20)
    quiet = f"0x{1_000:040x}"
    with chain(scene.node.url) as opened:
        loud, other = opened.read([LogRead(scene.subject, ((NOTED,),)), LogRead(quiet, ((NOTED,),))])
    assert isinstance(loud, Unknown)
    assert loud.reason is Reason.LIMIT
    assert "more than 20 logs" in loud.detail
    assert numbers(other) == []


def test_hex_of_the_range_is_canonical(scene: Scene) -> None:
    with proxy(scene.node.url) as between, chain(between.url) as opened:
        opened.read([LogRead(scene.subject, from_block=3)])
    query = between.seen[-1]["params"][0]
    assert (query["fromBlock"], query["toBlock"]) == ("0x3", "0x3c")
    assert re.fullmatch(r"0x[0-9a-f]{40}", query["address"])


def test_filters_that_differ_in_their_address_alone_are_one_question(scene: Scene) -> None:
    """Also where the node allows small ranges only: the pieces are paid for once, not once for each address."""
    asked: list[Any] = []

    def limited(call: Call, answer: Call) -> Call:
        if call["method"] != "eth_getLogs":
            return answer
        asked.append(call["params"][0].get("address"))
        return error(call, -32602, "too wide") if span(call) > 5 else answer

    others = [f"0x{number:040x}" for number in range(1_000, 1_020)]
    with proxy(scene.node.url, rewrite=limited) as between, chain(between.url) as opened:
        mine, *none, anywhere = opened.read(
            [
                LogRead(scene.subject, ((NOTED,),)),
                *(LogRead(other, ((NOTED,),)) for other in others),
                LogRead("", ((NOTED,),)),
            ]
        )
    assert numbers(mine) == list(range(30))
    assert all(numbers(one) == [] for one in none)
    assert numbers(anywhere) == list(range(30))
    assert mine.evidence[0].address == scene.subject
    assert mine.evidence[0].count == 30
    assert {len(one) for one in asked if isinstance(one, list)} == {21}
    assert len(asked) < 60
