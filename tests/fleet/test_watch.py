"""`daoscan watch` on a real chain: a pending administrator is told once, an unchanged chain is not."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from fixtures.contract import calldata
from scanner.fleet.webhook import signature
from scanner.store.schema import changes
from scanner.store.store import Store
from tests.fleet.conftest import Fleet
from tests.fleet.receiver import Receiver

pytestmark = [pytest.mark.node, pytest.mark.compiler]
KEY = "0x" + "4b" * 20


def set_pending_admin(fleet: Fleet) -> None:
    """As a vote would have it done: the timelock calls itself."""
    chain, timelock = fleet.field.chain, fleet.field.timelock
    chain.rpc("anvil_setBalance", timelock, hex(10**20))
    chain.rpc("anvil_impersonateAccount", timelock)
    chain.send(timelock, timelock, calldata("setPendingAdmin(address)", KEY))
    chain.rpc("anvil_stopImpersonatingAccount", timelock)


def test_a_pending_administrator_is_told_once(fleet: Fleet, receiver: Receiver) -> None:
    hook = {"DAOSCAN_WEBHOOK": receiver.url, "DAOSCAN_WEBHOOK_SECRET": "s3cret"}
    every_time = ("--workers", "1", "--once", "--every", "0")
    first = fleet.run(fleet.field.targets("healthy-bravo"), *every_time, command="watch", **hook)
    assert (first.returncode, first.stdout) == (0, ""), first.stderr

    fleet.field.chain.mine(3)
    quiet = fleet.run("", *every_time, command="watch", **hook)
    assert (quiet.returncode, quiet.stdout) == (0, ""), quiet.stderr
    assert receiver.seen == []
    assert rows(fleet) == [(True, "")]

    set_pending_admin(fleet)
    receiver.answers = [403]
    refused = fleet.run("", *every_time, command="watch", **hook)
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


def rows(fleet: Fleet) -> list[tuple[bool, str]]:
    store = Store(fleet.db)
    try:
        with store.database.reading() as connection:
            found = connection.execute(select(changes.c.told_at, changes.c.event).order_by(changes.c.id)).all()
        return [(told_at is not None, event) for told_at, event in found]
    finally:
        store.close()
