"""Two machines that have nothing in common but the address of the scheduler and of the store; and PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from scanner.cli.options import default_cache_dir
from scanner.fleet.settings import Settings, rules_digest
from scanner.judge.assess import exit_code
from scanner.model.outcome import Severity
from scanner.pipeline import evaluate, load_snapshot
from scanner.store.records import judged_row
from scanner.store.schema import facts
from scanner.store.store import Store
from tests.fleet.certificates import make_certificate
from tests.fleet.conftest import TIED, Fleet
from tests.fleet.test_batch import scanning, wait_until
from tests.store.postgres import Server

pytestmark = [pytest.mark.node, pytest.mark.compiler]
TWO = ("oz4", "open-club")


def machine(home: Path, fleet: Fleet, **more: str) -> dict[str, str]:
    """Return the environment of a machine of its own, on which compilers were fetched before."""
    cache = home / "cache"
    cache.mkdir(parents=True)
    (cache / "solc-js").symlink_to(default_cache_dir() / "solc-js")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAOSCAN_")}
    kept |= {"HOME": str(home), "DAOSCAN_CACHE": str(cache), "DAOSCAN_RPC_URL": fleet.field.url}
    kept |= {"PYTHONPATH": os.getcwd(), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    return {**kept, "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0", **more}


@contextlib.contextmanager
def started(words: list[str], home: Path, environment: dict[str, str], said: str) -> Iterator[str]:
    """Start a process of dask and yield what it says first that matches."""
    log = home / f"{words[0]}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*TIED, "-m", "dask", *words],
            cwd=home,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        wait_until(lambda: bool(re.search(said, log.read_text())) or process.poll() is not None)
        found = re.search(said, log.read_text())
        assert found, log.read_text()
        yield found.group(1)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_two_machines_and_the_same_reports_from_both_databases(fleet: Fleet, postgres: Server, tmp_path: Path) -> None:
    db = postgres.new_database()
    here, there = tmp_path / "here", tmp_path / "there"
    certificate, key = make_certificate(tmp_path)
    given = [("ca-file", certificate), ("cert", certificate), ("key", key)]
    tls = [word for name, path in given for word in (f"--tls-{name}", str(path))]
    keys = [word.replace("ca-file", "ca") for word in tls]
    coordinator, worker = machine(here, fleet), machine(there, fleet, DAOSCAN_DB=db)
    listen = ["scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *tls]
    with started(listen, here, coordinator, r"Scheduler at:\s+(tls://[\d.:]+)") as scheduler:
        work = ["worker", scheduler, "--nthreads", "1", "--nworkers", "2", "--no-dashboard", *tls]
        with started(work, there, worker, r"(Registered to)"):
            done = subprocess.run(
                fleet.arguments("--db", db, "--scheduler", scheduler, *keys, "-"),
                input=f"31337,{fleet.field.token},oz4-token\n{fleet.field.targets(*TWO)}",
                cwd=here,
                env=coordinator,
                capture_output=True,
                text=True,
                timeout=280,
                check=False,
            )
    assert done.returncode == 0, done.stderr
    assert (there / "cache" / "chain.sqlite").is_file()  # the chain was read there,
    assert not (here / "cache" / "sources").exists()  # and nothing was scanned here
    assert Fleet(fleet.field, here, db).rows() == [(name, "done", "") for name in ("open-club", "oz4", "oz4-token")]
    # Two workers met the new code of one DAO at the same time, by its governor and by its token: one of them made it.
    assert len(times(db)) > 3
    assert set(times(db)) == {1}

    copy(db, fleet.db)
    made = [portfolio(url, tmp_path / name, fleet) for url, name in ((db, "postgresql"), (fleet.db, "sqlite"))]
    assert made[0] == made[1]
    assert sum(name.endswith("report.html") for name in made[0]) == 3
    assert {"index.html", "portfolio.csv", "portfolio.parquet"} <= made[0].keys()


def times(db: str) -> list[int]:
    """Return how often the facts of each piece of code were made."""
    store = Store(db)
    try:
        with store.database.reading() as connection:
            return list(connection.execute(select(facts.c.times)).scalars())
    finally:
        store.close()


def copy(source: str, target: str) -> None:
    """Put every scan of a store into another."""
    rules = Settings().loaded_rules()
    old, new = Store(source), Store(target)
    try:
        for row, data in old.snapshots(old.scans()):
            snapshot = load_snapshot(data, row.name)
            assessment = evaluate(snapshot, rules)
            judged = judged_row(assessment, exit_code(assessment, Severity.HIGH), rules_digest(rules))
            assert new.save(row.key, snapshot, data, judged=judged)
    finally:
        old.close()
        new.close()


def portfolio(db: str, out: Path, fleet: Fleet) -> dict[str, bytes]:
    """Return every file of a portfolio with all reports."""
    words = ["portfolio", "--db", db, "--out", str(out), "--reports", "all", "--format", "html,csv,parquet"]
    command = [*TIED, "-m", "scanner.cli.main", *words]
    done = subprocess.run(command, env=fleet.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_the_database_is_killed(fleet: Fleet, postgres: Server, tmp_path: Path) -> None:
    """In the middle of a run, and started again: what was done is there, the same command does the rest, once."""
    on = Fleet(fleet.field, tmp_path, postgres.new_database())
    with on.started(on.field.targets(*TWO), "--workers", "1") as process:
        wait_until(lambda: bool(scanning(process.pid)))
        postgres.kill()
        time.sleep(0.5)
        postgres.restart()
        assert process.wait(250) in (0, 2), (tmp_path / "log").read_text()
    again = on.run(on.field.targets(*TWO))
    assert again.returncode == 0, again.stderr
    assert on.rows() == [("open-club", "done", ""), ("oz4", "done", "")]
