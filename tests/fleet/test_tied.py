"""What tests start ends with them, also where they are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fleet.test_batch import wait_until

pytestmark = pytest.mark.node
PROGRAM = """
import subprocess, sys, time
from fixtures.localchain import LocalChain
from tests.fleet.conftest import TIED
from tests.store.postgres import server
with server() as database, LocalChain() as chain:
    tied = subprocess.Popen([*TIED, "-c", "import time; time.sleep(600)"], start_new_session=True)
    print(database.pid, chain.pid, tied.pid, database.folder, flush=True)
    time.sleep(600)
"""


def test_nothing_is_left_of_tests_that_were_killed() -> None:
    words = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}) as tests:
        assert tests.stdout is not None
        *pids, folder = tests.stdout.readline().split()
        assert len(pids) == 3
        assert all(alive(int(pid)) for pid in pids)
        os.kill(tests.pid, signal.SIGKILL)
        tests.wait()
    wait_until(lambda: not any(alive(int(pid)) for pid in pids) and not Path(folder).exists(), 20)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
