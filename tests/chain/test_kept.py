"""A scan at a newer block: only the blocks after the last one are asked for logs, and nothing else differs."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.chain.abi import topic
from scanner.chain.cache import Cache
from scanner.chain.interface import CodeRead, LogRead, Read
from scanner.chain.payload import Observation
from tests.chain.support import NOBODY, Anvil, Proxy, Scene, calls_of, chain, proxy
from tests.chain.test_faults import Call, error
from tests.chain.test_logs import NOTED, numbers

pytestmark = pytest.mark.node

OTHER = topic("Marked()")


def level(subject: str) -> list[Read]:
    return [
        LogRead(subject),
        LogRead(subject, ((NOTED,),)),
        LogRead(NOBODY, ((NOTED,),)),
        LogRead("", ((NOTED, OTHER),)),
        LogRead(subject, from_block=8),
        LogRead(subject, from_block=500),
        CodeRead(subject),
    ]


def asked(between: Proxy) -> list[tuple[int, int]]:
    """The ranges of blocks that logs were asked for."""
    calls = [call for payload in between.seen for call in calls_of(payload)]
    ranges = [call["params"][0] for call in calls if call["method"] == "eth_getLogs"]
    return sorted({(int(one["fromBlock"], 16), int(one["toBlock"], 16)) for one in ranges})


def headers(between: Proxy) -> list[str]:
    calls = [call for payload in between.seen for call in calls_of(payload)]
    tags = [call["params"][0] for call in calls if call["method"] == "eth_getBlockByNumber"]
    return [tag for tag in tags if tag.startswith("0x")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reads.sqlite"


@pytest.fixture
def young(fresh: Anvil, path: Path) -> Scene:
    """A chain of ten blocks with logs, read up to its last block."""
    made = Scene(fresh, fresh.deploy("Subject"))
    made.note(0, 10)
    fresh.mine(5)
    fresh.mine(2)
    made.note(10, 15)
    with Cache(path) as cache, chain(fresh.url, cache=cache) as opened:
        opened.read(level(made.subject))
    return made


def read(url: str, path: Path | None, subject: str, **options: Any) -> tuple[Observation, ...]:
    """Read the level with a cache, or without."""
    if path is None:
        with chain(url, **options) as opened:
            return opened.read(level(subject))
    warnings: list[str] = []
    with Cache(path, warnings.append) as cache, chain(url, cache=cache, **options) as opened:
        return opened.read(level(subject))


def test_only_new_blocks_are_asked_for_and_the_answers_are_those_of_a_full_read(young: Scene, path: Path) -> None:
    young.note(15, 20)
    young.node.mine(3)
    with proxy(young.node.url) as between:
        again = read(between.url, path, young.subject)
        assert asked(between) == [(11, 14)]
        assert headers(between) == ["0xa"]  # the older block, once for all filters
        assert len(between.seen) == 2  # pin, and everything else
    assert again == read(young.node.url, None, young.subject)
    assert numbers(again[1]) == list(range(20))


def test_scan_after_scan_goes_on_where_the_last_one_ended(young: Scene, path: Path) -> None:
    for first in range(15, 24, 3):
        young.note(first, first + 3)
        with proxy(young.node.url) as between:
            again = read(between.url, path, young.subject)
            (only,) = asked(between)
            assert only[0] == only[1]
        assert again == read(young.node.url, None, young.subject)


def test_an_older_block_than_the_last_one_goes_on_from_one_before_it(young: Scene, path: Path) -> None:
    young.node.mine(10)
    read(young.node.url, path, young.subject)
    with proxy(young.node.url) as between:
        again = read(between.url, path, young.subject, block=15)
        assert asked(between) == [(11, 15)]
        assert read(between.url, path, young.subject, block=4) == read(young.node.url, None, young.subject, block=4)
        assert (0, 4) in asked(between)
    assert again == read(young.node.url, None, young.subject, block=15)


def test_a_chain_that_was_reorganised_is_read_whole(fresh: Anvil, path: Path) -> None:
    scene = Scene(fresh, fresh.deploy("Subject"))
    scene.note(0, 5)
    before = fresh.rpc("evm_snapshot")
    scene.note(100, 103)
    fresh.mine(1)
    first = read(fresh.url, path, scene.subject)
    assert numbers(first[1]) == [*range(5), 100, 101, 102]
    assert fresh.rpc("evm_revert", before)
    scene.note(200, 202, "elsewhere")
    fresh.mine(4)
    with proxy(fresh.url) as between:
        again = read(between.url, path, scene.subject)
        assert any(start == 0 for start, _ in asked(between))
    assert numbers(again[1]) == [*range(5), 200, 201]
    assert again == read(fresh.url, None, scene.subject)
    scene.note(300, 301)
    with proxy(fresh.url) as between:
        later = read(between.url, path, scene.subject)
        assert all(start > 4 for start, _ in asked(between))
    assert later == read(fresh.url, None, scene.subject)


@pytest.mark.parametrize("fault", ["error", "null", "garbage", "another number"])
def test_a_header_that_does_not_come_confirms_nothing(young: Scene, path: Path, fault: str) -> None:
    young.note(15, 20)

    def without(call: Call, answer: Call) -> Call:
        if call["method"] != "eth_getBlockByNumber" or call["params"][0] != "0xa":
            return answer
        if fault == "error":
            return error(call, -32000, "header not found")
        results = {"null": None, "garbage": {"hash": 5}, "another number": answer["result"] | {"number": "0xb"}}
        return answer | {"result": results[fault]}

    with proxy(young.node.url, rewrite=without) as between:
        again = read(between.url, path, young.subject)
        assert (0, 11) in asked(between)
    assert again == read(young.node.url, None, young.subject)


def test_a_node_that_allows_small_ranges_only(young: Scene, path: Path) -> None:
    young.node.mine(20)
    young.note(15, 20)

    def limited(call: Call, answer: Call) -> Call:
        if call["method"] != "eth_getLogs":
            return answer
        query = call["params"][0]
        wide = int(query["toBlock"], 16) - int(query["fromBlock"], 16) > 4
        return error(call, -32602, "eth_getLogs is limited to a 5 block range") if wide else answer

    with proxy(young.node.url, rewrite=limited) as between:
        again = read(between.url, path, young.subject)
        assert min(start for start, _ in asked(between)) == 11
    assert again == read(young.node.url, None, young.subject)


def spoilt(change: Callable[[bytes], bytes], where: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        with sqlite3.connect(path) as opened:
            rows = opened.execute(f"select block_hash, method, params, value from reads where {where}").fetchall()
            assert rows
            for block_hash, method, params, value in rows:
                opened.execute(
                    "update reads set value=? where block_hash=? and method=? and params=?",
                    (change(value), block_hash, method, params),
                )
        opened.close()

    return spoil


def rewritten(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda value: zlib.compress(zlib.decompress(value).replace(old, new))


def other_fork(value: bytes) -> bytes:
    """Give the logs of the last block another hash."""
    text = re.sub(
        rb'(block_number\\":10,\\"block_hash\\":\\")0x[0-9a-f]{64}',
        rb"\g<1>" + b"0x" + b"ab" * 32,
        zlib.decompress(value),
    )
    return zlib.compress(text)


LOGS = "method='eth_getLogs'"
PLACES = "method='eth_getLogs read up to'"
DAMAGE = {
    "places cut off": spoilt(lambda value: value[:-3], PLACES),
    "places of another shape": spoilt(lambda value: zlib.compress(b'{"number": 5}'), PLACES),
    "places without hashes": spoilt(lambda value: zlib.compress(b"[[10, 5], [10], [true, null], 7]"), PLACES),
    "logs cut off": spoilt(lambda value: value[:-3], LOGS),
    "logs gone": spoilt(lambda value: zlib.compress(b"{}"), LOGS),
    "logs of another shape": spoilt(lambda value: zlib.compress(b'{"logs": [1]}'), LOGS),
    "logs of another chain": spoilt(rewritten(b'chain_id\\":31337', b'chain_id\\":1'), LOGS),
    "logs after the block": spoilt(rewritten(b'block_number\\":2,', b'block_number\\":99,'), LOGS),
    "logs of another fork": spoilt(other_fork, LOGS),
    "logs out of order": spoilt(rewritten(b'log_index\\":3,', b'log_index\\":0,'), LOGS),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_counts_as_absent(young: Scene, path: Path, damage: str) -> None:
    young.note(15, 20)
    DAMAGE[damage](path)
    with proxy(young.node.url) as between:
        again = read(between.url, path, young.subject)
        assert (0, 11) in asked(between)
    assert again == read(young.node.url, None, young.subject)
