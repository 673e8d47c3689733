"""What changed between scans of one target, and whether it was told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import desc, func, or_, select, update

from scanner.store.database import Database
from scanner.store.records import ScanRow, storable
from scanner.store.schema import changes, scans
from scanner.store.store import row_of

_LOOK_BACK = 30
"""Scans of one target that are looked through for the last good reading of something."""


@dataclass(frozen=True)
class Scanned:
    """A target that was scanned; `finished_at` in seconds since 1970, by the clock of the worker."""

    chain_id: int
    target: str
    name: str
    finished_at: int


@dataclass(frozen=True)
class Change:
    """A stored change that is still to be told; `event` is JSON."""

    id: int
    event: str


class Changes:
    """The table `changes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_scanned(self) -> list[Scanned]:
        """Return every target with the time of its last scan, failed or not, by chain and address."""
        last = (
            select(scans.c.chain_id, scans.c.target, func.max(scans.c.finished_at).label("at"))
            .group_by(scans.c.chain_id, scans.c.target)
            .subquery()
        )
        query = (
            select(scans.c.chain_id, scans.c.target, func.max(scans.c.name), last.c.at)
            .join(last, (last.c.chain_id == scans.c.chain_id) & (last.c.target == scans.c.target))
            .where(scans.c.finished_at == last.c.at)
            .group_by(scans.c.chain_id, scans.c.target, last.c.at)
            .order_by(scans.c.chain_id, scans.c.target)
        )
        with self._database.reading() as connection:
            return [Scanned(*row) for row in connection.execute(query)]

    def to_compare(self) -> list[tuple[ScanRow, ScanRow]]:
        """Return for each target its latest scan with the one that it has to be compared with.

        That is the newest one that was compared before, else the scan before the latest. Nothing where that was done.
        """
        place = func.row_number().over(
            partition_by=(scans.c.chain_id, scans.c.target), order_by=(desc(scans.c.block_number), desc(scans.c.id))
        )
        done = select(changes.c.new_scan)
        ranked = select(scans.c.id, place.label("place")).where(scans.c.status == "done").subquery()
        chosen = (ranked.c.place <= 2) | scans.c.id.in_(done)
        query = select(scans).join(ranked, ranked.c.id == scans.c.id).where(chosen)
        query = query.order_by(scans.c.chain_id, scans.c.target, desc(scans.c.block_number), desc(scans.c.id))
        with self._database.reading() as connection:
            compared = set(connection.execute(done).scalars())
            rows = [row_of(row) for row in connection.execute(query)]
        by_target: dict[tuple[int, str], list[ScanRow]] = {}
        for row in rows:
            by_target.setdefault((row.key.chain_id, row.key.target), []).append(row)
        found = []
        for latest, *older in by_target.values():
            if older and latest.id not in compared:
                found.append((next((one for one in older if one.id in compared), older[0]), latest))
        return found

    def before(self, row: ScanRow, most: int = _LOOK_BACK) -> Iterator[ScanRow]:
        """Yield the scans of a target that ended well before one of them, the newest first."""
        same = (scans.c.chain_id == row.key.chain_id) & (scans.c.target == row.key.target) & (scans.c.status == "done")
        older = or_(
            scans.c.block_number < row.block_number,
            (scans.c.block_number == row.block_number) & (scans.c.id < row.id),
        )
        query = select(scans).where(same, older).order_by(desc(scans.c.block_number), desc(scans.c.id)).limit(most)
        with self._database.reading() as connection:
            found = [row_of(one) for one in connection.execute(query)]
        yield from found

    def save(self, old: int, new: int, *, difference: str, event: str) -> bool:
        """Keep the difference of two scans, once. Without an `event` there is nothing to tell."""
        now = int(time.time())
        values: dict[str, Any] = {"data": storable(difference), "event": storable(event)}
        put = self._database.insert(changes).values(
            old_scan=old, new_scan=new, found_at=now, told_at=None if event else now, **values
        )
        kept = put.on_conflict_do_nothing().returning(changes.c.id)
        return self._database.write(lambda connection: connection.execute(kept).first() is not None)

    def untold(self) -> list[Change]:
        """Return what is still to be told, the oldest first."""
        query = select(changes.c.id, changes.c.event).where(changes.c.told_at.is_(None)).order_by(changes.c.id)
        with self._database.reading() as connection:
            return [Change(*row) for row in connection.execute(query)]

    def is_untold(self, change: int) -> bool:
        """Return whether a change is still to be told."""
        query = select(changes.c.id).where(changes.c.id == change, changes.c.told_at.is_(None))
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def told(self, change: int) -> bool:
        """Note that a change was told; False: it was already."""
        note = update(changes).where(changes.c.id == change, changes.c.told_at.is_(None))
        marked = note.values(told_at=int(time.time()))
        return self._database.write(lambda connection: connection.execute(marked).rowcount == 1)
