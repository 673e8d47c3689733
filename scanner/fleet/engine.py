"""The coordinator: hands DAOs to the workers of a dask cluster, a few at a time, and counts how they end."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scanner.fleet.settings import Settings
from scanner.fleet.task import FATAL, Result, Task
from scanner.fleet.work import Worker, killed
from scanner.model.errors import DaoscanError, UsageError

if TYPE_CHECKING:
    from distributed import Client, Future

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
AHEAD = 2
"""Tasks in flight for each worker: one that it does, one that waits for it."""


@dataclass(frozen=True)
class Place:
    """Where the work is done: `workers` processes here, or those of the scheduler at an address."""

    workers: int = 2
    scheduler: str = ""
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""


@dataclass
class Tally:
    """How far a run is."""

    total: int
    done: int = 0
    saved: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    worst: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0

    def add(self, result: Result) -> None:
        """Count a result."""
        self.done += 1
        self.saved += result.saved
        self.cpu_seconds += result.cpu_seconds
        if result.kind:
            self.failures[result.kind] += 1
        elif result.worst:
            self.worst[result.worst] += 1


Watch = Callable[[Tally, Task, Result], None]


def run(tasks: Iterable[Task], tally: Tally, *, place: Place, settings: Settings, watch: Watch) -> None:
    """Do every task; each result is counted and told to `watch`. Raises UsageError when no other could do better.

    A worker that dies takes its DAO with it: the DAO is tried once more, then kept as failed.
    """
    text = settings.model_dump_json()
    with client_of(place) as client:
        for task, result in _results(client, iter(tasks), text, place):
            if result.kind in FATAL:
                raise UsageError(f"the run was ended: {result.reason}", hint="mend it and give the command again")
            tally.add(result)
            watch(tally, task, result)


def _results(client: Client, tasks: Iterator[Task], settings: str, place: Place) -> Iterator[tuple[Task, Result]]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    waiting: dict[Any, Task] = {}
    queue = as_completed(loop=client.loop)

    def send(task: Task) -> None:
        future = client.submit(do, task.model_dump(mode="json"), settings, pure=False, retries=0)
        waiting[future.key] = task
        queue.add(future)

    ahead = AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"]) or place.workers)
    for task in _first(tasks, ahead):
        send(task)
    for future in queue:
        task = waiting.pop(future.key)
        result = _result(future, task, KilledWorker)
        if result is None:
            send(task)
            continue
        yield task, result
        for following in _first(tasks, 1):
            send(following)


def _first(tasks: Iterator[Task], count: int) -> Iterator[Task]:
    for _ in range(count):
        for task in tasks:
            yield task
            break


def _result(future: Future, task: Task, killed_worker: type[Exception]) -> Result | None:
    """Return how a task ended; None where its worker died for the first time."""
    error = future.exception()
    if error is None:
        result = Result.model_validate(future.result())
        return None if result.kind in ("limit", "killed") and not result.saved else result
    key = task.key.digest
    if not isinstance(error, killed_worker):
        return Result(key=key, kind="internal", reason=f"{type(error).__name__}: {error}"[:300])
    try:
        noted = killed(os.environ["DAOSCAN_DB"], task, Result(key=key, kind="killed", reason="its worker died"))
    except DaoscanError as problem:
        return Result(key=key, kind="store", reason=problem.what)
    return noted if noted.saved else None


@contextlib.contextmanager
def client_of(place: Place) -> Iterator[Client]:
    """A client of the workers of `place`; those started here end with it. Raises UsageError for a bad address."""
    import dask
    from distributed import Client, LocalCluster

    # One task on a worker at a time: what kills it is then known. A dead worker is told at once.
    with dask.config.set(
        {
            "distributed.scheduler.allowed-failures": 0,
            "distributed.scheduler.worker-saturation": 1.0,
            "distributed.worker.daemon": False,
            "distributed.admin.system-monitor.disk": False,
        }
    ):
        if place.scheduler:
            with Client(place.scheduler, security=_security(place), timeout="30s", set_as_default=False) as client:
                yield client
            return
        with (
            LocalCluster(
                n_workers=place.workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                host="127.0.0.1",
                silence_logs=50,
                memory_limit=0,  # limits are those of the child processes
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client


def _security(place: Place) -> Any:
    """Return how to speak to a scheduler. Raises UsageError for one that is not on loopback and not under TLS."""
    from distributed import Security

    parts = urlsplit(place.scheduler)
    if parts.scheme not in ("tls", "tcp"):
        raise UsageError("not the address of a scheduler", where="--scheduler", hint="tls://host:8786")
    if parts.scheme == "tcp":
        if parts.hostname not in _LOOPBACK:
            raise UsageError(
                "a scheduler on another machine is spoken to under TLS only",
                where="--scheduler",
                hint="tls://host:8786 with --tls-ca, --tls-cert and --tls-key",
            )
        return None
    for name, path in (("--tls-ca", place.tls_ca), ("--tls-cert", place.tls_cert), ("--tls-key", place.tls_key)):
        if not path or not Path(path).is_file():
            raise UsageError("a file of the TLS key is missing", where=name)
    return Security(
        tls_ca_file=place.tls_ca,
        tls_client_cert=place.tls_cert,
        tls_client_key=place.tls_key,
        require_encryption=True,
    )


# ------------------------------------------------------------------------------------------------ on a worker


def do(task: dict[str, Any], settings: str) -> dict[str, Any]:
    """Scan one DAO on the worker that this is called on."""
    return _worker(settings).run(Task.model_validate(task)).model_dump(mode="json")


def _worker(settings: str) -> Worker:
    """Return this process' fork server for these settings: it is kept on the dask worker that the task runs on."""
    from distributed import get_worker

    holder = get_worker()
    kept: tuple[str, Worker] | None = getattr(holder, "daoscan", None)
    if kept is None or kept[0] != settings:
        if kept is not None:
            kept[1].close()
        kept = (settings, Worker(settings, Path(os.environ["DAOSCAN_CACHE"])))
        holder.daoscan = kept
    return kept[1]
