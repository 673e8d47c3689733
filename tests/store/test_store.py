"""The store, on both databases: once, whole, and readable again."""

from __future__ import annotations

import gc
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

import scanner
from scanner.model.errors import UsageError
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Snapshot
from scanner.model.values import changed
from scanner.pipeline import dump_snapshot
from scanner.store.records import Failed, ScanKey, judged_row
from scanner.store.schema import VERSION, attempts, blobs, contracts, dimensions, outcomes, schema
from scanner.store.sharing import Pace, SharedFacts, note_kill
from scanner.store.store import Store
from tests.render import factory


def key(snapshot: Snapshot, inputs: str = "aa" * 32, block_hash: str = "") -> ScanKey:
    target = snapshot.target
    return ScanKey(target.chain_id, target.address, block_hash or snapshot.blocks[0].hash, inputs, scanner.__version__)


def save(store: Store, snapshot: Snapshot, at: ScanKey | None = None) -> bool:
    judged = judged_row(factory.assessment(), 1, "cc" * 32)
    return store.save(at or key(snapshot), snapshot, dump_snapshot(snapshot), judged=judged)


def answered(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot as it would be if every explorer had answered."""
    items = tuple(
        changed(one, verification=Known(value="not-verified", evidence=()))
        if isinstance(one.verification, Unknown) and one.verification.reason is Reason.EXPLORER_DOWN
        else one
        for one in snapshot.contracts.items
    )
    return changed(snapshot, contracts=changed(snapshot.contracts, items=items))


def test_a_scan_goes_in_once_and_comes_out_the_same(store: Store) -> None:
    snapshot = answered(factory.snapshot())
    assert save(store, snapshot)
    assert not save(store, snapshot)
    (row,) = store.scans()
    assert (row.key, row.status, row.name) == (key(snapshot), "done", "Meridian DAO")
    assert store.snapshot(row.snapshot) == dump_snapshot(snapshot)
    assert store.known([key(snapshot), key(snapshot, "bb" * 32)]) == {key(snapshot): "done"}
    counts = store.counts()
    assert (counts["scans"], counts["judgements"], counts["snapshots"]) == (1, 1, 1)


def test_what_is_kept_of_a_judgement(store: Store) -> None:
    snapshot, judged = factory.snapshot(), factory.assessment()
    save(store, snapshot)
    with store.database.reading() as connection:
        found = connection.execute(select(outcomes)).all()
        strips = connection.execute(select(dimensions)).all()
        places = connection.execute(select(contracts.c.address)).scalars().all()
    open_or_found = [one for one in judged.outcomes if one.status.value in ("finding", "unknown", "error")]
    assert len(found) == len(open_or_found)
    assert len(strips) == len(judged.dimensions)
    assert sorted(places) == sorted(one.address for one in snapshot.contracts.items)


def test_hostile_text_goes_in(store: Store) -> None:
    snapshot: Any = factory.with_text(factory.snapshot(), lambda _: "a\0b\ud800c\u202e'; drop table scans; --")
    judged = judged_row(factory.with_text(factory.assessment(), lambda _: "x\0\ud800"), 1, "cc" * 32)
    assert store.save(key(factory.snapshot()), snapshot, b"{}", judged=judged)
    assert len(store.scans()) == 1


def test_nothing_is_kept_of_a_scan_that_fails_half_way(store: Store) -> None:
    snapshot = factory.snapshot()
    judged = judged_row(factory.assessment(), 1, "cc" * 32)
    broken = type(judged)(**{**judged.__dict__, "outcomes": (*judged.outcomes, judged.outcomes[0])})
    with pytest.raises(UsageError):
        store.save(key(snapshot), snapshot, dump_snapshot(snapshot), judged=broken)
    assert set(store.counts().values()) == {0}


def test_a_scan_whose_explorer_was_away_is_kept_and_can_be_done_again(store: Store) -> None:
    snapshot = factory.snapshot()
    assert save(store, snapshot)
    assert store.known([key(snapshot)]) == {key(snapshot): "lacking"}
    assert store.forget_failures([key(snapshot)]) == 1
    assert save(store, answered(snapshot))
    assert store.known([key(snapshot)]) == {key(snapshot): "done"}


def test_failures_are_kept_and_can_be_tried_again(store: Store) -> None:
    snapshot = answered(factory.snapshot())
    assert store.save_failure(key(snapshot), snapshot.blocks[0], "x", Failed("node", "gone"))
    assert not save(store, snapshot)
    assert store.known([key(snapshot)]) == {key(snapshot): "error"}
    assert store.forget_failures([key(snapshot)]) == 1
    assert save(store, snapshot)
    assert store.forget_failures([key(snapshot)]) == 0


def test_a_run_is_taken_up_where_it_was(store: Store) -> None:
    first = factory.snapshot().blocks[0]
    later = first.model_copy(update={"number": first.number + 9})
    assert store.begin_run("k", 3, {1: first}) == {1: first}
    assert store.begin_run("k", 3, {1: later}) == {1: first}
    assert store.kept_blocks("k") == {1: first}
    store.end_run("k")
    assert store.kept_blocks("k") == {}
    assert store.kept_blocks("k", ended=True) == {1: first}
    assert store.begin_run("k", 3, {1: later}) == {1: later}


def test_a_run_that_is_too_old_is_ended(store: Store) -> None:
    """A watch goes on with a round that was stopped a moment ago, and begins anew after a longer time."""
    block = factory.snapshot().blocks[0]
    store.begin_run("k", 1, {1: block})
    store.begin_run("other", 1, {1: block})
    store.end_run("k", started_before=time.time() - 600)
    assert store.kept_blocks("k") == {1: block}
    store.end_run("k", started_before=time.time() + 1)
    assert store.kept_blocks("k") == {}
    assert store.kept_blocks("other") == {1: block}


def test_the_latest_scan_of_each_target(store: Store) -> None:
    old = factory.snapshot()
    block = old.blocks[0].model_copy(update={"number": old.blocks[0].number + 1, "hash": "0x" + "ab" * 32})
    new = old.model_copy(update={"blocks": (block,)})
    save(store, old)
    save(store, new, key(new))
    assert [row.block_number for row in store.scans()] == [block.number]
    assert len(store.scans(latest=False)) == 2
    assert store.prune(1) == 1
    assert [row.block_number for row in store.scans(latest=False)] == [block.number]
    assert store.counts()["snapshots"] == 1


def test_a_failure_takes_no_good_scan_away(store: Store) -> None:
    """The portfolio shows the good scan with what came after it; pruning leaves it there."""
    old = answered(factory.snapshot())
    first, later = (
        old.blocks[0].model_copy(update={"number": old.blocks[0].number + n, "hash": f"0x{n:064x}"}) for n in (1, 2)
    )
    save(store, old)
    assert store.save_failure(key(old, block_hash=later.hash), later, "x", Failed("limit", "no end"))
    assert store.save_failure(key(old, block_hash=first.hash), first, "x", Failed("limit", "no start"))
    elsewhere = ScanKey(10**9, "0x" + "e1" * 20, later.hash, "aa" * 32, scanner.__version__)
    assert store.save_failure(elsewhere, later, "never", Failed("target", "no governor"))
    for _ in range(2):
        good, never = store.strips()
        assert (good.scan.status, good.problem, good.exit_code) == ("done", "no end", 1)
        assert good.dimensions
        assert (never.scan.name, never.problem, never.dimensions) == ("never", "no governor", ())
        store.prune(1)
    new = old.model_copy(
        update={"blocks": (later.model_copy(update={"number": later.number + 1, "hash": "0x" + "ab" * 32}),)}
    )
    save(store, new, key(new))
    assert [one.problem for one in store.strips()] == ["", "no governor"]


def test_a_damaged_snapshot_is_told(store: Store) -> None:
    save(store, factory.snapshot())
    (row,) = store.scans()
    store.database.write(lambda connection: connection.execute(update(blobs).values(data=b"no zlib")))
    with pytest.raises(UsageError, match="damaged"):
        store.snapshot(row.snapshot)


def test_a_store_of_a_newer_version_is_refused(store_url: str) -> None:
    made = Store(store_url)
    made.database.write(lambda connection: connection.execute(update(schema).values(version=VERSION + 1)))
    made.close()
    with pytest.raises(UsageError, match="newer version"):
        Store(store_url)


def test_an_older_store_is_brought_up(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each migration that it lacks, in order, once; two that open it at the same time do not do it twice."""
    made = Store(store_url)
    save(made, factory.snapshot())
    made.close()
    done: list[str] = []

    def migration(name: str) -> Callable[[Connection], None]:
        def migrate(connection: Connection) -> None:
            done.append(name)
            connection.execute(text(f"alter table scans add column {name} integer default 7"))

        return migrate

    monkeypatch.setattr("scanner.store.schema.MIGRATIONS", (migration("one"), migration("two")))
    monkeypatch.setattr("scanner.store.schema.VERSION", 3)
    in_parallel(lambda _: Store(store_url).close(), 4)
    assert done == ["one", "two"]
    again = Store(store_url)
    with again.database.reading() as connection:
        assert connection.execute(text("select one, two, name from scans")).all() == [(7, 7, "Meridian DAO")]
        assert connection.execute(select(schema.c.version)).scalars().all() == [3]
    again.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(store_url).close()

    def half(connection: Connection) -> None:
        connection.execute(text("alter table scans add column one integer default 7"))
        connection.execute(text("alter table nowhere add column one integer"))

    with monkeypatch.context() as newer:
        newer.setattr("scanner.store.schema.MIGRATIONS", (half,))
        newer.setattr("scanner.store.schema.VERSION", 2)
        with pytest.raises(UsageError, match="the store cannot be used"):
            Store(store_url)
    again = Store(store_url)
    with again.database.reading() as connection:
        columns = set(connection.execute(text("select * from scans")).keys())
    assert "target" in columns
    assert "one" not in columns
    again.close()


def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    """Those who read do not wait for the one that writes."""
    path = tmp_path / "store.sqlite"
    store = Store(f"sqlite:///{path}")
    with store.database.engine.begin() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar_one() == "wal"
        connection.execute(update(schema).values(version=VERSION + 1))
        with store.database.reading() as other:
            assert other.execute(select(schema.c.version)).scalar_one() == VERSION
        connection.rollback()
    store.close()


def in_parallel(work: Callable[[int], Any], count: int = 8) -> list[Any]:
    found: list[Any] = [None] * count
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            found[number] = work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    return found


def test_many_at_once_save_a_scan_once(store_url: str) -> None:
    snapshot = factory.snapshot()

    def work(_: int) -> bool:
        mine = Store(store_url)
        try:
            return save(mine, snapshot)
        finally:
            mine.close()

    assert sorted(in_parallel(work)) == [False] * 7 + [True]


def test_one_of_many_makes_new_facts(store_url: str) -> None:
    store = Store(store_url)
    shared = [SharedFacts(store.database) for _ in range(8)]
    assert sorted(in_parallel(lambda number: shared[number].claim("k"))) == [False] * 7 + [True]
    owner = next(one for one in shared if one.claim("k"))
    other = next(one for one in shared if one is not owner)
    other.release("k")  # somebody else's claim is not let go
    assert not other.claim("k")
    owner.save("k", {"a": [1, 2]})
    assert other.load("k") == {"a": [1, 2]}
    assert other.claim("k")
    store.close()


def test_work_that_is_done_again_forgets_no_connection(store_url: str) -> None:
    store, tries = Store(store_url), list[int]()

    def work(connection: Connection) -> int:
        tries.append(len(tries))
        if len(tries) == 1:
            raise OperationalError("insert", {}, Exception("the connection was lost"))
        return len(tries)

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with store.database.reading() as connection:
            connection.execute(select(schema.c.version)).all()
            assert store.database.write(work) == 2
        store.close()
        gc.collect()
    assert not [one for one in told if "connection" in str(one.message)]


def test_a_store_that_was_closed_is_not_opened_by_what_renews_claims(store_url: str) -> None:
    store = Store(store_url)
    worker = SharedFacts(store.database, claim_seconds=0.3)
    assert worker.claim("k")
    heart = worker._heart
    assert heart is not None
    store.close()
    heart.join(3)
    assert not heart.is_alive()
    if isinstance(store.database.engine.pool, QueuePool):
        assert store.database.engine.pool.checkedin() == 0


def test_a_claim_of_the_dead_runs_out(store: Store) -> None:
    assert SharedFacts(store.database, claim_seconds=-1.0).claim("k")
    assert SharedFacts(store.database).claim("k")


def test_a_claim_of_the_living_holds_for_as_long_as_the_work_takes(store: Store) -> None:
    worker, other = SharedFacts(store.database, claim_seconds=0.75), SharedFacts(store.database)
    assert worker.claim("k")
    time.sleep(1.25)
    assert not other.claim("k")
    worker.save("k", {})
    assert other.claim("k")


def test_what_a_process_left_behind_is_free_at_once(store: Store) -> None:
    gone, other = SharedFacts(store.database, owner="gone"), SharedFacts(store.database)
    assert gone.claim("k")
    assert gone.claim("l")
    assert other.claim("m")
    SharedFacts(store.database, owner="gone").release_all()
    assert other.claim("k")
    assert other.claim("l")
    assert not SharedFacts(store.database).claim("m")


def test_damaged_facts_are_made_again(store: Store) -> None:
    from scanner.store.schema import facts

    store.database.write(lambda c: c.execute(insert(facts).values(key="k", data=b"damaged", made_at=0, times=1)))
    assert SharedFacts(store.database).load("k") is None


def test_kills_are_counted(store: Store) -> None:
    assert [note_kill(store.database, "k", "memory") for _ in range(3)] == [1, 2, 3]
    with store.database.reading() as connection:
        assert connection.execute(select(attempts.c.reason)).scalar_one() == "memory"


def test_one_pace_for_all(store: Store) -> None:
    """Four workers at eight a second send eight a second in all, in turns that never stand at the same time."""
    turns: list[float] = []
    paces = [Pace(store.database, "node", 8.0, lambda wait: turns.append(time.monotonic() + wait)) for _ in range(4)]
    started = time.monotonic()
    for _ in range(3):
        for pace in paces:
            pace()
    # Each of the four takes two handfuls of two: the last of the eight begins 7/4 s after the first.
    took = time.monotonic() - started
    assert 1.74 < max(turns) - started < 1.76 + took


def test_no_secret_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Store("postgresql+psycopg://me:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in f"{caught.value!r} {caught.value} {caught.value.where} {caught.value.hint}"


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql+nothing://x/y", "sqlite:///nowhere/at/all/x.sqlite"])
def test_addresses_that_are_of_no_use(url: str) -> None:
    with pytest.raises(UsageError):
        Store(url)
