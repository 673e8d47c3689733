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


GONE = with_timelock(LONG, min_delay_seconds=Unknown(reason=Reason.NODE_ERROR, detail="no answer"))


def since(earlier: list[tuple[Snapshot, Status]], new: Snapshot, after: Status) -> Any:
    """Return what is told of `new` after a reading that failed; `earlier` are those before that, newest first."""
    bad, last = Reading(GONE, "11" * 32, judged(Status.UNKNOWN)), Reading(new, "22" * 32, judged(after))
    before = [Reading(one, "00" * 32, judged(status)) for one, status in earlier]
    event = event_of(compare(bad, last), bad, last, before)
    return json.loads(event) if event else None


def test_a_change_is_not_hidden_by_a_bad_reading() -> None:
    event = since([(GONE, Status.UNKNOWN), (LONG, Status.PASS), (SHORT, Status.FINDING)], SHORT, Status.FINDING)
    ((move,), (fact,)) = event["moves"], event["facts"]
    assert (move["rule_id"], move["before"]["status"], move["after"]["status"]) == ("CTL-003", "pass", "finding")
    assert (fact["field"], fact["before"], fact["after"]) == ("min_delay_seconds", "172800", "60")
    assert since([(SHORT, Status.FINDING), (LONG, Status.PASS)], SHORT, Status.FINDING) is None
    assert since([(GONE, Status.UNKNOWN)], SHORT, Status.FINDING) is None


def test_what_was_not_found_this_time_has_not_gone() -> None:
    found = LONG.timelocks.model_copy(update={"items": (), "complete": False, "reason": "a read failed"})
    missing = LONG.model_copy(update={"timelocks": found})
    none = judged(Status.PASS).model_copy(
        update={"outcomes": tuple(one for one in judged(Status.PASS).outcomes if one.rule_id != "CTL-003")}
    )
    assert told(SHORT, missing, judged(Status.FINDING), none) is None
    bad, back = Reading(missing, "11" * 32, none), Reading(SHORT, "22" * 32, judged(Status.FINDING))
    same = Reading(SHORT, "00" * 32, judged(Status.FINDING))
    assert event_of(compare(bad, back), bad, back, [same]) == ""
    other = Reading(LONG, "00" * 32, judged(Status.PASS))
    assert json.loads(event_of(compare(bad, back), bad, back, [other]))["moves"][0]["rule_id"] == "CTL-003"


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
