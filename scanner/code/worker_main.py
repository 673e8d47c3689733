"""The fork server: imports Slither and the analyses once and forks one process per request.

`python -m scanner.code.worker_main` reads lines of JSON from stdin and answers with lines of JSON on stdout:

    {"run": 7, "folder": "…"}   ->  {"run": 7, "pid": 4711}, later {"run": 7, "status": 0}
    {"kill": 7}                 ->  {"run": 7, "status": -9}

It has a session of its own, so that Ctrl-C reaches it through its parent alone, and it ends with all its children when
stdin does. A child ends when the server does.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
from collections.abc import Callable
from pathlib import Path

from scanner.limited import die_with_parent

_POLL_SECONDS = 0.01
_CHUNK = 65536


class Server:
    """Children by run number, and the pipe on which their ends are told."""

    def __init__(self, run_job: Callable[[Path], None], answers: int) -> None:
        self._run_job = run_job
        self._answers = answers
        self._children: dict[int, int] = {}

    def serve(self) -> None:
        """Work until stdin ends, then end all children."""
        unread = b""
        try:
            while True:
                ready, _, _ = select.select([0], [], [], _POLL_SECONDS if self._children else None)
                self._reap()
                if not ready:
                    continue
                chunk = os.read(0, _CHUNK)
                if not chunk:
                    return
                *lines, unread = (unread + chunk).split(b"\n")
                for line in lines:
                    self._handle(json.loads(line))
        finally:
            for pid in self._children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _handle(self, message: dict[str, object]) -> None:
        if "kill" in message:
            for pid, run in self._children.items():
                if run == message["kill"]:
                    os.kill(pid, signal.SIGKILL)
            return
        run = int(str(message["run"]))
        pid = os.fork()
        if pid == 0:
            _be_child(self._run_job, Path(str(message["folder"])))
        self._children[pid] = run
        self._tell({"run": run, "pid": pid})

    def _reap(self) -> None:
        for pid in list(self._children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                run = self._children.pop(pid)
                self._tell({"run": run, "status": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, int]) -> None:
        os.write(self._answers, json.dumps(message).encode() + b"\n")


def _be_child(run_job: Callable[[Path], None], folder: Path) -> None:
    """Run one job and end the process, whatever happens."""
    code = 1
    try:
        die_with_parent()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        run_job(folder)
        code = 0
    finally:
        os._exit(code)


def serve(load: Callable[[], Callable[[Path], None]]) -> None:
    """Have `load` import what the jobs need and give the function that answers one; then fork for each request.

    Stdout is kept for answers: what libraries print goes nowhere.
    """
    answers = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    gc.disable()
    run_job = load()
    gc.freeze()
    os.write(answers, b'{"ready": 1}\n')
    Server(run_job, answers).serve()


def _load() -> Callable[[Path], None]:
    from scanner.code.worker_job import run_job

    return run_job


if __name__ == "__main__":
    serve(_load)
