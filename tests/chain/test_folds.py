"""Logs that are added up as they come: the same sum whatever the ranges, in memory only range by range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from scanner.chain import folds
from scanner.chain.cache import Cache
from scanner.chain.folds import Nothing
from scanner.chain.interface import Fold, FoldRead, LogRead
from scanner.chain.node import connect
from scanner.chain.recheck import Verdict, recheck
from scanner.model.evidence import LogSetEvidence
from scanner.model.observation import Known, Unknown
from tests.chain.support import Anvil, Scene, chain, proxy
from tests.chain.test_kept import asked
from tests.chain.test_logs import NOTED

pytestmark = pytest.mark.node


class Numbers(Fold):
    """Keeps the numbers that the logs hold, in the order in which they come."""

    name = "numbers"

    def start(self) -> dict[str, Any]:
        return {"numbers": []}

    def add(self, state: dict[str, Any], logs: Iterable[tuple[Sequence[str], str]]) -> None:
        state["numbers"] += [int(topics[1], 16) for topics, _ in logs]


def _read(subject: str, width: int = 0) -> FoldRead:
    return FoldRead(subject, ((NOTED,),), Numbers(), width)


def _told(answer: Known[Any] | Unknown) -> list[int]:
    assert isinstance(answer, Known), answer
    return list(answer.value["numbers"])


@pytest.fixture
def young(fresh: Anvil) -> Scene:
    made = Scene(fresh, fresh.deploy("Subject"))
    for first in range(0, 30, 5):
        made.note(first, first + 5)
        fresh.mine(2)
    return made


@pytest.mark.parametrize("width", [0, 1, 4, 1_000])
def test_every_log_is_added_once_in_order_whatever_the_ranges(young: Scene, width: int) -> None:
    with chain(young.node.url) as opened:
        folded, whole = opened.read([_read(young.subject, width), LogRead(young.subject, ((NOTED,),))])
    assert _told(folded) == list(range(30))
    assert isinstance(whole, Known)
    assert folded.evidence == whole.evidence  # the same set of logs, which a stranger reads again either way


def test_a_range_with_many_logs_makes_the_next_ones_smaller(young: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folds, "AT_ONCE", 5)
    with proxy(young.node.url) as between, chain(between.url) as opened:
        (folded,) = opened.read([_read(young.subject, width=8)])
        widths = [last - first + 1 for first, last in asked(between)]
    assert _told(folded) == list(range(30))
    assert widths[0] == 8
    assert max(widths[1:]) < 8


def test_a_node_with_a_range_limit_is_asked_for_halves(young: Scene) -> None:
    def limited(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] != "eth_getLogs":
            return answer
        span = int(call["params"][0]["toBlock"], 16) - int(call["params"][0]["fromBlock"], 16)
        refusal = {"code": -32005, "message": "block range too large"}
        return {"jsonrpc": "2.0", "id": call["id"], "error": refusal} if span > 3 else answer

    with proxy(young.node.url, rewrite=limited) as between, chain(between.url) as opened:
        (folded,) = opened.read([_read(young.subject)])
    assert _told(folded) == list(range(30))


def test_a_newer_block_goes_on_from_the_kept_sum(young: Scene, tmp_path: Path) -> None:
    with Cache(tmp_path / "reads.sqlite") as cache, chain(young.node.url, cache=cache) as opened:
        opened.read([_read(young.subject)])
        number = opened.block.number
    young.note(30, 33)
    with (
        Cache(tmp_path / "reads.sqlite") as cache,
        proxy(young.node.url) as between,
        chain(between.url, cache=cache) as opened,
    ):
        (folded,) = opened.read([_read(young.subject)])
        assert asked(between) == [(number + 1, number + 1)]
        (again,) = opened.read([_read(young.subject)])
        assert len(asked(between)) == 1
    assert _told(folded) == _told(again) == list(range(33))
    sets = [one for one in folded.evidence if isinstance(one, LogSetEvidence)]
    assert [(one.from_block, one.to_block, one.count) for one in sets] == [
        (0, number, 30),
        (number + 1, number + 1, 3),
    ]
    found = recheck(folded.evidence, connect(young.node.url), pinned=[opened.block], source_digest=lambda *_: None)
    assert [result.verdict for result in found.results] == [Verdict.MATCH, Verdict.MATCH]


def test_a_reorganised_chain_is_added_up_anew(fresh: Anvil, tmp_path: Path) -> None:
    scene = Scene(fresh, fresh.deploy("Subject"))
    scene.note(0, 5)
    before = fresh.rpc("evm_snapshot")
    scene.note(100, 103)
    with Cache(tmp_path / "reads.sqlite") as cache, chain(fresh.url, cache=cache) as opened:
        assert _told(opened.read([_read(scene.subject)])[0]) == [*range(5), 100, 101, 102]
    fresh.rpc("evm_revert", before)
    fresh.mine(1)
    scene.note(5, 7)
    with Cache(tmp_path / "reads.sqlite") as cache, chain(fresh.url, cache=cache) as opened:
        assert _told(opened.read([_read(scene.subject)])[0]) == list(range(7))


@pytest.mark.parametrize(
    "change",
    [
        {"address": "0x" + "12" * 20},
        {"topics": ["0x" + "34" * 32, "0x" + "00" * 32]},
        {"topics": [NOTED]} | {"data": "0xzz"},
        {"transactionHash": "0x12"},
        {"blockNumber": "0xffff"},
        {"removed": True},
        {"logIndex": None},
    ],
)
def test_a_log_that_the_filter_does_not_ask_for_is_no_answer(young: Scene, change: dict[str, Any]) -> None:
    def lying(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_getLogs" and answer["result"]:
            answer["result"][0] |= change
        return answer

    with proxy(young.node.url, rewrite=lying) as between, chain(between.url) as opened:
        (folded,) = opened.read([_read(young.subject)])
    assert isinstance(folded, Unknown)


def test_the_same_log_twice_is_no_answer(young: Scene) -> None:
    def doubling(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_getLogs" and answer["result"]:
            answer["result"].append(answer["result"][0])
        return answer

    with proxy(young.node.url, rewrite=doubling) as between, chain(between.url) as opened:
        (folded,) = opened.read([_read(young.subject)])
    assert isinstance(folded, Unknown)
    assert "twice" in folded.detail


def test_logs_can_be_counted_alone() -> None:
    state = Nothing().start()
    Nothing().add(state, [(["0x01"], "0x")])
    assert state == {}
