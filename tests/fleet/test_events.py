"""What is told: moves of outcomes for which the chain is the cause. Time and readings that failed are not."""

from __future__ import annotations

import json
from typing import Any

from scanner.compare.compare import Reading, compare
from scanner.fleet.events import event_of
from scanner.model.observation import Reason, Unknown
from scanner.model.outcome import Assessment, Severity, Status
from scanner.model.snapshot import Snapshot
from tests.compare.test_compare import delay, with_timelock
from tests.render import factory

LONG = with_timelock(factory.snapshot(), min_delay_seconds=delay(172_800))
SHORT = with_timelock(LONG, min_delay_seconds=delay(60))


def judged(status: Status) -> Assessment:
    """The rule about who runs queued operations, on the timelock, said to be about its delay."""
    outcomes = [
        one.model_copy(update={"status": status, "severity": Severity.HIGH if status is Status.FINDING else None})
        if one.rule_id == "CTL-003"
        else one
        for one in factory.assessment().outcomes
    ]
    return factory.assessment().model_copy(update={"outcomes": tuple(outcomes)})


def told(old: Snapshot, new: Snapshot, before: Assessment, after: Assessment) -> Any:
    sides = Reading(old, "11" * 32, before), Reading(new, "22" * 32, after)
    event = event_of(compare(*sides), *sides)
    return json.loads(event) if event else None


def test_a_shorter_delay_is_told() -> None:
    event = told(LONG, SHORT, judged(Status.PASS), judged(Status.FINDING))
    ((move,), (fact,)) = event["moves"], event["facts"]
    assert (move["rule_id"], move["direction"]) == ("CTL-003", "worse")
    assert (fact["field"], fact["before"], fact["after"]) == ("min_delay_seconds", "172800", "60")
    assert event["id"] == told(LONG, SHORT, judged(Status.PASS), judged(Status.FINDING))["id"]


def test_a_change_that_moves_nothing_is_not_told() -> None:
    assert told(LONG, SHORT, judged(Status.PASS), judged(Status.PASS)) is None


def test_what_could_not_be_read_is_not_told() -> None:
    gone = with_timelock(LONG, min_delay_seconds=Unknown(reason=Reason.NODE_ERROR, detail="no answer"))
    assert told(LONG, gone, judged(Status.PASS), judged(Status.UNKNOWN)) is None
    assert told(gone, LONG, judged(Status.UNKNOWN), judged(Status.FINDING)) is None


def test_what_only_got_older_is_not_told() -> None:
    older = with_timelock(LONG, min_delay_seconds=delay(60, 172_800))  # the same answer, read in another way
    assert told(LONG, older, judged(Status.PASS), judged(Status.FINDING)) is None


def test_hostile_text_stays_on_one_line() -> None:
    after = factory.with_text(judged(Status.FINDING), lambda _: "a\nb\u2028c\x1b[2J\u202e")
    before = factory.with_text(judged(Status.PASS), lambda _: "a\nb\u2028c\x1b[2J\u202e")
    sides = Reading(LONG, "11" * 32, before), Reading(SHORT, "22" * 32, after)
    event = event_of(compare(*sides), *sides)
    assert len(event.splitlines()) == 1
    assert event.isascii()
    assert event.isprintable()
