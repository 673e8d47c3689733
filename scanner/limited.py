"""Work that may run for ever, eat memory or crash, in a process of its own that is ended at a limit.

Only for processes without threads: the work runs in a fork of the caller, which shares what is loaded already.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_POLL_SECONDS = 0.005
_LONGEST_POLL_SECONDS = 0.05
_PRCTL = getattr(ctypes.CDLL(None), "prctl", None)
"""Looked up before anything forks: a child between fork and exec had better load nothing."""

_PR_SET_PDEATHSIG = 1
_OBJECT_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_ANSWER_BYTES = 32 * 1024**2
_REFUSED = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "socket.sendto",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "shutil.rmtree",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True)
class Bounds:
    """What a piece of work may use: seconds, and bytes of resident memory beyond what its parent holds."""

    seconds: float
    more_bytes: int


@dataclass(frozen=True)
class Ended:
    """How work ended: `answer` (JSON values) when `problem` is empty; `limit` when it was ended at one."""

    answer: Any
    problem: str = ""
    limit: bool = False


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process in bytes; 0 where it is gone or cannot be read."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return _resident_by_ps(pid)


def _resident_by_ps(pid: int) -> int:
    if Path("/proc/self/statm").exists():
        return 0
    try:
        answer = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return int(answer.stdout.strip() or "0") * 1024
    except (OSError, ValueError):
        return 0


def run_limited(work: Callable[[], Any], bounds: Bounds) -> Ended:
    """Return what `work` returns, which must be JSON values, from a fork of this process.

    Whatever happens in it is an answer: past a bound it is killed with all it started. `work` can open no connection,
    start no program and write no file; that keeps an honest author from mistakes, it is no wall against a hostile one.
    """
    with tempfile.TemporaryFile() as file:
        base = resident_bytes(os.getpid())
        pid = os.fork()
        if pid == 0:
            _be_child(work, file.fileno())
        over = _wait(pid, base, bounds)
        if over:
            return Ended(None, over, limit=True)
        file.seek(0)
        data = file.read(_ANSWER_BYTES + 1)
    if len(data) > _ANSWER_BYTES:
        return Ended(None, f"it answered with more than {_ANSWER_BYTES} bytes", limit=True)
    try:
        return Ended(json.loads(data)["answer"])
    except (ValueError, KeyError, RecursionError):
        return Ended(None, "its process ended without an answer")


def _wait(pid: int, base: int, bounds: Bounds) -> str:
    """Wait for a child; return which bound it went past, in words, or nothing."""
    until = time.monotonic() + bounds.seconds
    pause = _POLL_SECONDS
    over = ""
    try:
        while True:
            ended, _ = os.waitpid(pid, os.WNOHANG)
            if ended:
                return over
            if time.monotonic() > until:
                over = f"it ran longer than {bounds.seconds:g} s"
            elif resident_bytes(pid) > base + bounds.more_bytes:
                over = f"it used more than {bounds.more_bytes // 1024**2} MB of memory"
            if over:
                _kill(pid)
                os.waitpid(pid, 0)
                return over
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_POLL_SECONDS)
    except BaseException:
        _kill(pid)
        raise


def _kill(pid: int) -> None:
    for end in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            end(pid, signal.SIGKILL)


def _be_child(work: Callable[[], Any], answer: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        die_with_parent()
        sys.addaudithook(_refuse)
        os.write(answer, json.dumps({"answer": work()}).encode())
        code = 0
    finally:
        os._exit(code)


def _refuse(event: str, details: tuple[Any, ...]) -> None:
    writes = event == "open" and isinstance(details[2], int) and bool(details[2] & _WRITING)
    if event in _REFUSED or writes:
        raise PermissionError(f"{event} is not allowed here: only what was handed over can be read")


def die_with_parent() -> None:
    """Ask the kernel to end this process with its parent, where it can (Linux)."""
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, signal.SIGKILL)


def described(error: BaseException, folder: Path) -> str:
    """Return an error as `file.py:line: Kind: words`, the line being the deepest one that lies in `folder`."""
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename).parent == folder:
            place = f"{Path(frame.filename).name}:{frame.lineno}: "
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent == folder:
        place = f"{Path(error.filename).name}:{error.lineno}: "
    said = _OBJECT_ADDRESS.sub("", str(error.msg if isinstance(error, SyntaxError) else error))
    words = " ".join(said.replace(str(folder), "").split())
    return f"{place}{type(error).__name__}: {words[:300]}".rstrip(": ")


def blame(answers: object, words: str) -> NoReturn:
    """Raise a TypeError at the line of a generator that yielded what it should not."""
    error = TypeError(words)
    if isinstance(answers, types.GeneratorType):
        answers.throw(error)
    raise error
