"""Runs of `daoscan batch` over a kept field, and what its processes used meanwhile."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from fixtures.localchain import LocalChain, project_root
from scanner.cli.options import default_cache_dir
from scanner.store.schema import blobs, runs, scans
from scanner.store.store import Store
from tools.bench.field_kept import CHAIN_ID, KeptField

_EVERY_SECONDS = 0.5
_FEW_SAMPLES = 4


@dataclass(frozen=True)
class Sample:
    """What was seen at one moment of a run."""

    at: float
    done: int
    coordinator_cpu: float
    memory: tuple[int, ...]
    """Bytes of each worker with its fork server."""


@dataclass(frozen=True)
class Run:
    """A run that ended well. Seconds of CPU are those of the whole run."""

    daos: int
    seconds: float
    """From the command to its end."""
    scan_cpu: float
    coordinator_cpu: float
    answers_cpu: float
    node_cpu: float
    store_cpu: float
    """Of the processes of PostgreSQL; SQLite works in those that scan."""
    samples: tuple[Sample, ...]

    @property
    def each(self) -> float:
        """Seconds for each DAO while all workers were at it."""
        first, last = self.samples[0], self.samples[-1]
        return (last.at - first.at) / max(1, last.done - first.done)

    @property
    def coordinator_share(self) -> float:
        """Which share of one core the coordinator took, its start left out."""
        first, last = self.samples[0], self.samples[-1]
        return (last.coordinator_cpu - first.coordinator_cpu) / max(0.001, last.at - first.at)

    def memory(self, after: float, until: float) -> float:
        """Return the bytes of a worker between two shares of the run."""
        seen = [one for one in self.samples if one.memory]
        part = [one for one in seen if after * self.daos <= one.done <= until * self.daos]
        part = part if len(part) >= _FEW_SAMPLES else seen[-_FEW_SAMPLES:]
        return statistics.median(max(one.memory) for one in part)


@dataclass
class Ground:
    """A kept field with its node, what is kept of the node's answers, and a folder for stores."""

    kept: KeptField
    chain: LocalChain
    folder: Path
    url: str = ""
    _answers: subprocess.Popen[str] | None = None
    _caches: int = 0

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Serve the node's kept answers at its head as it is now."""
        head = str(self.chain.rpc("eth_getBlockByNumber", "latest", False)["hash"])
        words = [
            "--node",
            self.chain.url,
            "--answers",
            str(self.kept.answers(head)),
            "--sources",
            str(self.kept.sources),
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.bench.answers", *words],
            cwd=project_root(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            self._answers, self.url = process, process.stdout.readline().strip()
            yield
        finally:
            process.stdin.close()
            process.wait(60)
            process.stdout.close()
            self._answers = None

    def run(self, daos: Sequence[str], db: str, *, workers: int = 2, server: int = 0, cache: str = "") -> Run:
        """Scan some DAOs into a store. `server` is the process of PostgreSQL.

        Nothing was read of the chain before, unless a `cache` is named that an earlier run had.
        """
        import psutil

        targets = self.folder / "targets.csv"
        targets.write_text("".join(f"{CHAIN_ID},{one}\n" for one in daos), "utf-8")
        words = ["batch", str(targets), "--db", db, "--rpc-url", self.url, "--workers", str(workers)]
        words += ["--sourcify-url", self.url, "--offline-compilers", "--quiet"]
        environment = {**os.environ, "DAOSCAN_CACHE": str(self._cache(cache))}
        before, before_used = counted(db), self._used(server)
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "scanner.cli.main", *words], cwd=project_root(), env=environment
        )
        samples: list[Sample] = []
        while process.poll() is None:
            time.sleep(_EVERY_SECONDS)
            done = counted(db)[0] - before[0]
            with contextlib.suppress(psutil.Error):
                if done:
                    samples.append(_sample(process.pid, done))
        seconds = time.monotonic() - started
        after, used = counted(db), self._used(server)
        if process.returncode != 0 or after[0] - before[0] != len(daos):
            raise RuntimeError(f"a run over {len(daos)} DAOs ended with {process.returncode}")
        if len(samples) < 2:
            raise RuntimeError("a run was over before it was seen")
        return Run(
            daos=len(daos),
            seconds=seconds,
            scan_cpu=after[1] - before[1],
            coordinator_cpu=samples[-1].coordinator_cpu,
            answers_cpu=used[0] - before_used[0],
            node_cpu=used[1] - before_used[1],
            store_cpu=used[2] - before_used[2],
            samples=tuple(samples),
        )

    def _cache(self, name: str) -> Path:
        self._caches += 1
        cache = self.folder / f"cache-{name or self._caches}"
        if cache.is_dir():
            return cache
        cache.mkdir()
        (cache / "solc-js").symlink_to(default_cache_dir() / "solc-js")
        return cache

    def _used(self, server: int) -> tuple[float, float, float]:
        assert self._answers is not None
        return cpu_of(self._answers.pid), cpu_of(self.chain.pid), cpu_of(server) if server else 0.0

    def sqlite(self, name: str) -> str:
        """Return the address of a store in the folder."""
        return f"sqlite:///{self.folder / name}.sqlite"

    def with_facts_of(self, source: str, name: str) -> str:
        """Return the address of a new store that knows the code of another and nothing else."""
        shutil.copy(self.folder / f"{source}.sqlite", self.folder / f"{name}.sqlite")
        self.forget_scans(self.sqlite(name))
        return self.sqlite(name)

    def forget_scans(self, db: str) -> None:
        """Leave nothing in a store but what is known of code."""
        store = Store(db)
        try:
            store.database.write(lambda c: [c.execute(delete(table)) for table in (scans, blobs, runs)])
        finally:
            store.close()


def counted(db: str) -> tuple[int, float]:
    """Return how many scans are in a store, and the seconds of CPU that they took."""
    query = select(func.count(), func.coalesce(func.sum(scans.c.cpu_seconds), 0.0)).where(scans.c.status == "done")
    if db.startswith("sqlite:///"):  # looked at often: without making anything ready
        path = Path(db.removeprefix("sqlite:///"))
        if not path.is_file():
            return 0, 0.0
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        try:
            words = "select count(*), coalesce(sum(cpu_seconds), 0) from scans where status = 'done'"
            row = connection.execute(words).fetchone()
        except sqlite3.OperationalError:
            return 0, 0.0  # no tables yet
        finally:
            connection.close()
        return int(row[0]), float(row[1])
    (row,) = ask(db, query)
    return int(row[0]), float(row[1])


def ask(db: str, query: Any) -> list[Any]:
    """Return the rows of a query."""
    store = Store(db)
    try:
        with store.database.reading() as connection:
            return list(connection.execute(query))
    finally:
        store.close()


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU of a process, and of all below it."""
    import psutil

    total = 0.0
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(pid)
        for one in (first, *first.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                used = one.cpu_times()
                total += used.user + used.system + used.children_user + used.children_system
    return total


def _sample(pid: int, done: int) -> Sample:
    import psutil

    coordinator = psutil.Process(pid)
    used = coordinator.cpu_times()
    memory = []
    for worker in coordinator.children():
        with contextlib.suppress(psutil.Error):
            servers = [one for one in worker.children() if _is_fork_server(one)]
            if servers:
                memory.append(worker.memory_info().rss + sum(one.memory_info().rss for one in servers))
    return Sample(time.monotonic(), done, used.user + used.system, tuple(memory))


def _is_fork_server(process: Any) -> bool:
    import psutil

    try:
        return "scanner.fleet.child_main" in process.cmdline()
    except psutil.Error:  # ended a moment ago
        return False
