"""What runs on a worker: one child process for each DAO, within limits."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any

from scanner.code.compilers.interface import Limits
from scanner.code.worker import WorkerDied, WorkerLimit, Workers
from scanner.fleet.settings import Settings
from scanner.fleet.task import Result, Task
from scanner.model.errors import DaoscanError
from scanner.store.records import Failed
from scanner.store.sharing import SharedFacts, note_kill
from scanner.store.store import Store

KILLS = 2
"""A DAO that ended its process this often is not tried again."""
_PASSED_ON = "DAOSCAN_"


class Worker:
    """The fork server of this process. `run` answers for one DAO, whatever happens to the process it is scanned in."""

    def __init__(self, settings: str, cache_dir: Path) -> None:
        self._settings = Settings.model_validate_json(settings)
        self._cache_dir = cache_dir
        self._text = settings
        self._lock = threading.Lock()
        self._workers: Workers | None = None

    def close(self) -> None:
        """End the fork server and everything it started."""
        if self._workers is not None:
            self._workers.stop()
            self._workers = None

    def _server(self) -> Workers:
        with self._lock:
            if self._workers is None:
                kept = {name: value for name, value in os.environ.items() if name.startswith(_PASSED_ON)}
                kept |= _named_by(kept.get("DAOSCAN_ENDPOINTS", ""))
                self._workers = Workers(module="scanner.fleet.child_main", arguments=[self._text], environment=kept)
            return self._workers

    def run(self, task: Task) -> Result:
        """Scan one DAO in a process of its own."""
        limits = Limits(seconds=self._settings.seconds, resident_bytes=self._settings.megabytes * 2**20)
        key, owner = task.key.digest, uuid.uuid4().hex
        with tempfile.TemporaryDirectory(prefix="daoscan-") as folder:
            request = {"task": task.model_dump(mode="json"), "cache_dir": str(self._cache_dir), "owner": owner}
            try:
                answer: dict[str, Any] = self._server().run(request, Path(folder), limits)
                return Result.model_validate_json(json.dumps(answer))
            except WorkerLimit as error:
                return self._killed(task, Result(key=key, kind="limit", reason=str(error)), owner)
            except WorkerDied as error:
                self._restart()
                return self._killed(task, Result(key=key, kind="killed", reason=str(error)), owner)

    def _restart(self) -> None:
        with self._lock:
            self.close()

    def _killed(self, task: Task, result: Result, owner: str) -> Result:
        try:
            return killed(os.environ["DAOSCAN_DB"], task, result, owner)
        except DaoscanError as error:
            return result.model_copy(update={"kind": "store", "reason": error.what})


def killed(db: str, task: Task, result: Result, owner: str = "") -> Result:
    """Note that a DAO ended its process; at the second time it is kept as failed. Raises UsageError.

    What the process had claimed as `owner` is free for others at once.
    """
    store = Store(db)
    try:
        if owner:
            SharedFacts(store.database, owner=owner).release_all()
        kills = note_kill(store.database, task.key.digest, result.reason)
        if kills < KILLS:
            return result
        said = f"ended its process {kills} times: {result.reason}"
        saved = store.save_failure(task.key, task.block, task.name, Failed(result.kind, said))
        return result.model_copy(update={"reason": said, "saved": saved})
    finally:
        store.close()


def _named_by(endpoints: str) -> dict[str, str]:
    """Return the variables that an endpoints file takes its addresses from."""
    from scanner.fleet.endpoints import variables_of

    return {name: os.environ[name] for name in variables_of(Path(endpoints))} if endpoints else {}
