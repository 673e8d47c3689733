"""What workers share through the store: code facts, who is making which of them, attempts, and the pace of requests."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select, update

from scanner.model.errors import DaoscanError
from scanner.store.database import Database
from scanner.store.schema import attempts, claims, facts, paces

_CLAIM_SECONDS = 60.0
"""A claim holds for this long after its owner was last heard of: it renews it while it lives."""
_MAX_FACT_BYTES = 256 * 2**20


class SharedFacts:
    """Code facts by key. A worker that meets new code claims it; others wait instead of making it too.

    `owner` names who claims; what claims anew after it may free what it left behind by that name.
    """

    def __init__(self, database: Database, claim_seconds: float = _CLAIM_SECONDS, owner: str = "") -> None:
        self._database = database
        self._seconds = claim_seconds
        self._owner = owner or uuid.uuid4().hex
        self._held: set[str] = set()
        self._heart: threading.Thread | None = None
        self._beat = threading.Condition()

    def load(self, key: str) -> dict[str, Any] | None:
        """Return the facts kept under `key`, None where there are none or where they are damaged."""
        with self._database.reading() as connection:
            packed = connection.execute(select(facts.c.data).where(facts.c.key == key)).scalar_one_or_none()
        if packed is None:
            return None
        try:
            found: dict[str, Any] = json.loads(zlib.decompressobj().decompress(packed, _MAX_FACT_BYTES))
        except (zlib.error, ValueError):
            return None
        return found

    def save(self, key: str, payload: Mapping[str, Any]) -> None:
        """Keep facts, and let go of the claim on them."""
        packed = zlib.compress(json.dumps(payload, sort_keys=True).encode(), 6)

        def work(connection: Connection) -> None:
            put = self._database.insert(facts).values(key=key, data=packed, made_at=int(time.time()), times=1)
            renewed = {"data": put.excluded.data, "times": facts.c.times + 1}
            connection.execute(put.on_conflict_do_update(index_elements=[facts.c.key], set_=renewed))
            connection.execute(delete(claims).where(claims.c.key == key))

        self._database.write(work)
        self._let_go(key)

    def claim(self, key: str) -> bool:
        """Return whether this worker is the one to make the facts under `key`; a claim of a dead worker runs out."""
        taken = self._take(key)
        if taken:
            with self._beat:
                self._held.add(key)
                if self._heart is None:
                    self._heart = threading.Thread(target=self._renew, daemon=True)
                    self._heart.start()
        return taken

    def _take(self, key: str) -> bool:

        def work(connection: Connection) -> bool:
            now = self._database.now(connection)
            put = self._database.insert(claims).values(key=key, owner=self._owner, until=now + self._seconds)
            taken = put.on_conflict_do_update(
                index_elements=[claims.c.key],
                set_={"owner": put.excluded.owner, "until": put.excluded.until},
                where=(claims.c.until < now) | (claims.c.owner == self._owner),
            ).returning(claims.c.key)
            return connection.execute(taken).first() is not None

        return self._database.write(work)

    def release(self, key: str) -> None:
        """Let go of a claim without facts: what failed for the moment may be tried by another."""
        self._let_go(key)
        self._database.write(
            lambda connection: connection.execute(
                delete(claims).where(claims.c.key == key, claims.c.owner == self._owner)
            )
        )

    def release_all(self) -> None:
        """Let go of everything that this owner ever claimed, in whatever process that was."""
        self._database.write(lambda connection: connection.execute(delete(claims).where(claims.c.owner == self._owner)))

    def _let_go(self, key: str) -> None:
        with self._beat:
            self._held.discard(key)
            self._beat.notify_all()

    def _renew(self) -> None:
        """Say that the claims are still held, until none is."""
        while True:
            with self._beat:
                self._beat.wait_for(lambda: not self._held, timeout=max(0.5, self._seconds / 3))
                held = sorted(self._held)
                if not held or self._database.closed:
                    self._heart = None
                    return
            with contextlib.suppress(DaoscanError):  # a store that is away for a moment: the next beat may reach it
                self._renew_once(held)

    def _renew_once(self, held: list[str]) -> None:
        mine = claims.c.key.in_(held) & (claims.c.owner == self._owner)

        def work(connection: Connection) -> None:
            connection.execute(update(claims).where(mine).values(until=self._database.now(connection) + self._seconds))

        self._database.write(work)


class Pace:
    """One rate for an endpoint over all workers: each takes its turns from the store, a handful at a time."""

    def __init__(
        self, database: Database, key: str, per_second: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._database = database
        self._key = key
        self._each = 1.0 / per_second
        self._handful = max(1, int(per_second / 4))
        self._left = 0
        self._next = 0.0
        self._sleep = sleep

    def __call__(self) -> None:
        """Wait until one more request may be sent."""
        if self._left == 0:
            self._next = time.monotonic() + self._take()
            self._left = self._handful
        self._left -= 1
        wait = self._next - time.monotonic()
        self._next += self._each
        if wait > 0:
            self._sleep(wait)

    def _take(self) -> float:
        """Take the next handful of turns; return in how many seconds the first of them is."""

        def work(connection: Connection) -> float:
            now = self._database.now(connection)
            connection.execute(self._database.insert(paces).values(key=self._key, free_at=0.0).on_conflict_do_nothing())
            row = select(paces.c.free_at).where(paces.c.key == self._key).with_for_update()
            start = max(now, float(connection.execute(row).scalar_one()))
            connection.execute(
                paces.update().where(paces.c.key == self._key).values(free_at=start + self._handful * self._each)
            )
            return start - now

        return self._database.write(work)


def note_kill(database: Database, key: str, reason: str) -> int:
    """Note that a scan killed its worker; return how often it has."""

    def work(connection: Connection) -> int:
        put = database.insert(attempts).values(key=key, kills=1, reason=reason[:500])
        counted = put.on_conflict_do_update(
            index_elements=[attempts.c.key],
            set_={"kills": attempts.c.kills + 1, "reason": put.excluded.reason},
        ).returning(attempts.c.kills)
        return int(connection.execute(counted).scalar_one())

    return database.write(work)
