"""`daoscan` in a process of its own, forked from one that has loaded the program: it is loaded once for all of them.

Nothing but the loading is shared: arguments, environment, standard input and output are each process's own, and it ends
as any other does. Tests of loading, of signals and of processes that outlive others start the program themselves.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Timer
from typing import IO, Any

from fixtures.localchain import project_root

COMMAND = (sys.executable, "-m", "scanner.cli.main")
CAN_FORK = sys.platform == "linux"
"""Elsewhere libraries of the system do not bear it."""
_SPAWNING = ("batch", "watch")
"""Commands that start Python anew, with the file that was started at first."""


@dataclass(frozen=True)
class Done:
    """What a process left. `seconds` of a processor are its own and those of its children."""

    code: int
    stdout: str
    stderr: str
    seconds: float


def run(arguments: Sequence[str], env: Mapping[str, str], *, seconds: float, folder: Path | None = None) -> Done:
    """Run `daoscan` in a folder, with exactly this environment; raises TimeoutExpired after `seconds`."""
    where = folder or project_root()
    command = next((one for one in arguments if not one.startswith("-")), "")
    if not CAN_FORK or command in _SPAWNING or _base(env) != _base(os.environ):
        return _started(arguments, env, where, seconds=seconds)
    with TemporaryDirectory() as said:
        out, err = Path(said) / "stdout", Path(said) / "stderr"
        order = {"arguments": [*arguments], "env": {**env}, "folder": str(where), "out": str(out), "err": str(err)}
        code, used = _loaded().run(order, seconds)
        return Done(code, _text(out), _text(err), used)


def _base(env: Mapping[str, str]) -> dict[str, str]:
    """Return what libraries may look at while they are loaded."""
    return {name: value for name, value in env.items() if not name.startswith(("DAOSCAN_", "PYTEST_"))}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def _started(arguments: Sequence[str], env: Mapping[str, str], folder: Path, *, seconds: float) -> Done:
    path = os.pathsep.join([str(project_root()), *filter(None, [env.get("PYTHONPATH")])])
    before = _used(resource.getrusage(resource.RUSAGE_CHILDREN))
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**env, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    used = _used(resource.getrusage(resource.RUSAGE_CHILDREN)) - before
    return Done(done.returncode, done.stdout, done.stderr, used)


def _used(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


class _Loaded:
    """The process that has loaded the program. It ends with the tests, however they end: its input closes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"],
            cwd=project_root(),
            env={name: value for name, value in os.environ.items() if not name.startswith("DAOSCAN_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._end)

    def _end(self) -> None:
        self._process.communicate()

    def run(self, order: dict[str, Any], seconds: float) -> tuple[int, float]:
        with self._lock:
            pid = self._ask(order)
            late = Timer(seconds, os.kill, (pid, signal.SIGKILL))
            late.start()
            try:
                code, used = self._hear()
            finally:
                timely = late.is_alive()
                late.cancel()
                late.join()
        if not timely:
            raise subprocess.TimeoutExpired([*COMMAND, *order["arguments"]], seconds)
        return int(code), used

    def _ask(self, order: dict[str, Any]) -> int:
        asking: IO[str] | None = self._process.stdin
        assert asking is not None
        asking.write(json.dumps(order) + "\n")
        asking.flush()
        return int(self._hear()[0])

    def _hear(self) -> tuple[float, float]:
        answering: IO[str] | None = self._process.stdout
        assert answering is not None
        first, second = answering.readline().split()
        return float(first), float(second)


@cache
def _loaded() -> _Loaded:
    return _Loaded()


def _serve() -> list[str] | None:
    """Fork for every order that comes in; returns the arguments in a fork, and None at the end."""
    answers = os.dup(1)
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.close(answers)
            _become(order)
            return [*map(str, order["arguments"])]
        os.write(answers, f"{pid} 0\n".encode())
        _, status, usage = os.wait4(pid, 0)
        os.write(answers, f"{os.waitstatus_to_exitcode(status)} {_used(usage)}\n".encode())
    return None


def _become(order: Mapping[str, Any]) -> None:
    new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, (path, mode) in enumerate(((os.devnull, os.O_RDONLY), (order["out"], new), (order["err"], new))):
        opened = os.open(path, mode, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["env"])


if __name__ == "__main__":
    import rlp  # noqa: F401
    import trie.hexary  # noqa: F401

    import scanner.cli.main
    import scanner.pipeline

    gc.collect()
    gc.freeze()  # what is loaded is looked through no more
    given = _serve()
    if given is not None:
        sys.argv = ["daoscan", *given]
        scanner.cli.main.main(given)
