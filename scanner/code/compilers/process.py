"""Runs a compiler as a child process within limits of time and of resident memory."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from scanner.code.compilers.interface import CompileLimit, CompilerUnavailable, Limits
from scanner.limited import die_with_parent, resident_bytes

_POLL_SECONDS = 0.02


def run_limited(
    command: Sequence[str], *, stdin: bytes, limits: Limits, environment: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """Run `command` and return its exit code, stdout and stderr.

    Raises CompileLimit past a limit and CompilerUnavailable when it cannot be started. The child gets no terminal and
    nothing of the caller's environment but what is given; it never outlives this call.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        source.write(stdin)
        source.seek(0)
        try:
            process = subprocess.Popen(
                list(command),
                stdin=source,
                stdout=out,
                stderr=err,
                env=dict(environment),
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it sets one flag; a killed scan leaves no compiler behind
            )
        except OSError as error:
            raise CompilerUnavailable(f"{Path(command[0]).name} cannot be started: {error.strerror}") from error
        try:
            _watch(process, limits)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        out.seek(0)
        err.seek(0)
        return process.returncode, out.read(), err.read()


def _watch(process: subprocess.Popen[bytes], limits: Limits) -> None:
    until = time.monotonic() + limits.seconds
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_POLL_SECONDS)
            return
        if limits.stopped is not None and limits.stopped.is_set():
            raise CompileLimit("the compiler was stopped")
        if time.monotonic() > until:
            raise CompileLimit(f"the compiler ran longer than {limits.seconds:g} s")
        if resident_bytes(process.pid) > limits.resident_bytes:
            raise CompileLimit(f"the compiler used more than {limits.resident_bytes} bytes of memory")
