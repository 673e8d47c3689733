"""Runs over several DAOs on a real chain, with what can befall them: nothing lost, nothing twice, nothing wrong."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner import Options, scan
from scanner.model.snapshot import Snapshot
from scanner.sources.collect import SourceOptions
from tests.fleet.conftest import DAOS, Field, Fleet

pytestmark = [pytest.mark.node, pytest.mark.compiler]
ALL_DONE = sorted((name, "done", "") for name in DAOS)


def wait_until(ready: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "it did not come to this"
        time.sleep(0.05)


def test_all_of_them_once_and_then_nothing_more(fleet: Fleet, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "out"))
    first = fleet.run(fleet.field.targets() + "31337,0xnot\n", "--workers", "2", *out)
    assert first.returncode == 1, first.stderr  # a line names no target
    assert "standard input:5: not an address" in first.stderr
    assert fleet.rows() == ALL_DONE
    page = (tmp_path / "out" / "index.html").read_text()
    assert all(name in page for name in DAOS)
    critical = tmp_path / "out" / f"31337-{fleet.field.daos['call-time-votes']}"
    assert (critical / "report.html").is_file()
    assert not (tmp_path / "out" / f"31337-{fleet.field.daos['oz4']}").exists()

    again = fleet.run(fleet.field.targets())
    assert again.returncode == 0, again.stderr
    assert "0 to scan, 4 in the store already" in again.stderr
    assert fleet.rows() == ALL_DONE

    judged = fleet.run("", "--rejudge")
    assert judged.returncode == 0, judged.stderr
    assert "0 to judge, 4 in the store already" in judged.stderr
    profile = fleet.run("", "--rejudge", "--profile", "auditor")
    assert profile.returncode == 0, profile.stderr
    assert "4 to judge" in profile.stderr


def test_the_stored_snapshot_is_that_of_a_single_scan(field: Field, right: dict[str, Snapshot]) -> None:
    stored, governor = right["open-club"], field.daos["open-club"]
    sources = SourceOptions(sourcify_url=field.sourcify)
    alone = scan(governor, field.url, Options(block=stored.blocks[0].number, name="open-club", sources=sources))
    assert stored == alone.snapshot.model_copy(update={"round_trips": stored.round_trips})


def test_the_coordinator_is_killed(fleet: Fleet) -> None:
    with fleet.started(fleet.field.targets()) as process:
        wait_until(lambda: bool(Path(fleet.db.removeprefix("sqlite:///")).exists() and fleet.rows()))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    seen = fleet.rows()
    assert 0 < len(seen) < len(DAOS) or seen == ALL_DONE
    assert fleet.run(fleet.field.targets()).returncode == 0
    assert fleet.rows() == ALL_DONE


def test_ctrl_c_on_a_terminal(fleet: Fleet) -> None:
    """One line says what to do, the terminal is as it was, nothing goes on, and the same command does the rest."""
    path = fleet.folder / "targets.csv"
    path.write_text(fleet.field.targets())
    ours, theirs = pty.openpty()
    environment = fleet.environment(TERM="xterm", COLUMNS="120")
    words = fleet.arguments(str(path))
    with subprocess.Popen(words, stderr=theirs, env=environment, start_new_session=True) as process:
        os.close(theirs)
        reader = threading.Thread(target=lambda: seen.extend(iter(lambda: read(ours), b"")))
        seen: list[bytes] = []
        reader.start()
        wait_until(lambda: bool(scanning(process.pid)))
        started = below(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 130
        reader.join(10)
    os.close(ours)
    said = b"".join(seen).decode()
    assert "error: interrupted; what was done is in the store: give the same command again" in said
    assert "Traceback" not in said
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l")  # the cursor is there again
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started), 10)
    assert fleet.run(fleet.field.targets()).returncode == 0
    assert fleet.rows() == ALL_DONE


def read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other side is closed
        return b""


def test_a_worker_is_killed(fleet: Fleet) -> None:
    with fleet.started(fleet.field.targets(), "--workers", "2") as process:
        wait_until(lambda: bool(scanning(process.pid)))
        for pid in workers(process.pid):
            os.kill(pid, signal.SIGKILL)
            break
        assert process.wait(250) == 0, (fleet.folder / "log").read_text()
    assert fleet.rows() == ALL_DONE


def test_a_dao_that_ends_its_process_twice(fleet: Fleet) -> None:
    ended = fleet.run(fleet.field.targets("oz4"), "--megabytes", "64")
    assert ended.returncode == 1, ended.stderr
    assert "ended its process 2 times" in ended.stderr
    assert fleet.rows() == [("oz4", "error", "limit")]
    assert "0 to scan, 1 in the store already" in fleet.run(fleet.field.targets("oz4")).stderr
    mended = fleet.run(fleet.field.targets("oz4"), "--retry-failed")
    assert mended.returncode == 0, mended.stderr
    assert fleet.rows() == [("oz4", "done", "")]


def test_two_coordinators_on_one_store(fleet: Fleet) -> None:
    with fleet.started(fleet.field.targets()) as first:
        second = fleet.run(fleet.field.targets())
        assert second.returncode == 0, second.stderr
        assert first.wait(250) == 0, (fleet.folder / "log").read_text()
    assert fleet.rows() == ALL_DONE


def test_a_full_disk(fleet: Fleet) -> None:
    """A store that cannot grow: a clear end, nothing half, and all is there after the same command with room."""
    import resource

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    ended = subprocess.run(
        fleet.arguments("-"),
        input=fleet.field.targets("open-club", "oz4"),
        env=fleet.environment(),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
        preexec_fn=small,
    )
    assert ended.returncode == 2, ended.stderr
    assert "the store cannot be used" in ended.stderr or "the run was ended" in ended.stderr
    assert fleet.run(fleet.field.targets("open-club", "oz4")).returncode == 0
    assert fleet.rows() == [("open-club", "done", ""), ("oz4", "done", "")]


def children(pid: int) -> list[int]:
    """Return the children of every thread of a process."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(one) for one in path.read_text().split()]
    return found


def below(pid: int) -> list[int]:
    found = children(pid)
    return found + [one for child in found for one in below(child)]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def scanning(pid: int) -> list[int]:
    """Return the processes that scan a DAO below a coordinator: children of the fork servers of scans."""
    servers = [one for one in below(pid) if "scanner.fleet.child_main" in command(one)]
    return [child for one in servers for child in children(one)]


def workers(pid: int) -> list[int]:
    """Return the dask workers below a coordinator: what started the fork servers of scans."""
    return [one for one in below(pid) if any("scanner.fleet.child_main" in command(child) for child in children(one))]
