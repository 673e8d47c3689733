"""Work in a fork of its own: what it returns, and every way in which it can go wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from fixtures.localchain import project_root

RUN = """
import os, signal, sys, time
from scanner.limited import Bounds, run_limited

def work():
    {body}

ended = run_limited(work, Bounds(float(sys.argv[1]), int(sys.argv[2])))
print([ended.answer, ended.problem, ended.limit])
"""


def ended(body: str, *, seconds: float = 20.0, more_bytes: int = 500_000_000) -> tuple[object, str, bool]:
    """Return how `body` ended, run from a process without threads."""
    indented = body.replace("\n", "\n    ")
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(body=indented), str(seconds), str(more_bytes)],
        cwd=project_root(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answer, problem, limit = eval(done.stdout)
    return answer, problem, limit


def test_an_answer() -> None:
    assert ended("return {'a': [1, 'b', None]}") == ({"a": [1, "b", None]}, "", False)
    assert ended("return 'x' * 5_000_000")[0] == "x" * 5_000_000


def test_no_answer() -> None:
    nothing = (None, "its process ended without an answer", False)
    for body in ("raise ValueError", "os._exit(0)", "os.kill(os.getpid(), signal.SIGSEGV)", "return {1: object()}"):
        assert ended(body) == nothing, body


def test_limits() -> None:
    assert ended("time.sleep(60)", seconds=0.2) == (None, "it ran longer than 0.2 s", True)
    started = time.monotonic()
    eats = "kept = []\nwhile True:\n    kept.append(bytearray(5_000_000))"
    assert ended(eats, more_bytes=50_000_000) == (None, "it used more than 47 MB of memory", True)
    assert time.monotonic() - started < 15


def test_what_it_may_not_do(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for body in (
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        f"open({str(file)!r}, 'w')",
        f"os.remove({__file__!r})",
    ):
        said = f"try:\n    {body}\nexcept PermissionError as error:\n    return str(error)"
        answer, problem, _ = ended(said)
        assert problem == ""
        assert "is not allowed here" in str(answer), body
    assert not file.exists()
    assert ended(f"return open({__file__!r}).read(3)")[0] == '"""'


def test_it_ends_with_its_parent() -> None:
    body = RUN.format(body="print(os.getpid(), flush=True); time.sleep(60)")
    parent = subprocess.Popen(
        [sys.executable, "-c", body, "60", "500000000"], cwd=project_root(), stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
        until = time.monotonic() + 10
        while _alive(child) and time.monotonic() < until:
            time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0]
