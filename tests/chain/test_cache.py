"""The cache on disk: what it saves, what it does not keep, and what happens when it breaks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.chain.abi import encode_call, selector
from scanner.chain.cache import Cache, CacheKey, empty
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, LogRead, Read, StorageRead
from scanner.model.observation import Known, Unknown
from tests.chain.support import ALICE, ROOT, Anvil, Scene, chain, proxy, slot
from tests.chain.test_faults import Call, error

HASH = "0x" + "ab" * 32
KEY = CacheKey("eth_call", '["0x12","0x34"]')


def level(subject: str) -> list[Read]:
    return [
        CallRead(subject, selector("first()"), "first()"),
        CallRead(subject, encode_call("refuse(uint256)", [5])),
        StorageRead(subject, slot(0)),
        StorageRead(subject, slot(5)),
        CodeRead(subject),
        AccountRead(ALICE),
        LogRead(subject, from_block=2),
        BlockRead(2),
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "reads.sqlite"


@pytest.mark.node
def test_the_second_time_only_the_block_is_asked_for(scene: Scene, path: Path) -> None:
    with Cache(path) as cache, chain(scene.node.url, cache=cache) as opened:
        first = opened.read(level(scene.subject))
        assert (opened.trips.requests, opened.trips.cached) == (2, 0)
    with Cache(path) as cache, chain(scene.node.url, cache=cache) as opened:
        assert opened.read(level(scene.subject)) == first
        assert (opened.trips.requests, opened.trips.cached) == (1, 8)


@pytest.mark.node
def test_another_block_is_another_key(fresh: Anvil, path: Path) -> None:
    subject = fresh.deploy("Subject")
    read = CallRead(subject, selector("first()"))
    with Cache(path) as cache, chain(fresh.url, cache=cache) as opened:
        (before,) = opened.read([read])
        fresh.send(subject, encode_call("set(uint256)", [7]))
    with Cache(path) as cache, chain(fresh.url, cache=cache) as opened:
        (after,) = opened.read([read])
        assert opened.trips.cached == 0
    assert isinstance(before, Known)
    assert isinstance(after, Known)
    assert (int(before.value, 16), int(after.value, 16)) == (42, 7)


@pytest.mark.node
def test_errors_are_not_kept(scene: Scene, path: Path) -> None:
    def pruned(call: Call, answer: Call) -> Call:
        return error(call, -32000, "missing trie node") if call["method"] == "eth_getCode" else answer

    with (
        proxy(scene.node.url, rewrite=pruned) as between,
        Cache(path) as cache,
        chain(between.url, cache=cache) as opened,
    ):
        assert isinstance(opened.read([CodeRead(scene.subject)])[0], Unknown)
    with Cache(path) as cache, chain(scene.node.url, cache=cache) as opened:
        assert isinstance(opened.read([CodeRead(scene.subject)])[0], Known)
        assert opened.trips.cached == 0


@pytest.mark.node
def test_no_url_and_no_key_is_kept(scene: Scene, path: Path) -> None:
    with (
        proxy(scene.node.url) as between,
        Cache(path) as cache,
        chain(between.url + "/v3/0123456789abcdef", cache=cache) as opened,
    ):
        opened.read(level(scene.subject))
    connection = sqlite3.connect(path)
    values = [zlib.decompress(row[0]) for row in connection.execute("select value from reads")]
    connection.close()
    assert len(values) == 11
    for content in [*values, *(part.read_bytes() for part in path.parent.iterdir())]:
        assert b"0123456789abcdef" not in content.replace(scene.subject.encode(), b"")
        assert b"127.0.0.1" not in content
        assert b"http" not in content


@pytest.mark.node
@pytest.mark.parametrize("payload", [{}, {"code": 5}, {"code": "0xzz"}, [], None, "x", {"code": None}])
def test_a_damaged_entry_is_read_again(scene: Scene, path: Path, payload: Any) -> None:
    with chain(scene.node.url) as opened:
        block = opened.block
    with Cache(path) as cache:
        cache.put(31337, block.hash, {CacheKey("eth_getCode", f'["{scene.subject}"]'): payload})
        with chain(scene.node.url, cache=cache) as opened:
            (answer,) = opened.read([CodeRead(scene.subject)])
            assert isinstance(answer, Known)
            assert opened.trips.cached == 0


def test_values_come_back(path: Path) -> None:
    value = {"result": "0x" + "ab" * 5000, "big": str(2**256), "list": [1, None, "ü"]}
    with Cache(path) as cache:
        cache.put(1, HASH, {KEY: value})
        assert cache.get(1, HASH, [KEY]) == {KEY: value}
        assert cache.get(2, HASH, [KEY]) == {}
        assert cache.get(1, "0x" + "cd" * 32, [KEY]) == {}
        assert cache.get(1, HASH, [CacheKey("eth_getCode", KEY.params)]) == {}
        assert cache.get(1, HASH, [CacheKey(KEY.method, "[]")]) == {}


@pytest.mark.parametrize(
    "content", [b"this is no database, it is a letter to my aunt" * 100, b"SQLite format 3\x00junk"]
)
def test_a_corrupt_file_is_a_warning(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    warnings: list[str] = []
    with Cache(path, warnings.append) as cache:
        cache.put(1, HASH, {KEY: 1})
        assert cache.get(1, HASH, [KEY]) == {}
    assert len(warnings) == 1
    assert "is not used" in warnings[0]


def test_a_file_that_is_damaged_while_it_is_open_is_a_warning(path: Path) -> None:
    warnings: list[str] = []
    with Cache(path, warnings.append) as cache:
        cache.put(1, HASH, {CacheKey("eth_call", str(number)): os.urandom(900).hex() for number in range(200)})
        assert cache._open is not None
        cache._open.execute("pragma wal_checkpoint(truncate)")
        cache._open.execute("pragma cache_size=1")
        path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 400_000)
        assert cache.get(1, HASH, [KEY]) == {}
        cache.put(1, HASH, {KEY: 1})
    assert len(warnings) == 1


def test_a_file_of_another_version_is_a_warning(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version=99")
    connection.close()
    warnings: list[str] = []
    with Cache(path, warnings.append) as cache:
        assert cache.get(1, HASH, [KEY]) == {}
    assert "another version" in warnings[0]


def test_a_place_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    warnings: list[str] = []
    with Cache(tmp_path / "file" / "reads.sqlite", warnings.append) as cache:
        cache.put(1, HASH, {KEY: 1})
    assert len(warnings) == 1


def test_a_full_disk_is_a_warning(path: Path) -> None:
    warnings: list[str] = []
    with Cache(path, warnings.append) as cache:
        cache.put(1, HASH, {KEY: 1})
        assert cache._open is not None
        cache._open.execute("pragma max_page_count=4")
        noise = [CacheKey("eth_call", str(number)) for number in range(300)]
        cache.put(1, HASH, {key: os.urandom(600).hex() for key in noise})
        assert len(warnings) == 1
        assert "full" in warnings[0]
        cache.put(1, HASH, {KEY: 2})
        assert cache.get(1, HASH, [KEY]) == {}
    with Cache(path, warnings.append) as cache:
        assert cache.get(1, HASH, [KEY]) == {KEY: 1}
    assert len(warnings) == 1


def test_one_damaged_value_is_passed_over(path: Path) -> None:
    warnings: list[str] = []
    with Cache(path, warnings.append) as cache:
        cache.put(1, HASH, {KEY: 1, CacheKey("eth_call", "other"): 2})
        assert cache._open is not None
        cache._open.execute("update reads set value=x'0102' where params=?", (KEY.digest,))
        found = cache.get(1, HASH, [KEY, CacheKey("eth_call", "other")])
    assert found == {CacheKey("eth_call", "other"): 2}
    assert "damaged" in warnings[0]


WRITER = """
import sys
from pathlib import Path
from scanner.chain.cache import Cache, CacheKey, empty
warnings = []
with Cache(Path(sys.argv[1]), warnings.append) as cache:
    for number in range(150):
        keys = [CacheKey("eth_call", f"{sys.argv[2]} {number} {item}") for item in range(5)]
        cache.put(1, "0xab", {key: number for key in keys})
        assert len(cache.get(1, "0xab", keys)) == 5
sys.exit(f"{warnings}" if warnings else 0)
"""


def test_two_processes_write_at_once(path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], env=environment, stderr=subprocess.PIPE)
        for name in ("one", "two")
    ]
    complaints = [writer.communicate(timeout=60)[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], complaints
    with Cache(path) as cache:
        keys = [CacheKey("eth_call", f"{name} 149 4") for name in ("one", "two")]
        assert cache.get(1, "0xab", keys) == dict.fromkeys(keys, 149)


def test_it_is_emptied_while_a_scan_uses_it(path: Path) -> None:
    with Cache(path) as cache:
        cache.put(1, HASH, {CacheKey("eth_call", f'["{number}"]'): os.urandom(4000).hex() for number in range(200)})
        cache.put(1, HASH, {KEY: "0x01"})
        before = path.stat().st_size + path.with_name(f"{path.name}-wal").stat().st_size
        assert empty(path) > before * 0.9
        assert cache.get(1, HASH, [KEY]) == {}
        cache.put(1, HASH, {KEY: "0x02"})
        assert cache.get(1, HASH, [KEY]) == {KEY: "0x02"}


def test_to_empty_what_is_damaged_or_not_there(path: Path) -> None:
    assert empty(path) == 0
    assert not path.exists()
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    assert empty(path) == 11_000
    assert not path.exists()
