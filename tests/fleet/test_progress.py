"""What a run says while it goes on: lines where nobody looks at a terminal, a bar where somebody does."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from scanner.fleet import progress
from scanner.fleet.engine import Tally
from scanner.fleet.progress import Reporter
from scanner.fleet.task import Result, Task
from tests.fleet.test_batch import read
from tests.render import factory

BLOCK = factory.snapshot().blocks[0]
TASK = Task(chain_id=1, address="0x" + "a1" * 20, name="", manifest="", block=BLOCK, inputs="", rules="")


def told(reporter: Reporter, tally: Tally, *results: Result) -> None:
    for result in results:
        tally.add(result)
        reporter.step(tally, TASK, result)


def test_lines_with_rate_time_left_and_errors_by_kind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    reporter, tally = Reporter(quiet=False), Tally(6)
    reporter.begin(tally, 3)
    assert capsys.readouterr().err == "6 to scan, 3 in the store already\n"
    now[0] += 4
    told(reporter, tally, Result(key="1", saved=True, worst="high"))
    assert capsys.readouterr().err == ""  # not a line for each DAO
    now[0] += 6
    told(reporter, tally, Result(key="2", saved=True, kind="limit", reason="no \x1b[31mend"))
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"warning: eip155:1:{TASK.address}: limit: no \ufffd[31mend"
    assert second == "2 of 6, 0.2 per second, 20 s left; errors: 1 limit"
    now[0] += 30

    reporter.far(tally)
    assert capsys.readouterr().err == "2 of 6, 3.0 per minute, 80 s left; errors: 1 limit\n"
    now[0] -= 30
    told(
        reporter, tally, Result(key="3", kind="node", reason="gone"), Result(key="4", saved=True, sources_missing=True)
    )
    capsys.readouterr()
    reporter.end(tally, known=3, errors=1, unreachable=1)
    assert capsys.readouterr().err == (
        "2 scanned in 10.0 s, 3 were there, 1 in error: --retry-failed tries them again, "
        "2 not reached: give the command again, "
        "1 without sources of an explorer that did not answer: --retry-failed; 1 with high findings\n"
    )


def test_a_quiet_run_says_only_what_must_not_be_missed(capsys: pytest.CaptureFixture[str]) -> None:
    reporter, tally = Reporter(quiet=True), Tally(1)
    reporter.begin(tally, 0)
    reporter.say("on")
    told(reporter, tally, Result(key="1", kind="target", reason="no governor"))
    reporter.end(tally, known=0, errors=1, unreachable=0)
    assert capsys.readouterr().err == f"warning: eip155:1:{TASK.address}: target: no governor\n"


PROGRAM = """
import time
from tests.fleet.test_progress import BLOCK, Reporter, Result, Tally, told
reporter, tally = Reporter(quiet=False), Tally(2)
reporter.begin(tally, 0)
told(reporter, tally, Result(key="1", saved=True), Result(key="2", kind="internal", reason="x"))
reporter.end(tally, known=0, errors=1, unreachable=0)
"""


def test_a_bar_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stderr=theirs, env=environment) as process:
        os.close(theirs)
        seen = b""
        while chunk := read(ours):
            seen += chunk
    os.close(ours)
    assert process.returncode == 0
    assert b"2/2" in seen
    assert "━".encode() in seen
    assert b"errors: 1 internal" in seen
    assert b"1 scanned in" in seen
