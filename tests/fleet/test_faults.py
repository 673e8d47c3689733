"""Nodes, explorers and compilers that fail in the middle of a run: nothing lost, nothing twice, nothing wrong."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.sourcify_server import Fault, SourcifyServer
from scanner.cli.options import default_cache_dir
from scanner.model.observation import Reason, Unknown
from scanner.model.snapshot import Snapshot
from tests.fleet.conftest import TWO, Field, Fleet, snapshots
from tests.fleet.faulty import FaultyNode, Untruth, faulty, flaky, of_chain, of_other_block, slow
from tests.fleet.test_batch import wait_until

pytestmark = [pytest.mark.node, pytest.mark.compiler]
BOTH_DONE = [("open-club", "done", ""), ("oz4", "done", "")]


@pytest.fixture
def node(field: Field) -> Iterator[FaultyNode]:
    with faulty(field.url) as found:
        yield found


def unread(folder: Path, *, compilers: Path | None = None) -> str:
    """Return a cache with known code and compilers, in which nothing of a chain or an explorer was read yet."""
    cache = folder / "unread"
    cache.mkdir()
    (cache / "solc-js").symlink_to(compilers or default_cache_dir() / "solc-js")
    (cache / "facts").symlink_to(default_cache_dir() / "facts")
    return str(cache)


def at(fleet: Fleet, node: FaultyNode) -> Fleet:
    """Return the same runs, that ask another node."""
    return replace(fleet, field=replace(fleet.field, url=node.url))


@pytest.mark.parametrize("fault", [slow(0.2), flaky], ids=["slow", "flaky"])
def test_a_node_that_is_slow_or_flaky(
    fleet: Fleet, node: FaultyNode, tmp_path: Path, fault: object, right: dict[str, Snapshot]
) -> None:
    """It takes longer; what is told is the same, to the last fact."""
    node.fault = fault  # type: ignore[assignment]
    ended = at(fleet, node).run(fleet.field.targets(*TWO), DAOSCAN_CACHE=unread(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert fleet.rows() == BOTH_DONE
    assert node.requests > 10
    assert snapshots(fleet) == right


UNTRUTHS: tuple[tuple[Untruth, str], ...] = (
    (of_chain(42), "the node is on chain 42, not on chain 31337"),
    (of_other_block, "is another one there than"),
)


def test_a_node_that_is_wrong(fleet: Fleet, node: FaultyNode, tmp_path: Path, right: dict[str, Snapshot]) -> None:
    """After the run began: nothing of it is kept, no DAO is blamed, and the same command does all of it."""
    wrong, cache = at(fleet, node), unread(tmp_path)
    for number, (untruth, said) in enumerate(UNTRUTHS):
        first = int(number == 0)  # the coordinator asks which block it is, once: later the run goes on at that
        node.untruth = after(node, node.requests + first, untruth)
        ended = wrong.run(fleet.field.targets(*TWO), DAOSCAN_CACHE=cache)
        assert ended.returncode == 1, ended.stderr
        assert said in ended.stderr
        assert "none in error, 2 not reached: give the command again" in ended.stderr
        assert fleet.rows() == []
    node.untruth = lambda asked, answer: None
    ended = wrong.run(fleet.field.targets(*TWO), DAOSCAN_CACHE=cache)
    assert ended.returncode == 0, ended.stderr
    assert fleet.rows() == BOTH_DONE
    assert snapshots(fleet) == right


def after(node: FaultyNode, requests: int, untruth: Untruth) -> Untruth:
    """Return an untruth that is told only after so many requests."""

    def later(asked: dict[str, Any], answer: dict[str, Any]) -> None:
        if node.requests > requests:
            untruth(asked, answer)

    return later


def test_one_rate_for_all_workers(fleet: Fleet, node: FaultyNode, tmp_path: Path, right: dict[str, Snapshot]) -> None:
    """Two workers and the coordinator together ask a node no faster than its endpoint allows."""
    endpoints = tmp_path / "endpoints.yaml"
    endpoints.write_text("chains:\n  eip155:31337: {rpc_url_env: THE_NODE, requests_per_second: 6}\n")
    ended = fleet.run(
        fleet.field.targets(*TWO),
        *("--endpoints", str(endpoints), "--workers", "2"),
        DAOSCAN_CACHE=unread(tmp_path),
        THE_NODE=node.url,
    )
    assert ended.returncode == 0, ended.stderr
    assert node.requests > 12
    # A turn may come late, never early: of any eight requests the last comes a second after the first, or later.
    assert all(later - first > 0.9 for first, later in zip(node.times, node.times[8:], strict=False))
    assert snapshots(fleet) == right


def test_a_node_that_is_gone_in_the_middle(fleet: Fleet, node: FaultyNode, tmp_path: Path) -> None:
    """What was done before is there, nothing half; the same command does the rest, at the same block."""
    away, cache = at(fleet, node), unread(tmp_path)
    with away.started(fleet.field.targets(), DAOSCAN_CACHE=cache) as process:
        wait_until(lambda: Path(fleet.db.removeprefix("sqlite:///")).exists() and bool(fleet.rows()))
        node.go()
        assert process.wait(120) == 1, (tmp_path / "log").read_text()
    said = (tmp_path / "log").read_text()
    assert "not reached: give the command again" in said
    before = fleet.rows()
    assert 0 < len(before) < len(fleet.field.daos)
    node.come()
    assert away.run(fleet.field.targets(), DAOSCAN_CACHE=cache).returncode == 0
    assert fleet.rows() == sorted((name, "done", "") for name in fleet.field.daos)


def test_an_explorer_that_refuses_all(fleet: Fleet, tmp_path: Path, right: dict[str, Snapshot]) -> None:
    """What it did not say is unknown for that reason; when it answers again, these DAOs can be scanned again."""
    explorer: SourcifyServer = fleet.field.explorer
    cache = unread(tmp_path)
    explorer.fault = Fault.TOO_MANY
    try:
        ended = fleet.run(fleet.field.targets(*TWO), DAOSCAN_CACHE=cache)
    finally:
        explorer.fault = Fault.NONE
    assert ended.returncode == 0, ended.stderr
    assert "2 without sources of an explorer that did not answer: --retry-failed" in ended.stderr
    assert fleet.rows() == [(name, "done", "explorer") for name in TWO]
    for one in snapshots(fleet).values():
        verifications = [contract.verification for contract in one.contracts.items]
        assert verifications
        assert all(isinstance(v, Unknown) and v.reason is Reason.EXPLORER_DOWN for v in verifications)
    mended = fleet.run(fleet.field.targets(*TWO), "--retry-failed", DAOSCAN_CACHE=cache)
    assert mended.returncode == 0, mended.stderr
    assert fleet.rows() == BOTH_DONE
    assert snapshots(fleet) == right


def test_a_compiler_that_never_ends(fleet: Fleet, tmp_path: Path) -> None:
    """Its DAO is an error with the reason, the others go on; with a compiler that ends the DAO is scanned."""
    compilers, cache = tmp_path / "compilers", tmp_path / "cache"
    for installed in (default_cache_dir() / "solc-js").iterdir():
        (compilers / installed.name).parent.mkdir(exist_ok=True)
        if installed.name == "0.8.19":
            (compilers / "0.8.19").mkdir()
            forever = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"  # takes no CPU from the others
            (compilers / "0.8.19" / "soljson.js").write_text(f"{forever}\n")
        else:
            (compilers / installed.name).symlink_to(installed)
    cache.mkdir()
    (cache / "solc-js").symlink_to(compilers)
    assert fleet.run(fleet.field.targets("call-time-votes"), DAOSCAN_CACHE=str(cache)).returncode == 0
    # Done anew at the same block, with all of it known: that does not come near the limit on a busy machine either.
    with contextlib.closing(sqlite3.connect(tmp_path / "store.sqlite")) as store, store:
        store.execute("pragma foreign_keys=on")
        store.execute("delete from scans")
    names, limited = ("oz4", "call-time-votes"), ("--workers", "2", "--seconds", "8")
    ended = fleet.run(fleet.field.targets(*names), *limited, DAOSCAN_CACHE=str(cache))
    assert ended.returncode == 1, ended.stderr
    assert "ended its process 2 times: the analysis ran longer than 8 s" in ended.stderr
    assert fleet.rows() == [("call-time-votes", "done", ""), ("oz4", "error", "limit")]
    mended = fleet.run(fleet.field.targets(*names), "--retry-failed")
    assert mended.returncode == 0, mended.stderr
    assert fleet.rows() == [("call-time-votes", "done", ""), ("oz4", "done", "")]
