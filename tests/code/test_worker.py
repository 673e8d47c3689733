"""Worker processes: limits, deaths, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scanner.code.compilers.interface import Limits
from scanner.code.worker import WorkerDied, WorkerLimit, Workers


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(module="tests.code.unruly_worker") as running:
        yield running


def _do(workers: Workers, folder: Path, limits: Limits | None = None, **request: Any) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    return workers.run(request, folder, limits or Limits(seconds=60))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _first_child(pid: int) -> int:
    until = time.monotonic() + 30
    while not _children(pid):
        assert time.monotonic() < until, "no job was started"
        time.sleep(0.02)
    return _children(pid)[0]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _gone(pid: int) -> bool:
    until = time.monotonic() + 30
    while _alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not _alive(pid)


def test_each_job_is_answered_by_a_process_of_its_own(workers: Workers, tmp_path: Path) -> None:
    def ask(number: int) -> dict[str, Any]:
        return _do(workers, tmp_path / str(number), do="answer", say=number)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, range(6)))
    assert [answer["said"] for answer in answers] == list(range(6))
    assert len({answer["pid"] for answer in answers}) == 6


def test_a_job_that_takes_too_long_is_ended_and_the_next_goes_on(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(WorkerLimit, match=r"longer than 0\.3 s"):
        _do(workers, tmp_path / "a", Limits(seconds=0.3), do="sleep")
    assert _children(workers.pid) == []
    assert _do(workers, tmp_path / "b", do="answer", say="still here")["said"] == "still here"


def test_a_job_that_takes_too_much_memory_is_ended(workers: Workers, tmp_path: Path) -> None:
    limits = Limits(seconds=60, resident_bytes=200_000_000)
    with pytest.raises(WorkerLimit, match="more than 200000000 bytes"):
        _do(workers, tmp_path, limits, do="eat")


@pytest.mark.parametrize(("deed", "how"), [("crash", "signal 11"), ("raise", "exit code 1")])
def test_a_job_that_dies_is_told_from_an_answer(workers: Workers, tmp_path: Path, deed: str, how: str) -> None:
    with pytest.raises(WorkerDied, match=how):
        _do(workers, tmp_path, do=deed)
    assert _do(workers, tmp_path / "b", do="answer", say="on")["said"] == "on"


def test_what_a_job_prints_is_no_answer(workers: Workers, tmp_path: Path) -> None:
    assert _do(workers, tmp_path, do="print")["said"] == "printed"


def test_a_server_that_dies_ends_its_jobs_and_says_so(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(WorkerDied, match="server ended"):
        _do(workers, tmp_path, do="kill-server")
    with pytest.raises(WorkerDied, match="server ended"):
        _do(workers, tmp_path / "b", do="answer", say="too late")


def test_a_server_that_cannot_start_is_told(tmp_path: Path) -> None:
    with Workers(module="tests.code.no_such_worker") as workers, pytest.raises(WorkerDied):
        _do(workers, tmp_path, do="answer", say="nothing")


def test_a_stop_ends_running_jobs_at_once(workers: Workers, tmp_path: Path) -> None:
    stopped = threading.Event()
    threading.Timer(0.3, stopped.set).start()
    with pytest.raises(WorkerLimit, match="stopped"):
        _do(workers, tmp_path, Limits(seconds=60, stopped=stopped), do="sleep")


_HOLDER = """
import sys, tempfile, threading, time
from pathlib import Path
from scanner.code.compilers.interface import Limits
from scanner.code.worker import Workers

with tempfile.TemporaryDirectory() as folder, Workers(module="tests.code.unruly_worker") as workers:
    def job():
        try:
            workers.run({"do": "sleep"}, Path(folder), Limits(seconds=100))
        except Exception:
            pass
    thread = threading.Thread(target=job, daemon=True)
    thread.start()
    print(workers.pid, flush=True)
    time.sleep(100)
"""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind_when_the_scan_is_ended(signum: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as holder:
        assert holder.stdout is not None
        server = int(holder.stdout.readline())
        child = _first_child(server)
        os.kill(holder.pid, signum)
        holder.wait(timeout=60)
        assert _gone(server)
        assert _gone(child)
