"""A field of many DAOs from few code bases, run over by `daoscan batch`.

`python -m tools.bench.fleet --size 2000 --bases 20` measures another field than `make bench`, which has no hour.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from fixtures.build import Workshop
from fixtures.field import code_inputs, deploy_field
from fixtures.localchain import LocalChain, project_root
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import Env
from scanner.cli.options import default_cache_dir
from scanner.store.schema import facts, scans
from scanner.store.store import Store
from tools.bench.figure import Figure
from tools.bench.fleet_parts import busy_share, rejudge_seconds

SIZE, BASES = 200, 20
_TENTH = 10


@dataclass(frozen=True)
class Run:
    """What was seen of one run."""

    seconds: float
    """From the first DAO that was done to the last."""
    coordinator_cpu: float
    memory: tuple[int, int]
    """Bytes of the largest process below the coordinator that stays, early and late."""


@dataclass(frozen=True)
class Field:
    """The chain and its DAOs."""

    chain: LocalChain
    sourcify: str
    daos: Sequence[str]
    folder: Path

    def run(self, daos: Sequence[str], store: str, *, workers: int = 2) -> Run:
        """Scan some DAOs into a store, watching the processes."""
        import psutil

        targets = self.folder / "targets.csv"
        targets.write_text("".join(f"31337,{one}\n" for one in daos), "utf-8")
        words = ["batch", str(targets), "--db", self.db(store), "--rpc-url", self.chain.url, "--workers", str(workers)]
        words += ["--sourcify-url", self.sourcify, "--offline-compilers", "--quiet"]
        environment = {**os.environ, "DAOSCAN_CACHE": str(self.folder / "cache")}
        process = subprocess.Popen(
            [sys.executable, "-m", "scanner.cli.main", *words], cwd=project_root(), env=environment
        )
        seen: list[tuple[float, float, int]] = []
        watched = psutil.Process(process.pid)
        before = self.done(store)
        while process.poll() is None:
            time.sleep(0.25)
            if self.done(store) == before:
                continue
            try:
                used = watched.cpu_times()
                below = [one.memory_info().rss for one in watched.children(recursive=False)]
            except psutil.Error:
                continue
            seen.append((time.monotonic(), used.user + used.system, max(below, default=0)))
        if process.returncode != 0 or self.done(store) - before != len(daos):
            raise RuntimeError(f"a run over {len(daos)} DAOs ended with {process.returncode}")
        if len(seen) < 2:
            return Run(0.0, 0.0, (0, 0))
        part = max(1, len(seen) // _TENTH)
        memory = (max(one[2] for one in seen[:part]), max(one[2] for one in seen[part:]))
        return Run(seen[-1][0] - seen[0][0], seen[-1][1] - seen[0][1], memory)

    def db(self, store: str) -> str:
        """Return the address of a store."""
        return f"sqlite:///{self.folder / store}.sqlite"

    def done(self, store: str) -> int:
        """Return how many scans are in a store."""
        return int(self.ask(store, select(func.count()).select_from(scans).where(scans.c.status == "done"))[0][0])

    def ask(self, store: str, query: Any) -> list[Any]:
        """Return the rows of a query."""
        opened = Store(self.db(store))
        try:
            with opened.database.reading() as connection:
                return list(connection.execute(query))
        finally:
            opened.close()


def figures(size: int = SIZE, bases: int = BASES) -> list[Figure]:
    """Deploy a field and measure runs over it: new code, known code, a new block, one worker and two."""
    with (
        tempfile.TemporaryDirectory(prefix="daoscan-bench-") as name,
        LocalChain() as chain,
        SourcifyServer() as sourcify,
    ):
        folder = Path(name)
        (folder / "cache").mkdir()
        (folder / "cache" / "solc-js").symlink_to(default_cache_dir() / "solc-js")
        env = Env(chain, Workshop(), sourcify, chain.accounts[:20], chain.accounts[-1])
        started = time.monotonic()
        daos = deploy_field(env, size + bases, bases)
        field = Field(chain, sourcify.url, daos, folder)
        found = [Figure("fleet_deploy_seconds", time.monotonic() - started, None)]
        return [*found, *_measured(field, bases)]


def _measured(field: Field, bases: int) -> list[Figure]:
    new, known = field.daos[:bases], field.daos[bases:]
    few = known[: max(2, len(known) // _TENTH)]
    field.run(new, "first")
    made = field.ask("first", select(func.count(), func.sum(facts.c.times)).select_from(facts))[0]
    small = field.run(few, "first")
    large = field.run(known[len(few) :], "first")
    again = field.ask("first", select(func.count(), func.sum(facts.c.times)).select_from(facts))[0]
    share = len(known[len(few) :]) / len(few)

    one = field.run(known, "one-worker", workers=1)
    two = field.run(known, "two-workers", workers=2)
    field.chain.mine(2)
    latest = field.chain.block_number
    field.run(few, "first")
    query = select(scans.c.cpu_seconds).where(scans.c.block_number > latest - 2)
    warm = statistics.median(float(row[0]) for row in field.ask("first", query))
    each = max(0.05, two.seconds * 2 / max(1, len(known)))
    return [
        Figure("fleet_code_inputs", code_inputs(bases), None),
        Figure("fleet_facts_made_per_distinct_ratio", float(made[1]) / float(made[0]), 1.0),
        Figure("fleet_facts_made_by_known_code", float(again[1]) - float(made[1]), 0),
        Figure("fleet_time_growth_ratio", large.seconds / max(0.001, small.seconds * share), 1.1),
        Figure("fleet_worker_memory_growth_ratio", large.memory[1] / max(1, large.memory[0]), 1.1),
        Figure("fleet_one_worker_to_two_shortfall_ratio", 1.7 * two.seconds / max(0.001, one.seconds), 1.0),
        Figure("fleet_coordinator_cpu_share", large.coordinator_cpu / max(0.001, large.seconds), 0.05),
        Figure("fleet_warm_dao_cpu_seconds", warm, 0.3),
        Figure("fleet_64_workers_idle_share", 1.0 - busy_share(each), 0.1),
        Figure("fleet_rejudge_10000_seconds", rejudge_seconds(field.db("first"), field.folder), 300),
    ]


def main() -> int:
    """Measure a field of a chosen size."""
    parser = argparse.ArgumentParser(prog="tools.bench.fleet", description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE, help="DAOs")
    parser.add_argument("--bases", type=int, default=BASES, help="code bases")
    options = parser.parse_args()
    found = figures(options.size, options.bases)
    for one in found:
        print(one.line(), flush=True)
    return 0 if all(one.holds for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
