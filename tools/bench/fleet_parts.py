"""Parts of the measurement of runs over many DAOs that need no chain."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fixtures.localchain import project_root
from scanner.model.snapshot import Snapshot
from scanner.pipeline import dump_snapshot, load_snapshot
from scanner.store.store import Store

SNAPSHOTS = 400
_FEW = 80  # as many as both workers take at once
_BYTES = 200_000
_WORKERS, _TASKS_EACH = 64, 8


def busy_share(seconds: float) -> float:
    """Return which share of 64 workers' time goes into tasks that sleep for `seconds`, handed out as a run does it."""
    from distributed import Client, LocalCluster, as_completed

    from scanner.fleet.engine import AHEAD

    total = _WORKERS * _TASKS_EACH
    with (
        LocalCluster(
            n_workers=_WORKERS, threads_per_worker=1, processes=False, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.submit(time.sleep, 0.0, pure=False).result()
        started, sent = time.monotonic(), 0
        queue: Any = as_completed(loop=client.loop)
        while sent < AHEAD * _WORKERS:
            queue.add(client.submit(time.sleep, seconds, pure=False))
            sent += 1
        for _ in queue:
            if sent < total:
                queue.add(client.submit(time.sleep, seconds, pure=False))
                sent += 1
        return total * seconds / (_WORKERS * (time.monotonic() - started))


def rejudge_seconds(db: str, folder: Path) -> float:
    """Return how long 10,000 snapshots of 200 KB would take to be judged anew by two workers, once these have begun.

    What it takes to begin is told by a run over a few.
    """
    source = Store(db)
    row = source.scans()[0]
    snapshot = _scaled(load_snapshot(source.snapshot(row.snapshot), db))
    source.close()
    target = f"sqlite:///{folder / 'rejudge.sqlite'}"
    took = []
    for first, count in ((1, _FEW), (_FEW + 1, SNAPSHOTS)):
        store = Store(target)
        for number in range(first, first + count):
            named = snapshot.target.model_copy(update={"address": f"0x{number:040x}"})
            one = snapshot.model_copy(update={"target": named})
            key = row.key._replace(target=named.address)
            if not store.save(key, one, dump_snapshot(one), judged=None):
                raise RuntimeError("a snapshot is in the store already")
        store.close()
        took.append(_rejudged(target, count, folder))
    return (took[1] - took[0]) * 10_000 / (SNAPSHOTS - _FEW)


def _rejudged(db: str, count: int, folder: Path) -> float:
    words = ["batch", "--rejudge", "--db", db, "--workers", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "scanner.cli.main", *words],
        cwd=project_root(),
        env={**os.environ, "DAOSCAN_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    took = re.search(rf"{count} judged in ([0-9.]+) s, 0 could", done.stderr)
    if took is None:
        raise RuntimeError(done.stderr[-500:])
    return float(took[1])


def _scaled(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot of at least 200 KB: the same contracts again, at other addresses."""
    contracts = snapshot.contracts.items
    items = list(contracts)
    while len(dump_snapshot(_with(snapshot, items))) < _BYTES:
        number = len(items)
        items += [
            one.model_copy(update={"address": f"0x{number + place:040x}"}) for place, one in enumerate(contracts, 1)
        ]
    return _with(snapshot, items)


def _with(snapshot: Snapshot, items: list[Any]) -> Snapshot:
    return snapshot.model_copy(update={"contracts": snapshot.contracts.model_copy(update={"items": tuple(items)})})
