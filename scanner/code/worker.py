"""Work that a stranger's code may break happens in worker processes, within limits of time and of resident memory."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import scanner
from scanner.code.compilers.interface import Limits
from scanner.code.requests import REQUEST_FILE, RESULT_FILE
from scanner.limited import resident_bytes

_POLL_SECONDS = 0.02
_START_SECONDS = 60.0
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


class WorkerLimit(Exception):
    """A job went past a limit and was ended."""


class WorkerDied(Exception):
    """A job ended without an answer."""


class Workers:
    """A fork server and its children. `run` may be called from several threads; leaving the context ends everything.

    `module` calls `scanner.code.worker_main.serve`. Its environment holds none of the user's keys but those in
    `environment`.
    """

    def __init__(
        self,
        *,
        module: str = "scanner.code.worker_main",
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._runs = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[dict[str, int]]] = {}
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**_environment(), **(environment or {})},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and all its children now."""
        stdin = self._process.stdin
        if stdin is not None:
            with contextlib.suppress(OSError):
                stdin.close()
        try:
            self._process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def run(self, request: dict[str, Any], folder: Path, limits: Limits) -> dict[str, Any]:
        """Have `request` answered by a process of its own that works in `folder`, and return the answer.

        Raises WorkerLimit past a limit of time or resident memory, WorkerDied when the process ended without an answer.
        """
        (folder / REQUEST_FILE).write_text(json.dumps(request), encoding="utf-8")
        answers: queue.SimpleQueue[dict[str, int]] = queue.SimpleQueue()
        with self._lock:
            run = next(self._runs)
            self._waiting[run] = answers
        try:
            if not self._ready.wait(_START_SECONDS):
                raise WorkerDied("the worker did not start")
            self._send({"run": run, "folder": str(folder)})
            status = self._watch(run, answers, limits)
        finally:
            self._waiting.pop(run, None)
        result = folder / RESULT_FILE
        if status != 0 or not result.is_file():
            raise WorkerDied(f"the worker ended without an answer ({_status(status)})")
        answer: dict[str, Any] = json.loads(result.read_bytes())
        return answer

    def _watch(self, run: int, answers: queue.SimpleQueue[dict[str, int]], limits: Limits) -> int:
        until = time.monotonic() + limits.seconds
        pid = 0
        over = ""
        while True:
            with contextlib.suppress(queue.Empty):
                message = answers.get(timeout=_POLL_SECONDS)
                if "status" in message:
                    if over:
                        raise WorkerLimit(over)
                    return message["status"]
                pid = message["pid"]
            if self._ended.is_set():
                raise WorkerDied("the worker server ended")
            over = over or _past(limits, until, pid)
            if over and pid:
                self._send({"kill": run})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            with self._lock:
                self._process.stdin.write(json.dumps(message).encode() + b"\n")
                self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise WorkerDied("the worker server ended") from error

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "ready" in message:
                self._ready.set()
                continue
            waiting = self._waiting.get(message["run"])
            if waiting is not None:
                waiting.put(message)
        self._ended.set()
        self._ready.set()


def _past(limits: Limits, until: float, pid: int) -> str:
    """Return which limit a job is past, in words, or nothing."""
    if limits.stopped is not None and limits.stopped.is_set():
        return "the analysis was stopped"
    if time.monotonic() > until:
        return f"the analysis ran longer than {limits.seconds:g} s"
    if pid and resident_bytes(pid) > limits.resident_bytes:
        return f"the analysis used more than {limits.resident_bytes} bytes of memory"
    return ""


def _status(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit code {status}"


def _environment() -> dict[str, str]:
    """Return what a worker sees: none of the user's keys, no modules of the current folder, sets in a fixed order."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    root = str(Path(scanner.__file__).resolve().parent.parent)
    path = os.pathsep.join([root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
    return {**kept, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONHASHSEED": "0"}
