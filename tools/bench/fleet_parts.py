"""Parts of the measurement of runs over many DAOs that need no chain."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from fixtures.localchain import project_root
from scanner.fleet.engine import CONFIG, Place, client_of
from scanner.fleet.handout import Handout
from tools.bench.sleepers import sleep_each

SNAPSHOTS = 10_000
_WORKERS, _PROCESSES, _TASKS_EACH = 64, 4, 40
_START_SECONDS = 120.0


def busy_share(seconds: float) -> float:
    """Return which share of 64 workers' time goes into tasks that sleep for `seconds`, handed out as a run does it.

    The scheduler is a process of its own, the workers are sixteen in each of four: as if they were on other machines.
    """
    with _scheduler() as address, contextlib.ExitStack() as stack:
        for _ in range(_PROCESSES):
            command = [sys.executable, "-m", "tools.bench.sleepers", address, str(_WORKERS // _PROCESSES)]
            stack.enter_context(_process(command))
        with client_of(Place(scheduler=address)) as client:
            client.wait_for_workers(_WORKERS, timeout=_START_SECONDS)
            for _ in Handout[int](client, sleep_each, 0.0).run(range(_WORKERS * _TASKS_EACH)):
                pass  # so that every worker has imported everything
            total = _WORKERS * _TASKS_EACH
            out: Handout[int] = Handout(client, sleep_each, seconds)
            started = time.monotonic()
            done = sum(len(ended.items) for ended in out.run(range(total)))
            return done * seconds / (_WORKERS * (time.monotonic() - started))


@contextlib.contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    # the same settings as a run gives to processes that it starts itself
    settings = {"DASK_" + name.upper().replace("-", "_").replace(".", "__"): str(CONFIG[name]) for name in CONFIG}
    environment = {**os.environ, **settings}
    process = subprocess.Popen(
        command, cwd=project_root(), env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def _scheduler() -> Iterator[str]:
    words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with _process([sys.executable, "-m", "dask", *words]) as process:
        assert process.stderr is not None
        for line in process.stderr:
            found = re.search(r"Scheduler at:\s+(tcp://[\d.:]+)", line)
            if found:
                yield found[1]
                return
    raise RuntimeError("no scheduler came up")


def rejudged(db: str, folder: Path) -> tuple[float, float]:
    """Return the seconds in which two workers judge 10,000 stored snapshots anew, and the median of their bytes.

    There are as many scans as that in a copy of the store, each with one of its snapshots and not judged yet.
    """
    copy = folder / "rejudge.sqlite"
    shutil.copy(db.removeprefix("sqlite:///"), copy)
    connection = sqlite3.connect(copy)
    try:
        with connection:
            for table in ("outcomes", "dimensions", "judgements"):
                connection.execute(f"delete from {table}")
            names = [row[1] for row in connection.execute("pragma table_info(scans)") if row[1] not in ("id", "target")]
            rows = connection.execute(f"select {', '.join(names)} from scans where status = 'done'").fetchall()
            places = ", ".join("?" * (len(names) + 1))
            connection.executemany(
                f"insert into scans (target, {', '.join(names)}) values ({places})",
                ((f"0x{number:040x}", *rows[number % len(rows)]) for number in range(SNAPSHOTS - len(rows))),
            )
        sizes = [row[0] for row in connection.execute("select size from blobs join scans on snapshot = sha256")]
    finally:
        connection.close()
    done = daoscan("batch", "--rejudge", "--db", f"sqlite:///{copy}", "--workers", "2")
    took = re.search(rf"{SNAPSHOTS} judged in ([0-9.]+) s, 0 could", done.stderr)
    if took is None:
        raise RuntimeError(done.stderr[-500:])
    return float(took[1]), statistics.median(sizes)


def daoscan(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line; its error output is captured."""
    return subprocess.run(
        [sys.executable, "-m", "scanner.cli.main", *words],
        cwd=project_root(),
        capture_output=True,
        text=True,
        check=True,
    )
