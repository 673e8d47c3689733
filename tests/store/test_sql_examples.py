"""The SQL of docs/fleet.md, on both databases; and changes that are kept and told once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

import scanner
from scanner.model.outcome import Assessment, Status
from scanner.model.snapshot import Snapshot
from scanner.model.values import changed
from scanner.pipeline import dump_snapshot
from scanner.store.records import ScanKey, judged_row
from scanner.store.store import Store
from scanner.store.watching import Changes
from tests.docs.support import text_of
from tests.render import factory

EXAMPLES = dict(re.findall(r"<!-- sql: (\S+) -->\n```sql\n(.*?)```", text_of("fleet.md"), re.DOTALL))
TREASURY = f"eip155:31337:0x{'7e' * 20}"
ELSEWHERE = "0x" + "e1" * 20


def put(store: Store, snapshot: Snapshot, assessment: Assessment, rules: str = "cc" * 32) -> None:
    target, block = snapshot.target, snapshot.blocks[0]
    key = ScanKey(target.chain_id, target.address, block.hash, "aa" * 32, scanner.__version__)
    assert store.save(key, snapshot, dump_snapshot(snapshot), judged=judged_row(assessment, 1, rules))


def later(snapshot: Snapshot, blocks: int) -> Snapshot:
    first = snapshot.blocks[0]
    block = first.model_copy(update={"number": first.number + blocks, "hash": f"0x{blocks:064x}"})
    return snapshot.model_copy(update={"blocks": (block, *snapshot.blocks[1:])})


def elsewhere(snapshot: Snapshot) -> Snapshot:
    target = snapshot.target.model_copy(update={"address": ELSEWHERE, "name": "Another DAO"})
    return snapshot.model_copy(update={"target": target})


def ask(store: Store, name: str) -> list[Mapping[str, Any]]:
    with store.database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(text(EXAMPLES[name]))]


def test_every_example_is_tried() -> None:
    assert set(EXAMPLES) == {"one-key", "same-code", "undecided", "moved"}


def test_one_key(store: Store) -> None:
    put(store, factory.snapshot(), factory.assessment())
    put(store, elsewhere(factory.snapshot()), factory.empty_assessment())
    (row,) = ask(store, "one-key")
    assert (row["name"], row["status"], row["severity"]) == ("Meridian DAO", "finding", "critical")
    assert row["treasury"] == "0x000000031715609f7c746c6dc20fc1e1d0a4e909"


def test_one_key_names_the_treasury_that_each_line_of_control_leads_to(store: Store) -> None:
    """One row for a key and a treasury, however many functions the key may call."""
    (found,) = (one for one in factory.assessment().outcomes if one.rule_id == "TRE-002")
    ids = (f"{TREASURY}#move-funds:0x{'e1' * 20}:{selector}" for selector in ("67ea204e", "2104608e"))
    lines = [changed(found, subject=changed(found.subject, kind="control", id=one, label="key → vault")) for one in ids]
    put(store, factory.snapshot(), factory.assessment().model_copy(update={"outcomes": tuple(lines)}))
    (row,) = ask(store, "one-key")
    assert (row["treasury"], row["way"]) == (TREASURY.rpartition(":")[2], "key → vault")


def test_one_key_is_asked_of_the_latest_scan_only(store: Store) -> None:
    put(store, factory.snapshot(), factory.assessment())
    put(store, later(factory.snapshot(), 1), factory.empty_assessment())
    assert ask(store, "one-key") == []


def test_what_is_undecided_is_listed(store: Store) -> None:
    undecided = [
        one.model_copy(update={"status": Status.UNKNOWN, "severity": None}) if one.rule_id == "TRE-002" else one
        for one in factory.assessment().outcomes
    ]
    put(store, factory.snapshot(), factory.assessment().model_copy(update={"outcomes": tuple(undecided)}))
    assert [row["status"] for row in ask(store, "one-key")] == ["unknown"]


def test_same_code(store: Store) -> None:
    put(store, factory.snapshot(), factory.assessment())
    put(store, elsewhere(factory.snapshot()), factory.empty_assessment())
    (row,) = ask(store, "same-code")
    assert (row["rule_id"], row["found_in"], row["name"], row["target"]) == (
        "COD-001",
        "Meridian DAO",
        "Another DAO",
        ELSEWHERE,
    )


def test_undecided_counts_targets(store: Store) -> None:
    """Not what is open about each of them."""
    judged = factory.assessment()
    more = [
        changed(one, subject=changed(one.subject, id=f"{one.subject.id}#again"))
        for one in judged.outcomes
        if one.status is Status.UNKNOWN
    ]
    assert more
    put(store, factory.snapshot(), judged.model_copy(update={"outcomes": (*judged.outcomes, *more)}))
    put(store, elsewhere(factory.snapshot()), factory.assessment())
    found = {row["rule_id"]: row["targets"] for row in ask(store, "undecided")}
    assert found == {
        "ANO-001": 2,
        "COD-005": 2,
        "CTL-001": 2,
        "TOK-003": 2,
    }


def test_changes_are_kept_and_told_once(store: Store) -> None:
    kept = Changes(store.database)
    put(store, factory.snapshot(), factory.assessment())
    put(store, elsewhere(factory.snapshot()), factory.assessment())
    assert kept.to_compare() == []
    assert [one.name for one in kept.last_scanned()] == ["Meridian DAO", "Another DAO"]
    put(store, later(factory.snapshot(), 1), factory.assessment())
    ((old, new),) = kept.to_compare()
    assert (old.block_number, new.block_number) == (
        factory.snapshot().blocks[0].number,
        factory.snapshot().blocks[0].number + 1,
    )
    assert kept.save(old.id, new.id, difference="{}", event='{"id": "1"}')
    assert not kept.save(old.id, new.id, difference="{}", event='{"id": "1"}')
    assert kept.to_compare() == []
    (change,) = kept.untold()
    assert [row["event"] for row in ask(store, "moved")] == [change.event]
    assert kept.is_untold(change.id)
    assert kept.told(change.id)
    assert not kept.told(change.id)
    assert (kept.untold(), kept.is_untold(change.id)) == ([], False)

    # what was scanned between two rounds is compared with what was compared last
    put(store, later(factory.snapshot(), 2), factory.assessment())
    put(store, later(factory.snapshot(), 3), factory.assessment())
    ((old, newest),) = kept.to_compare()
    assert (old.id, newest.block_number) == (new.id, new.block_number + 2)
    assert kept.save(old.id, newest.id, difference="{}", event="")
    assert kept.untold() == []
    assert store.prune(1) == 3
    assert ask(store, "moved") == []


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_empty_store_answers(store: Store, name: str) -> None:
    assert ask(store, name) == []
