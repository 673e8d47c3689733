"""A fork that runs: anvil as a child process within limits of time and of resident memory, ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from scanner.limited import resident_bytes
from scanner.proposals.simulate.program import Program

_START_SECONDS = 30.0
_WATCH_SECONDS = 0.1

_GUARD = """
exec 3<&0
"$@" </dev/null 3<&- & node=$!
{ read -r _ <&3; kill -9 "$node"; } 2>/dev/null & guard=$!
exec 3<&-
echo "process $node"
wait "$node"; code=$?
kill -9 "$guard" 2>/dev/null
exit "$code"
"""
"""Ends the fork when the pipe to this process closes, so also when this process is killed."""


class ForkGone(Exception):
    """The fork is not there any more, or does not answer as one. `limit`: because it went past a limit."""

    def __init__(self, what: str, *, limit: bool = False) -> None:
        super().__init__(what)
        self.limit = limit


@dataclass(frozen=True)
class ForkLimits:
    """What one proposal's simulation may use; `total_seconds` is for all of a scan together."""

    seconds: float = 45.0
    total_seconds: float = 600.0
    resident_bytes: int = 3 * 1024**3
    gas: int = 100_000_000
    answer_bytes: int = 128 * 1024**2


class AnvilProcess:
    """Anvil on an ephemeral port of 127.0.0.1 from `__enter__` to `__exit__`; `url` is where it listens.

    Raises ForkGone when it does not come up. It inherits nothing of this process's environment, keeps nothing on disk,
    and forks `fork_url`, which is this program's own proxy.
    """

    def __init__(self, program: Program, fork_url: str, limits: ForkLimits) -> None:
        self._command = [str(program.path), *_options(fork_url)]
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="daoscan-fork-")
        self._until = 0.0
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None
        self._node = 0
        self.reason = ""
        self.url = ""

    def __enter__(self) -> Self:
        with (Path(self._folder.name) / "log").open("w+b") as log:
            self._start(log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def renew(self) -> None:
        """Give the time limit anew: another proposal begins."""
        self._until = time.monotonic() + self._limits.seconds

    def stop(self) -> None:
        """End the fork and wait for it."""
        self._ended.set()
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            if os.name == "nt":
                process.kill()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        self._folder.cleanup()

    @property
    def pid(self) -> int:
        """The process id of anvil itself."""
        return self._node

    def _start(self, log: IO[bytes]) -> None:
        command = self._command if os.name == "nt" else ["sh", "-c", _GUARD, "sh", *self._command]
        environment = {"HOME": self._folder.name, "PATH": os.defpath, "NO_COLOR": "1"}
        if os.name == "nt":
            environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self._folder.name, env=environment
            )
        except OSError as error:
            self.stop()
            raise ForkGone(f"anvil cannot be started: {error.strerror}") from error
        try:
            port = _listening_port(self._process, log.fileno())
        except BaseException:
            self.stop()
            raise
        self._node = _node_of(log.fileno()) or self._process.pid
        self.url = f"http://127.0.0.1:{port}"
        self.renew()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_SECONDS):
            if time.monotonic() > self._until:
                self.reason = f"the fork took longer than {self._limits.seconds:g} s"
            elif resident_bytes(self._node) > self._limits.resident_bytes:
                self.reason = f"the fork used more than {self._limits.resident_bytes >> 20} MB of memory"
            else:
                continue
            process = self._process
            if process is not None and process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
                if os.name == "nt":
                    process.kill()
            return


def _options(fork_url: str) -> list[str]:
    """Return how anvil is started: no accounts of its own, no fees, no waiting for a node that is on this machine."""
    fork = ["--fork-url", fork_url, "--no-storage-caching", "--no-rate-limit", "--retries", "1", "--timeout", "60000"]
    chain = ["--no-mining", "--accounts", "0", "--auto-impersonate", "--disable-default-create2-deployer"]
    return ["--host", "127.0.0.1", "--port", "0", "--no-cors", "--no-request-size-limit", *fork, *chain]


def _listening_port(process: subprocess.Popen[bytes], log: int) -> int:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        said = os.pread(log, 1 << 20, 0).decode(errors="replace")
        port = said.partition("Listening on ")[2].split()[:1]
        if port and said.partition("Listening on ")[2].find("\n") >= 0:
            return int(port[0].rpartition(":")[2])
        if process.poll() is not None:
            raise ForkGone("anvil could not fork the node: it ended at once")
        time.sleep(0.01)
    raise ForkGone(f"anvil did not come up within {_START_SECONDS:.0f} s", limit=True)


def _node_of(log: int) -> int:
    found = os.pread(log, 1 << 16, 0).decode(errors="replace").partition("process ")[2].split()[:1]
    return int(found[0]) if found and found[0].isdigit() else 0
