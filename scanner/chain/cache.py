"""What was read once, kept on disk: a read at a pinned block never changes, so nothing ever expires.

The key is (chain id, block hash, method, parameters). Where a value came from is not kept: no URL, no key.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_SCHEMA = """
create table if not exists reads (
    chain_id integer not null, block_hash text not null, method text not null, params blob not null,
    value blob not null,
    primary key (chain_id, block_hash, method, params)
) without rowid
"""
_LAYOUT = 1
FILE = "chain.sqlite"
"""Its name in the cache folder."""
_MAX_VALUE_BYTES = 256 * 1024 * 1024
_BUSY_SECONDS = 5.0
_BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class CacheKey:
    """A read without its block: the method and its parameters in canonical JSON."""

    method: str
    params: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the parameters: they may be long."""
        return hashlib.sha256(self.params.encode()).digest()


class Cache:
    """A sqlite3 file that several processes may use at once (write-ahead log).

    A cache that is damaged, full or not writable is a warning, told once through `warn`; the scan goes on without.
    """

    def __init__(self, path: Path, warn: Callable[[str], None] = lambda text: None) -> None:
        self._path = path
        self._warn = warn
        self._open: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._open = self._patiently()
        except (OSError, sqlite3.Error) as error:
            self._fail(error)

    def _patiently(self) -> sqlite3.Connection:
        """Open the file; wait while another process makes it: turning to the log mode does not wait by itself."""
        until = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                return self._connect()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in _BUSY_CODES or time.monotonic() > until:
                    raise
            time.sleep(_PAUSE_SECONDS)

    def _connect(self) -> sqlite3.Connection:
        # A fork's proxy reads from threads of its own, one at a time under its lock.
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=normal")
            if connection.execute("pragma user_version").fetchone()[0] not in (0, _LAYOUT):
                raise sqlite3.DatabaseError("it was made by another version")
            connection.execute(_SCHEMA)
            connection.execute(f"pragma user_version={_LAYOUT}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _fail(self, error: Exception) -> None:
        # The error's own words may hold a path of the user's machine; they go to the warning only.
        self._warn(f"the cache {self._path} is not used: {error}; remove the file if this stays")
        self.close()

    def get(self, chain_id: int, block_hash: str, keys: Iterable[CacheKey]) -> dict[CacheKey, Any]:
        """Return the values that are there. What is damaged counts as not there."""
        found: dict[CacheKey, Any] = {}
        if self._open is None:
            return found
        try:
            for key in keys:
                row = self._open.execute(
                    "select value from reads where chain_id=? and block_hash=? and method=? and params=?",
                    (chain_id, block_hash, key.method, key.digest),
                ).fetchone()
                if row is not None:
                    self._take(found, key, row[0])
        except sqlite3.Error as error:
            self._fail(error)
        return found

    def _take(self, found: dict[CacheKey, Any], key: CacheKey, stored: bytes) -> None:
        try:
            found[key] = _unpack(stored)
        except (ValueError, zlib.error, TypeError, RecursionError) as error:
            self._warn(f"a damaged entry in the cache {self._path} was passed over: {type(error).__name__}")

    def put(self, chain_id: int, block_hash: str, values: Mapping[CacheKey, Any]) -> None:
        """Keep values, all or none of them."""
        if self._open is None or not values:
            return
        rows = [(chain_id, block_hash, key.method, key.digest, _pack(value)) for key, value in values.items()]
        try:
            self._write(self._open, rows)
        except sqlite3.Error as error:
            self._fail(error)

    @staticmethod
    def _write(connection: sqlite3.Connection, rows: Sequence[tuple[int, str, str, bytes, bytes]]) -> None:
        connection.execute("begin immediate")
        try:
            connection.executemany("insert or replace into reads values (?, ?, ?, ?, ?)", rows)
            connection.execute("commit")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("rollback")
            raise

    def close(self) -> None:
        """Close the file."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def empty(path: Path) -> int:
    """Empty a cache file; return how many bytes went. One that is damaged is removed. Raises OSError, sqlite3.Error.

    Scans that use it go on: what they look for is not there any more.
    """
    before = _bytes(path)
    if not before:
        return 0
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            connection.executescript(f"begin immediate; drop table if exists reads; {_SCHEMA}; commit")
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        for one in _files(path):
            one.unlink(missing_ok=True)
    return before - _bytes(path)


def _files(path: Path) -> tuple[Path, ...]:
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _bytes(path: Path) -> int:
    return sum(one.stat().st_size for one in _files(path)[:2] if one.is_file())


def _pack(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":"), sort_keys=True).encode(), 1)


def _unpack(stored: bytes) -> Any:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(stored, _MAX_VALUE_BYTES)
    if not unpacker.eof:
        raise ValueError("cut short")
    return json.loads(text)
