"""A compiler run within limits."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fixtures.localchain import project_root
from scanner.code.compilers.interface import CompileLimit, CompilerUnavailable, Limits
from scanner.code.compilers.process import run_limited

_PYTHON = [sys.executable, "-S", "-c"]


def test_what_a_program_says_comes_back_whole() -> None:
    program = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data * 3); sys.exit(4)"
    code, out, err = run_limited([*_PYTHON, program], stdin=b"x" * 300_000, limits=Limits(), environment={})
    assert (code, len(out), err) == (4, 900_000, b"")


def test_the_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    program = "import os; print(os.environ.get('SOME_API_KEY'))"
    _, out, _ = run_limited([*_PYTHON, program], stdin=b"", limits=Limits(), environment={})
    assert out.strip() == b"None"


def test_a_program_that_takes_too_long_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(CompileLimit, match=r"longer than 0\.3 s"):
        run_limited([*_PYTHON, "import time; time.sleep(60)"], stdin=b"", limits=Limits(seconds=0.3), environment={})
    assert time.monotonic() - started < 10


def test_a_program_that_takes_too_much_memory_is_ended() -> None:
    program = "import time; kept = b'x' * 200_000_000; time.sleep(60)"
    limits = Limits(seconds=30, resident_bytes=100_000_000)
    with pytest.raises(CompileLimit, match="more than 100000000 bytes"):
        run_limited([*_PYTHON, program], stdin=b"", limits=limits, environment={})


def test_a_program_that_is_stopped_is_ended() -> None:
    stopped = threading.Event()
    threading.Timer(0.2, stopped.set).start()
    with pytest.raises(CompileLimit, match="stopped"):
        run_limited(
            [*_PYTHON, "import time; time.sleep(60)"], stdin=b"", limits=Limits(stopped=stopped), environment={}
        )


def test_a_program_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(CompilerUnavailable, match="no-such-solc cannot be started"):
        run_limited(["no-such-solc"], stdin=b"", limits=Limits(), environment={})


def test_a_program_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """A scan that is killed at once cleans nothing up; a compiler that never ends would go on for ever."""
    told = tmp_path / "pid"
    inner = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    call = f"run_limited([{sys.executable!r}, '-S', '-c', {inner!r}], stdin=b'', limits=Limits(), environment={{}})"
    imports = (
        "from scanner.code.compilers.process import run_limited; from scanner.code.compilers.interface import Limits"
    )
    caller = subprocess.Popen([sys.executable, "-c", f"{imports}; {call}"], cwd=project_root())
    until = time.monotonic() + 30
    while not (told.exists() and told.read_text()):
        assert time.monotonic() < until
        time.sleep(0.02)
    caller.kill()
    caller.wait()
    while _runs(int(told.read_text())):
        assert time.monotonic() < until, "it outlived its caller"
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
