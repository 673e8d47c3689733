"""A connection to the store: what differs between SQLite and PostgreSQL, and nothing else."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from scanner.model.errors import UsageError
from scanner.store.schema import prepare

T = TypeVar("T")
_BUSY_SECONDS = 60
_ATTEMPTS = 5
_FIRST_WAIT_SECONDS = 0.2
_MIGRATING = 0x64616F73  # any number, the same everywhere: who holds this lock changes the tables


class Database:
    """The store's engine. Every transaction takes the right to write at once, so that two never undo each other."""

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url)
        self.closed = False
        try:
            with self.engine.begin() as connection:
                if not self.is_sqlite:
                    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATING})
                prepare(connection)
        except BaseException as error:
            self.engine.dispose()
            if isinstance(error, SQLAlchemyError):
                raise unavailable(self.url, error) from error
            raise

    def close(self) -> None:
        """Close all connections. What still runs by itself opens none any more."""
        self.closed = True
        self.engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads. Raises UsageError where the database cannot be reached."""
        try:
            with self.engine.connect().execution_options(reading=True) as connection:
                yield connection
        except DBAPIError as error:
            raise unavailable(self.url, error) from error

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, done in one transaction: all of it or nothing.

        A connection that is lost, or a database that starts again, is waited for and the work is done anew. Raises
        UsageError when that does not help, or when the disk is full.
        """
        wait = _FIRST_WAIT_SECONDS
        for attempt in range(_ATTEMPTS):
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except (OperationalError, IntegrityError) as error:  # or what it stands on was pruned meanwhile
                if attempt == _ATTEMPTS - 1 or _is_full(error):
                    raise unavailable(self.url, error) from error
                # The pool leaves out what a lost connection shows to be stale; disposing of it here would forget the
                # connections that other threads hold, and leave them open.
                time.sleep(wait)
                wait *= 2
            except DBAPIError as error:
                raise unavailable(self.url, error) from error
        raise AssertionError("not reached")

    def shrink(self) -> None:
        """Give the room of what was deleted back to the disk; PostgreSQL does so by itself. Raises UsageError."""
        if not self.is_sqlite:
            return
        try:
            with contextlib.closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("vacuum")
                connection.cursor().execute("pragma wal_checkpoint(truncate)")
        except (DBAPIError, sqlite3.Error) as error:
            raise unavailable(self.url, error) from error

    def insert(self, table: Any) -> Any:
        """Return an insert that can say what to do about a row that is there already."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def now(self, connection: Connection) -> float:
        """Return the database's own time in seconds since 1970: the clocks of many machines differ."""
        if self.is_sqlite:
            return time.time()
        return float(connection.execute(text("select extract(epoch from clock_timestamp())")).scalar_one())


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url if "://" in url else f"sqlite:///{url}")
    except ArgumentError as error:
        raise UsageError("the database address cannot be read", where="--db", hint=_HINT) from error
    if parsed.drivername in ("postgresql", "postgres"):  # as others write it
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(f"no such database: {parsed.get_backend_name()}", where="--db", hint=_HINT)
    return parsed


_OF_NO_USE = ("unable to open database file", "file is not a database", "readonly database")
_HINT = "give the path of a SQLite file, or postgresql+psycopg://user@host/name"


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url)
        return create_engine(url, pool_pre_ping=True, pool_size=2, max_overflow=4, pool_recycle=600)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise UsageError("PostgreSQL wants psycopg", where="--db", hint="pip install 'daoscan[postgres]'") from error


def _sqlite(url: URL) -> Engine:
    # No pool: a connection is cheap, and none is carried into a forked process.
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _: Any) -> None:
        _patiently(lambda: connection.execute("pragma journal_mode=wal").fetchall())
        for pragma in ("synchronous=normal", "foreign_keys=on"):
            connection.execute(f"pragma {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("begin" if reading else "begin immediate")

    return engine


def _patiently(work: Callable[[], object]) -> None:
    """Turning to the write-ahead log does not wait for others by itself."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            work()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            if time.monotonic() > until:
                raise
        time.sleep(0.02)


def _is_full(error: DBAPIError) -> bool:
    said = str(error.orig).lower()
    return "disk is full" in said or "no space left" in said or "disk full" in said


def unavailable(url: URL, error: Exception) -> UsageError:
    """Return the error for a database that cannot be used; neither user nor password are in it."""
    cause = getattr(error, "orig", None) or error
    said = " ".join(str(cause).split())
    for secret in filter(None, (url.password, url.render_as_string(hide_password=False))):
        said = said.replace(str(secret), "…")
    never = any(words in said for words in _OF_NO_USE)
    hint = "give --db a file in a folder that is there and may be written" if never else "nothing is lost: run it again"
    return UsageError(f"the store cannot be used: {said[:200]}", where=shown(url), hint=hint)


def shown(url: URL) -> str:
    """Return the address of the database as it may be shown."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    parts = urlsplit(url.render_as_string(hide_password=True))
    return f"{url.get_backend_name()}://{parts.hostname or 'local'}/{url.database or ''}"
