"""Headers that an earlier scan read are not asked for again below a block that the node still has."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.chain.cache import Cache
from scanner.chain.interface import BlockRead, LogRead
from scanner.chain.payload import Observation
from tests.chain.support import Anvil, Proxy, Scene, chain, proxy
from tests.chain.test_kept import headers

pytestmark = pytest.mark.node

_OLD = [BlockRead(number) for number in (2, 5, 9)]


@pytest.fixture
def scene(fresh: Anvil) -> Scene:
    made = Scene(fresh, fresh.deploy("Subject"))
    made.note(0, 5)
    fresh.mine(12)
    return made


def _read(url: str, path: Path | None, subject: str, *blocks: BlockRead, **options: Any) -> tuple[Observation, ...]:
    """Logs first, headers in a later level, as a scan does."""
    warnings: list[str] = []
    if path is None:
        with chain(url, **options) as opened:
            opened.read([LogRead(subject)])
            return opened.read(blocks)
    with Cache(path, warnings.append) as cache, chain(url, cache=cache, **options) as opened:
        opened.read([LogRead(subject)])
        found = opened.read(blocks)
    assert warnings == []
    return found


def _again(scene: Scene, path: Path, *blocks: BlockRead) -> tuple[list[str], tuple[Observation, ...]]:
    with proxy(scene.node.url) as between:
        found = _read(between.url, path, scene.subject, *blocks)
        return _asked(between), found


def _asked(between: Proxy) -> list[str]:
    return headers(between)


def test_only_headers_that_nobody_read_are_asked_for(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "reads.sqlite"
    _read(scene.node.url, path, scene.subject, *_OLD)
    for _ in range(2):
        scene.note(10, 12)
        asked, found = _again(scene, path, *_OLD, BlockRead(3))
        assert not {"0x2", "0x5", "0x9"} & set(asked), "nor at the third scan, though none of them was asked for in it"
        assert found == _read(scene.node.url, None, scene.subject, *_OLD, BlockRead(3))


def test_a_chain_that_was_reorganised_gives_its_headers_anew(fresh: Anvil, scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "reads.sqlite"
    kept = fresh.rpc("evm_snapshot")
    scene.note(10, 14)
    fresh.mine(8)
    before = _read(scene.node.url, path, scene.subject, BlockRead(18))
    fresh.rpc("evm_revert", kept)
    scene.note(20, 26, "elsewhere")
    fresh.mine(12)
    asked, found = _again(scene, path, BlockRead(18))
    assert "0x12" in asked
    assert found == _read(scene.node.url, None, scene.subject, BlockRead(18))
    assert found != before


@pytest.mark.parametrize(
    "value",
    [
        b"{}",
        b"[1]",
        b'{"hash": "0x12", "timestamp": 5, "below": [11, "0x12"]}',
        b'{"timestamp": "5"}',
    ],
)
def test_what_is_damaged_counts_as_absent(scene: Scene, tmp_path: Path, value: bytes) -> None:
    path = tmp_path / "reads.sqlite"
    _read(scene.node.url, path, scene.subject, *_OLD)
    with sqlite3.connect(path) as opened:
        changed = opened.execute(
            "update reads set value=? where method='eth_getBlockByNumber below'", (zlib.compress(value),)
        )
        assert changed.rowcount == len(_OLD)
    opened.close()
    scene.note(10, 12)
    asked, found = _again(scene, path, *_OLD)
    assert {"0x2", "0x5", "0x9"} <= set(asked)
    assert found == _read(scene.node.url, None, scene.subject, *_OLD)


def test_without_logs_nothing_confirms_a_block_and_headers_are_asked_for(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "reads.sqlite"
    _read(scene.node.url, path, scene.subject, *_OLD)
    scene.note(10, 12)
    with proxy(scene.node.url) as between, Cache(path) as cache, chain(between.url, cache=cache) as opened:
        opened.read(_OLD)
        assert {"0x2", "0x5", "0x9"} <= set(_asked(between))
