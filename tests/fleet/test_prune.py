"""`daoscan store`: older scans go, and what nodes answered with them; the files get smaller."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scanner.chain.cache import FILE, Cache, CacheKey
from scanner.cli.main import app
from scanner.pipeline import dump_snapshot
from scanner.store.records import Failed
from scanner.store.store import Store
from tests.render import factory
from tests.store.test_store import answered, key

HASH = "0x" + "ab" * 32
READ = CacheKey("eth_getLogs", "[]")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """A store with three scans of one target, and a cache beside it."""
    path, snapshot = tmp_path / "store.sqlite", answered(factory.snapshot())
    store = Store(str(path))
    for number in range(3):
        first = snapshot.blocks[0]
        block = first.model_copy(update={"number": first.number + number, "hash": f"0x{number:064x}"})
        one = snapshot.model_copy(update={"blocks": (block,)})
        data = dump_snapshot(one) + os.urandom(200_000).hex().encode()
        assert store.save(key(snapshot, block_hash=block.hash), one, data, judged=None)
    store.save_failure(key(snapshot, "bb" * 32), first, "x", Failed("limit", "no \x1b end"))
    store.close()
    with Cache(tmp_path / FILE) as cache:
        cache.put(1, HASH, {READ: "0x01" * 50_000})
    return path


def daoscan(*words: str) -> Result:
    return CliRunner().invoke(app, ["store", *words])


def size(db: Path) -> int:
    return sum(one.stat().st_size for one in db.parent.glob(f"{db.name}*"))


def cached(db: Path) -> bool:
    with Cache(db.parent / FILE) as cache:
        return bool(cache.get(1, HASH, [READ]))


def test_pruned(db: Path) -> None:
    before = size(db)
    done = daoscan("prune", "--db", str(db), "--keep", "1", "--cache-dir", str(db.parent))
    assert done.exit_code == 0, done.stderr
    assert "2 scans dropped" in done.stdout
    assert "of what nodes answered dropped" in done.stdout
    assert size(db) < before / 2
    assert not cached(db)
    told = daoscan("info", "--db", str(db)).stdout
    assert "scans: 2\n" in told
    assert "snapshots: 1\n" in told
    assert "limit: no \\x1b end" in told


def test_reads_can_be_kept(db: Path) -> None:
    done = daoscan("prune", "--db", str(db), "--keep-reads", "--cache-dir", str(db.parent))
    assert (done.exit_code, done.stdout) == (0, "1 scans dropped\n")
    assert cached(db)


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    done = daoscan("prune", "--db", str(tmp_path / "none.sqlite"))
    assert done.exit_code == 2
    assert "there is no such store" in done.stderr
    assert not (tmp_path / "none.sqlite").exists()
