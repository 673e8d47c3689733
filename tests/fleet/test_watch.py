"""`daoscan watch` on a real chain: a pending administrator is told once, an unchanged chain is not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from fixtures.contract import calldata
from scanner.fleet.engine import Place
from scanner.fleet.settings import Settings
from scanner.fleet.watch import Watch
from scanner.fleet.webhook import signature
from scanner.model.errors import UsageError
from scanner.model.outcome import Status
from scanner.pipeline import evaluate, load_snapshot
from scanner.store.schema import changes
from scanner.store.store import Store
from tests.fleet.conftest import Fleet
from tests.fleet.faulty import faulty, refusing
from tests.fleet.receiver import Receiver

pytestmark = [pytest.mark.node, pytest.mark.compiler]
KEY = "0x" + "4b" * 20
NOBODY = "0x" + "00" * 20
EVERY_TIME = ("--once", "--every", "0")


def set_pending_admin(fleet: Fleet, key: str = KEY) -> None:
    """As a vote would have it done: the timelock calls itself."""
    chain, timelock = fleet.field.chain, fleet.field.timelock
    chain.rpc("anvil_setBalance", timelock, hex(10**20))
    chain.rpc("anvil_impersonateAccount", timelock)
    chain.send(timelock, timelock, calldata("setPendingAdmin(address)", key))
    chain.rpc("anvil_stopImpersonatingAccount", timelock)


def test_a_pending_administrator_is_told_once(fleet: Fleet, receiver: Receiver) -> None:
    hook = {"DAOSCAN_WEBHOOK": receiver.url, "DAOSCAN_WEBHOOK_SECRET": "s3cret"}
    set_pending_admin(fleet, NOBODY)
    first = fleet.run(fleet.field.targets("healthy-bravo"), *EVERY_TIME, command="watch", **hook)
    assert (first.returncode, first.stdout) == (0, ""), first.stderr

    fleet.field.chain.mine(3)
    quiet = fleet.run("", *EVERY_TIME, command="watch", **hook)
    assert (quiet.returncode, quiet.stdout) == (0, ""), quiet.stderr
    assert receiver.seen == []
    assert rows(fleet) == [(True, "")]

    set_pending_admin(fleet)
    receiver.answers = [403]
    refused = fleet.run("", *EVERY_TIME, command="watch", **hook)
    assert (refused.returncode, refused.stdout) == (1, ""), refused.stderr
    assert "the webhook answered 403" in refused.stderr
    assert "key-of-the-hook" not in refused.stderr

    receiver.answers = [204]
    told = fleet.run("", "--once", command="watch", **hook)  # nothing is due, but something is untold
    assert told.returncode == 0, told.stderr
    (line,) = told.stdout.splitlines()
    event = json.loads(line)
    assert {move["rule_id"] for move in event["moves"]} >= {"CTL-002"}
    (move,) = (one for one in event["moves"] if one["rule_id"] == "CTL-002")
    assert (move["direction"], move["after"]["status"]) == ("worse", "finding")
    assert any(KEY in one["after"] for one in event["facts"]), event["facts"]
    headers, body = receiver.seen[-1]
    assert json.loads(body) == event
    assert headers["X-Daoscan-Signature"] == signature("s3cret", headers["X-Daoscan-Timestamp"], body)

    again = fleet.run("", "--once", command="watch", **hook)
    assert (again.returncode, again.stdout) == (0, ""), again.stderr
    assert len(receiver.seen) == 2
    assert [told for told, _ in rows(fleet)] == [True, True]


def test_a_change_behind_a_reading_that_failed_is_told(fleet: Fleet) -> None:
    """The administrator became pending while the node could not say so; it is told when the node can again."""
    set_pending_admin(fleet, NOBODY)
    with faulty(fleet.field.url) as node:
        asking = replace(fleet, field=replace(fleet.field, url=node.url))
        first = asking.run(fleet.field.targets("healthy-bravo"), *EVERY_TIME, command="watch")
        assert (first.returncode, first.stdout) == (0, ""), first.stderr
        set_pending_admin(fleet)
        node.untruth = refusing(calldata("pendingAdmin()"))
        fleet.field.chain.mine()
        failed = asking.run("", *EVERY_TIME, command="watch")
        assert (failed.returncode, failed.stdout) == (0, ""), failed.stderr
        assert pending(fleet) == [Status.PASS, Status.UNKNOWN]
        node.untruth = lambda asked, answer: None
        fleet.field.chain.mine()
        good = asking.run("", *EVERY_TIME, command="watch")
    (line,) = good.stdout.splitlines()
    event = json.loads(line)
    (move,) = (one for one in event["moves"] if one["rule_id"] == "CTL-002")
    assert (move["before"]["status"], move["after"]["status"]) == ("pass", "finding")
    assert move["from_block"] < event["from_block"] < event["to_block"]
    assert any(KEY in one["after"] for one in event["facts"]), event["facts"]


def test_a_store_that_is_away_for_a_while_ends_no_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """But one that is of no use from the beginning does: that is a wrong address."""
    store, rounds, ends = f"sqlite:///{tmp_path / 'store.sqlite'}", list[int](), [False, True, True, False]

    def pause(every: int) -> None:
        rounds.append(every)
        monkeypatch.setenv("DAOSCAN_DB", "sqlite:///nowhere/at/all.sqlite" if ends[len(rounds)] else store)
        if len(rounds) == 3:
            raise KeyboardInterrupt

    monkeypatch.setenv("DAOSCAN_DB", store)
    watch = Watch(Settings(), Place(1), webhook=None, say=print, quiet=True)
    monkeypatch.setattr(Watch, "_pause", staticmethod(pause))
    with pytest.raises(KeyboardInterrupt):
        watch.forever(None, 7)
    said = capsys.readouterr()
    assert said.err.count("the store cannot be used") == said.err.count("tried again in the next round") == 2
    assert (rounds, said.out) == ([7, 7, 7], "")
    assert said.err.count("the store holds no target to watch yet") == 1
    monkeypatch.setenv("DAOSCAN_DB", "sqlite:///nowhere/at/all.sqlite")
    with pytest.raises(UsageError, match="the store cannot be used"):
        watch.forever(None, 7)


def pending(fleet: Fleet) -> list[Status]:
    """Return what each scan says about a pending administrator, the oldest first."""
    store, rules = Store(fleet.db), Settings().loaded_rules()
    try:
        found = []
        for row, data in store.snapshots(store.scans(latest=False)):
            outcomes = evaluate(load_snapshot(data, row.name), rules).outcomes
            found += [one.status for one in outcomes if one.rule_id == "CTL-002"]
        return found
    finally:
        store.close()


def rows(fleet: Fleet) -> list[tuple[bool, str]]:
    store = Store(fleet.db)
    try:
        with store.database.reading() as connection:
            found = connection.execute(select(changes.c.told_at, changes.c.event).order_by(changes.c.id)).all()
        return [(told_at is not None, event) for told_at, event in found]
    finally:
        store.close()
