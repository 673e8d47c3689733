"""The store: scans in one transaction each, once; runs that can be taken up again."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, desc, func, insert, or_, select, update

import scanner
from scanner.model.errors import UsageError
from scanner.model.outcome import Dimension, DimensionSummary, Severity
from scanner.model.snapshot import PinnedBlock, Snapshot
from scanner.store.database import Database
from scanner.store.records import (
    Failed,
    JudgedRow,
    ScanKey,
    ScanRow,
    Strip,
    contract_rows,
    sources_missing,
    storable,
    summary_of,
)
from scanner.store.schema import attempts, blobs, contracts, dimensions, judgements, outcomes, runs, scans

_MAX_SNAPSHOT_BYTES = 2**30
_CHUNK = 500
EXPLORER = "explorer"
"""Kind of a scan that is done, but without the sources that an explorer did not give."""
LACKING = "lacking"


class Store:
    """Scans, snapshots and judgements. Every method is one transaction; UsageError tells of a database of no use."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()

    # ------------------------------------------------------------------------------------------------- runs

    def begin_run(self, key: str, targets: int, blocks: dict[int, PinnedBlock]) -> dict[int, PinnedBlock]:
        """Note a run, or take up the one with this key that has not ended; return the blocks it reads at."""

        def work(connection: Connection) -> dict[int, PinnedBlock]:
            row = connection.execute(
                select(runs.c.blocks).where(runs.c.key == key, runs.c.ended_at.is_(None)).order_by(desc(runs.c.id))
            ).first()
            if row is not None:
                kept = {int(chain): PinnedBlock.model_validate(one) for chain, one in json.loads(row.blocks).items()}
                if kept.keys() == blocks.keys():
                    return kept
            connection.execute(
                insert(runs).values(
                    key=key,
                    started_at=int(time.time()),
                    tool_version=scanner.__version__,
                    targets=targets,
                    blocks=json.dumps({chain: one.model_dump(mode="json") for chain, one in blocks.items()}),
                )
            )
            return blocks

        return self.database.write(work)

    def end_run(self, key: str, *, started_before: float | None = None) -> None:
        """Note that nothing of a run is left to do, or of those that started before a time."""
        which = [runs.c.key == key, runs.c.ended_at.is_(None)]
        if started_before is not None:
            which.append(runs.c.started_at < started_before)
        ended = update(runs).where(*which).values(ended_at=int(time.time()))
        self.database.write(lambda connection: connection.execute(ended))

    def kept_blocks(self, key: str, *, ended: bool = False) -> dict[int, PinnedBlock]:
        """Return the blocks of the latest run with this key that has not ended, or `ended` as well; empty for none."""
        open_ones = select(runs.c.blocks).where(runs.c.key == key, *(() if ended else (runs.c.ended_at.is_(None),)))
        with self.database.reading() as connection:
            row = connection.execute(open_ones.order_by(desc(runs.c.id))).first()
        if row is None:
            return {}
        return {int(chain): PinnedBlock.model_validate(one) for chain, one in json.loads(row.blocks).items()}

    # ------------------------------------------------------------------------------------------------ scans

    def known(self, keys: Sequence[ScanKey]) -> dict[ScanKey, str]:
        """Return which of these are in the store already, and how they ended: done, error, or lacking sources."""
        found: dict[ScanKey, str] = {}
        for first in range(0, len(keys), _CHUNK):
            part = keys[first : first + _CHUNK]
            wanted = set(part)
            with self.database.reading() as connection:
                rows = connection.execute(
                    select(*_KEY, scans.c.status, scans.c.error_kind).where(
                        scans.c.target.in_({key.target for key in part})
                    )
                )
                for *key, status, kind in rows:
                    if ScanKey(*key) in wanted:
                        found[ScanKey(*key)] = LACKING if status == "done" and kind == EXPLORER else status
        return found

    def save(
        self, key: ScanKey, snapshot: Snapshot, data: bytes, *, judged: JudgedRow | None, cpu_seconds: float = 0.0
    ) -> bool:
        """Keep a scan with its snapshot and judgement, all in one transaction; False: it was there already."""
        packed, digest = zlib.compress(data, 6), hashlib.sha256(data).hexdigest()
        block = next(one for one in snapshot.blocks if one.chain_id == key.chain_id)
        lacking = sources_missing(snapshot)

        def work(connection: Connection) -> bool:
            if self._id_of(connection, key) is not None:
                return False
            put = self.database.insert(blobs).values(sha256=digest, size=len(data), data=packed)
            connection.execute(put.on_conflict_do_nothing())
            scan_id = self._insert(
                connection,
                key,
                block_number=block.number,
                name=snapshot.target.name,
                as_of=snapshot.as_of,
                status="done",
                error_kind=EXPLORER if lacking else "",
                error=lacking[:2000],
                snapshot=digest,
                cpu_seconds=cpu_seconds,
            )
            if scan_id is None:
                return False
            rows = [{"scan_id": scan_id, **row} for row in contract_rows(snapshot)]
            if rows:
                connection.execute(insert(contracts), rows)
            if judged is not None:
                self._judge(connection, scan_id, judged)
            connection.execute(delete(attempts).where(attempts.c.key == key.digest))
            return True

        return self.database.write(work)

    def save_failure(self, key: ScanKey, block: PinnedBlock, name: str, failed: Failed) -> bool:
        """Keep that a scan ended without a snapshot, and why; False: it was there already."""

        def work(connection: Connection) -> bool:
            if self._id_of(connection, key) is not None:
                return False
            made = self._insert(
                connection,
                key,
                block_number=block.number,
                name=name,
                as_of=block.timestamp,
                status="error",
                error_kind=failed.kind,
                error=failed.reason[:2000],
            )
            return made is not None

        return self.database.write(work)

    def _insert(self, connection: Connection, key: ScanKey, **values: Any) -> int | None:
        row = {"error_kind": "", "error": "", "snapshot": None, "cpu_seconds": 0.0, **values, **key._asdict()}
        for name in ("name", "error"):
            row[name] = storable(row[name])
        put = self.database.insert(scans).values(finished_at=int(time.time()), **row)
        found: int | None = connection.execute(put.on_conflict_do_nothing().returning(scans.c.id)).scalar_one_or_none()
        return found

    @staticmethod
    def _id_of(connection: Connection, key: ScanKey) -> int | None:
        found: int | None = connection.execute(select(scans.c.id).where(_is(key))).scalar_one_or_none()
        return found

    def forget_failures(self, keys: Iterable[ScanKey]) -> int:
        """Drop scans that ended in an error or lack sources, so that they are tried again; return how many."""

        def work(connection: Connection) -> int:
            gone = 0
            again = or_(scans.c.status == "error", scans.c.error_kind == EXPLORER)
            for key in keys:
                connection.execute(delete(attempts).where(attempts.c.key == key.digest))
                gone += connection.execute(delete(scans).where(_is(key), again)).rowcount
            return gone

        return self.database.write(work)

    # -------------------------------------------------------------------------------------------- judgements

    def save_judgements(self, judged: Sequence[tuple[int, JudgedRow]]) -> int:
        """Keep judgements of stored scans; return how many were new: one by the same rules may be there already."""
        return self.database.write(lambda connection: sum(self._judge(connection, *one) for one in judged))

    def _judge(self, connection: Connection, scan_id: int, judged: JudgedRow) -> bool:
        put = self.database.insert(judgements).values(
            scan_id=scan_id,
            rules=judged.rules,
            judged_at=int(time.time()),
            worst=judged.worst,
            exit_code=judged.exit_code,
            findings=judged.findings,
            undecided=judged.undecided,
        )
        made = connection.execute(put.on_conflict_do_nothing().returning(judgements.c.id)).scalar_one_or_none()
        if made is None:
            return False
        connection.execute(insert(dimensions), [{"judgement_id": made, **row} for row in judged.dimensions])
        if judged.outcomes:
            connection.execute(insert(outcomes), [{"judgement_id": made, **row} for row in judged.outcomes])
        return True

    def judged_by(self, rules: str) -> set[int]:
        """Return the scans that were judged by these rules."""
        with self.database.reading() as connection:
            return set(connection.execute(select(judgements.c.scan_id).where(judgements.c.rules == rules)).scalars())

    # ----------------------------------------------------------------------------------------------- reading

    def scans(self, *, latest: bool = True, status: str = "done") -> list[ScanRow]:
        """Return scans by chain and target; with `latest` the one at the highest block of each target."""
        query: Select[Any] = select(scans).order_by(scans.c.chain_id, scans.c.target, scans.c.block_number, scans.c.id)
        if status:
            query = query.where(scans.c.status == status)
        with self.database.reading() as connection:
            rows = [row_of(row) for row in connection.execute(query)]
        if latest:
            return list({(row.key.chain_id, row.key.target): row for row in rows}.values())
        return rows

    def snapshot(self, sha256: str) -> bytes:
        """Return a stored snapshot file. Raises UsageError when it is gone or damaged."""
        with self.database.reading() as connection:
            row = connection.execute(select(blobs.c.data, blobs.c.size).where(blobs.c.sha256 == sha256)).first()
        if row is None:
            raise UsageError("the store does not hold this snapshot", where=sha256, hint="scan the target again")
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(row.data, min(row.size, _MAX_SNAPSHOT_BYTES) + 1)
        except zlib.error:
            data = b""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UsageError("a snapshot in the store is damaged", where=sha256, hint="scan the target again")
        return data

    def snapshots(self, rows: Iterable[ScanRow]) -> Iterator[tuple[ScanRow, bytes]]:
        """Yield each scan with its snapshot file."""
        for row in rows:
            yield row, self.snapshot(row.snapshot)

    def strips(self) -> Iterator[Strip]:
        """Yield the latest good scan of each target with its latest judgement, by chain and target.

        A failure takes nothing away: it is told with the good scan before it, and stands alone where there is none.
        """
        place = func.row_number().over(
            partition_by=(scans.c.chain_id, scans.c.target),
            order_by=(scans.c.status, desc(scans.c.block_number), desc(scans.c.id), desc(judgements.c.id)),
        )  # "done" stands before "error"
        joined = scans.outerjoin(judgements, judgements.c.scan_id == scans.c.id)
        ranked = select(scans.c.id, judgements.c.id.label("judgement"), place.label("place")).select_from(joined)
        first = ranked.subquery()
        query = (
            select(scans, judgements.c.id.label("judgement"), judgements.c.worst, judgements.c.exit_code)
            .join(first, first.c.id == scans.c.id)
            .outerjoin(judgements, judgements.c.id == first.c.judgement)
            .where(first.c.place == 1)
            .order_by(scans.c.chain_id, scans.c.target)
        )
        failed = {(one.key.chain_id, one.key.target): one for one in self.scans(status="error")}
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
            alike: dict[tuple[Any, ...], DimensionSummary] = {}  # of some hundred thousand few are different
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                wanted = [row.judgement for row in part if row.judgement is not None]
                cells = select(dimensions).where(dimensions.c.judgement_id.in_(wanted))
                found: dict[int, list[DimensionSummary]] = {}
                for cell in connection.execute(cells):
                    if cell[1:] not in alike:
                        alike[cell[1:]] = summary_of(dict(cell._mapping))
                    found.setdefault(cell.judgement_id, []).append(alike[cell[1:]])
                counted = (
                    select(outcomes.c.judgement_id, outcomes.c.severity, func.count())
                    .where(
                        outcomes.c.judgement_id.in_(wanted), outcomes.c.status == "finding", outcomes.c.severity != ""
                    )
                    .group_by(outcomes.c.judgement_id, outcomes.c.severity)
                )
                severities: dict[int, dict[Severity, int]] = {}
                for judgement, severity, count in connection.execute(counted):
                    severities.setdefault(judgement, {})[Severity(severity)] = count
                for row in part:
                    scan = row_of(row)
                    after = failed.get((scan.key.chain_id, scan.key.target))
                    newer = after is not None and (after.block_number, after.id) > (scan.block_number, scan.id)
                    yield Strip(
                        scan=scan,
                        worst=row.worst or "",
                        exit_code=row.exit_code,
                        dimensions=tuple(sorted(found.get(row.judgement, ()), key=lambda one: _PLACES[one.dimension])),
                        severities=severities.get(row.judgement, {}),
                        failed=after if newer else None,
                    )

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has, and the bytes of all snapshots."""
        tables = {"runs": runs, "scans": scans, "judgements": judgements, "outcomes": outcomes, "snapshots": blobs}
        with self.database.reading() as connection:
            found = {
                name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for name, table in tables.items()
            }
            stored = connection.execute(select(func.coalesce(func.sum(func.length(blobs.c.data)), 0))).scalar_one()
        return {**found, "snapshot_bytes": int(stored)}

    def prune(self, keep: int) -> int:
        """Drop all but the `keep` latest scans of each target, and what only they needed; return how many went.

        Good ones and failed ones are counted apart: an error never takes the place of the last good scan.
        """

        def work(connection: Connection) -> int:
            order = func.row_number().over(
                partition_by=(scans.c.chain_id, scans.c.target, scans.c.status),
                order_by=(desc(scans.c.block_number), desc(scans.c.id)),
            )
            ranked = select(scans.c.id, order.label("place")).subquery()
            old = select(ranked.c.id).where(ranked.c.place > keep)
            gone = connection.execute(delete(scans).where(scans.c.id.in_(old))).rowcount
            used = select(scans.c.snapshot).where(scans.c.snapshot.is_not(None))
            connection.execute(delete(blobs).where(blobs.c.sha256.not_in(used)))
            return gone

        return self.database.write(work)


_PLACES = {dimension: place for place, dimension in enumerate(Dimension)}
_KEY = (scans.c.chain_id, scans.c.target, scans.c.block_hash, scans.c.inputs, scans.c.tool_version)


def _is(key: ScanKey) -> Any:
    return and_(*(column == value for column, value in zip(_KEY, key, strict=True)))


def row_of(row: Row[Any]) -> ScanRow:
    """Return a row of the table `scans`, all its columns selected."""
    found = row._mapping
    return ScanRow(
        id=found["id"],
        key=ScanKey(*(found[column.name] for column in _KEY)),
        block_number=found["block_number"],
        name=found["name"],
        as_of=found["as_of"],
        status=found["status"],
        error_kind=found["error_kind"],
        error=found["error"],
        snapshot=found["snapshot"] or "",
    )
