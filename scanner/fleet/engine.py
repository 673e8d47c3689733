"""The coordinator: hands DAOs to the workers of a dask cluster, a few at a time, and counts how they end."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scanner.fleet.handout import Ended, Handout
from scanner.fleet.settings import Settings
from scanner.fleet.task import FATAL, Result, Task
from scanner.fleet.work import Worker, killed
from scanner.model.errors import DaoscanError, UsageError

if TYPE_CHECKING:
    from distributed import Client

_CONNECT = "30s"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Place:
    """Where the work is done: `workers` processes here, or those of the scheduler at an address."""

    workers: int = 2
    scheduler: str = ""
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""

    def check(self) -> None:
        """Raise UsageError for an address that is none, or that may not be spoken to like this."""
        if self.scheduler:
            _security(self)


@dataclass
class Tally:
    """How far a run is."""

    total: int
    done: int = 0
    saved: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    worst: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    sources_missing: int = 0

    def add(self, result: Result) -> None:
        """Count a result."""
        self.done += 1
        self.saved += result.saved and not result.kind
        self.sources_missing += result.sources_missing
        self.cpu_seconds += result.cpu_seconds
        if result.kind:
            self.failures[result.kind] += 1
        elif result.worst:
            self.worst[result.worst] += 1


Watch = Callable[[Tally, Task, Result], None]


def run(
    tasks: Sequence[Task], tally: Tally, *, cluster: AbstractContextManager[Client], settings: Settings, watch: Watch
) -> None:
    """Do every task on the workers of `cluster` (`client_of`); each result is counted and told to `watch`.

    Raises UsageError when no other task could do better. A worker that dies takes its DAO with it: the DAO is tried
    once more, then kept as failed.
    """
    text = settings.model_dump_json()
    with cluster as client:
        for task, result in _results(client, tasks, text):
            if result.kind in FATAL:
                raise UsageError(f"the run was ended: {result.reason}", hint="mend it and give the command again")
            tally.add(result)
            watch(tally, task, result)


def _results(client: Client, tasks: Sequence[Task], settings: str) -> Iterator[tuple[Task, Result]]:
    out: Handout[Task] = Handout(client, do, settings)
    for ended in out.run(tasks):
        answered = list(zip(ended.items, _ended(ended), strict=False))  # after a fatal one there are no more
        out.again(task for task, result in answered if result is None)
        for task, result in answered:
            if result is not None:
                yield task, result


def _ended(ended: Ended[Task]) -> list[Result | None]:
    """Return how tasks ended; None where one has to be tried once more."""
    from distributed.scheduler import KilledWorker

    if ended.error is None:
        return [_unless_again(one) for one in ended.answer]
    if isinstance(ended.error, KilledWorker):
        # Which of several it was shows when each is alone.
        return [None] * len(ended.items) if len(ended.items) > 1 else [_of_dead_worker(ended.items[0])]
    reason = f"{type(ended.error).__name__}: {ended.error}"[:300]
    return [Result(key=task.key.digest, kind="internal", reason=reason) for task in ended.items]


def _unless_again(result: Result) -> Result | None:
    return None if result.kind in ("limit", "killed") and not result.saved else result


def _of_dead_worker(task: Task) -> Result | None:
    key = task.key.digest
    try:
        noted = killed(os.environ["DAOSCAN_DB"], task, Result(key=key, kind="killed", reason="its worker died"))
    except DaoscanError as problem:
        return Result(key=key, kind="store", reason=problem.what)
    return noted if noted.saved else None


CONFIG: dict[str, Any] = {
    # One task on a worker at a time: what kills it is then known. A dead worker is told at once.
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.daemon": False,
    # What looks at the cluster many times a second for a dashboard that there is not.
    "distributed.admin.system-monitor.disk": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.client.scheduler-info-interval": "30s",
    "distributed.deploy.cluster-repr-interval": "60s",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


@contextlib.contextmanager
def client_of(place: Place, warn: Callable[[str], None] = lambda _: None) -> Iterator[Client]:
    """A client of the workers of `place`; those started here end with it.

    Raises UsageError for a bad address, or one at which nobody answers; `warn` hears of a scheduler without workers.
    """
    import dask
    from distributed import Client, LocalCluster

    with dask.config.set(CONFIG):
        if place.scheduler:
            security = _security(place)
            try:
                found = Client(place.scheduler, security=security, timeout=_CONNECT, set_as_default=False)
            except OSError as error:
                what = "the scheduler cannot be reached"
                hint = "check that it runs, its address, and that its certificate is of the authority in --tls-ca"
                raise UsageError(what, where=f"--scheduler {place.scheduler}", hint=hint) from error
            with found as client:
                if not client.scheduler_info(n_workers=-1)["workers"]:
                    warn("the scheduler has no worker: the run begins when `dask worker` brings one")
                yield client
            return
        with (
            LocalCluster(
                n_workers=place.workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                host="127.0.0.1",
                silence_logs=50,
                memory_limit=0,  # limits are those of the child processes
                preload=["scanner.fleet.deaf"],
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
            hint = "--tls-ca, --tls-cert and --tls-key are PEM files"
            raise UsageError("a file of the TLS key is missing", where=name, hint=hint)
    return Security(
        tls_ca_file=place.tls_ca,
        tls_client_cert=place.tls_cert,
        tls_client_key=place.tls_key,
        require_encryption=True,
    )


# ------------------------------------------------------------------------------------------------ on a worker


def do(tasks: Sequence[Task], settings: str) -> list[Result]:
    """Scan some DAOs, one after the other, on the worker that this is called on. The rest is left after a fatal one."""
    missing = [name for name in ("DAOSCAN_DB", "DAOSCAN_CACHE") if not os.environ.get(name)]
    if missing:
        said = f"a worker has no {' and no '.join(missing)} in its environment"
        return [Result(key=tasks[0].key.digest, kind="store", reason=said)]
    worker, results = _worker(settings), []
    for task in tasks:
        results.append(worker.run(task))
        if results[-1].kind in FATAL:
            break
    return results


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
