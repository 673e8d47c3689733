"""What changed is told apart by its cause: the chain, the time, what could be read, the program, the rules."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.compare.compare import OldReport, Reading, compare
from scanner.compare.outcomes import judged, lost, worsened
from scanner.locale.load import load_locale
from scanner.model.difference import Cause, Difference, Direction, Note, Step
from scanner.model.errors import UsageError
from scanner.model.observation import Reason, Unknown
from scanner.model.outcome import Assessment, Severity, Status
from scanner.model.snapshot import Snapshot
from scanner.render.diff_html import diff_html
from scanner.render.diff_markdown import diff_markdown
from scanner.render.report_json import dump
from tests.render import factory
from tests.render import factory_dao as dao


def with_timelock(snapshot: Snapshot, **facts: Any) -> Snapshot:
    first, *rest = snapshot.timelocks.items
    items = (first.model_copy(update=facts), *rest)
    return snapshot.model_copy(update={"timelocks": snapshot.timelocks.model_copy(update={"items": items})})


def delay(seconds: int, result: int | None = None) -> Any:
    shown = seconds if result is None else result
    return dao.known(seconds, dao.call(dao.TIMELOCK, "0xf27a0c92", dao.word(shown)))


def difference(old: Snapshot, new: Snapshot, *, judged_new: Assessment | None = None, **said: Any) -> Difference:
    assessment = factory.assessment()
    return compare(
        Reading(old, "11" * 32, assessment), Reading(new, "22" * 32, judged_new or assessment), said.get("said")
    )


def test_nothing_changed() -> None:
    found = difference(factory.snapshot(), factory.snapshot())
    assert (found.facts, found.subjects, found.moves, found.scenarios) == ((), (), (), ())
    assert found.notes == (Note.NO_OLD_REPORT,)


def test_another_answer_of_the_chain() -> None:
    old = with_timelock(factory.snapshot(), min_delay_seconds=delay(172_800))
    found = difference(old, with_timelock(old, min_delay_seconds=delay(60)))
    (change,) = found.facts
    assert (change.field, change.before, change.after) == ("min_delay_seconds", "172800", "60")
    assert change.cause is Cause.CHAIN


def test_the_same_answer_read_in_another_way() -> None:
    old = with_timelock(factory.snapshot(), min_delay_seconds=delay(172_800, 5))
    new = with_timelock(old, min_delay_seconds=delay(60, 5))
    assert [one.cause for one in difference(old, new).facts] == [Cause.TIME]
    newer = new.model_copy(update={"tool_version": "99"})
    found = difference(old, newer)
    assert [one.cause for one in found.facts] == [Cause.TOOL]
    assert Note.TWO_VERSIONS in found.notes


def test_what_cannot_be_read_is_no_change_on_chain() -> None:
    old = with_timelock(factory.snapshot(), min_delay_seconds=delay(172_800))
    gone = with_timelock(old, min_delay_seconds=Unknown(reason=Reason.NODE_ERROR, detail="no answer"))
    for before, after in ((old, gone), (gone, old)):
        (change,) = difference(before, after).facts
        assert change.cause is Cause.READING
    other = with_timelock(old, min_delay_seconds=Unknown(reason=Reason.NODE_ERROR, detail="another text"))
    assert difference(gone, other).facts == ()


def test_a_subject_that_is_gone() -> None:
    old = factory.snapshot()
    fewer = old.safes.model_copy(update={"items": ()})
    for complete, step, back in ((True, Step.REMOVED, Step.ADDED), (False, Step.NOT_SEEN, Step.NEWLY_SEEN)):
        new = old.model_copy(update={"safes": fewer.model_copy(update={"complete": complete, "reason": "a limit"})})
        assert {one.step for one in difference(old, new).subjects} == {step}
        assert {one.step for one in difference(new, old).subjects} == {back}


def judged_as(rule_id: str, status: Status, severity: Severity | None, undecided: Severity | None = None) -> Assessment:
    """Return the factory's assessment with one outcome of `rule_id` replaced."""
    assessment = factory.assessment()
    outcomes = list(assessment.outcomes)
    place = next(index for index, one in enumerate(outcomes) if one.rule_id == rule_id)
    changed = {"status": status, "severity": severity, "undecided_severity": undecided, "stage": None}
    outcomes[place] = outcomes[place].model_copy(update=changed)
    return assessment.model_copy(update={"outcomes": tuple(outcomes)})


@pytest.mark.parametrize(
    ("before", "after", "direction", "is_worse", "is_lost"),
    [
        ((Status.PASS, None), (Status.FINDING, Severity.HIGH), Direction.WORSE, True, False),
        ((Status.FINDING, Severity.LOW), (Status.FINDING, Severity.MEDIUM), Direction.WORSE, False, False),
        ((Status.FINDING, Severity.CRITICAL), (Status.FINDING, Severity.HIGH), Direction.BETTER, False, False),
        ((Status.FINDING, Severity.HIGH), (Status.PASS, None), Direction.BETTER, False, False),
        ((Status.FINDING, Severity.HIGH), (Status.UNKNOWN, None), Direction.UNDECIDED, False, True),
        ((Status.FINDING, Severity.HIGH), (Status.ERROR, None), Direction.UNDECIDED, False, True),
        ((Status.PASS, None), (Status.UNKNOWN, None, Severity.HIGH), Direction.UNDECIDED, False, True),
        ((Status.PASS, None), (Status.UNKNOWN, None, Severity.LOW), Direction.UNDECIDED, False, False),
        ((Status.UNKNOWN, None, Severity.HIGH), (Status.PASS, None), Direction.DECIDED, False, False),
        ((Status.UNKNOWN, None, Severity.HIGH), (Status.FINDING, Severity.HIGH), Direction.WORSE, True, False),
    ],
)
def test_where_an_outcome_moved(
    before: tuple[Any, ...], after: tuple[Any, ...], direction: Direction, is_worse: bool, is_lost: bool
) -> None:
    old = Reading(factory.snapshot(), "11" * 32, judged_as("CTL-006", *before))
    new = Reading(factory.snapshot(), "22" * 32, judged_as("CTL-006", *after))
    found = compare(old, new)
    (move,) = found.moves
    assert (move.rule_id, move.direction) == ("CTL-006", direction)
    assert worsened(found.moves, Severity.HIGH) is is_worse
    assert lost(found.moves, Severity.HIGH) is is_lost


def test_other_rules_on_the_same_facts_are_told_apart() -> None:
    old = Reading(factory.snapshot(), "11" * 32, judged_as("CTL-006", Status.FINDING, Severity.LOW))
    assessment = judged_as("CTL-006", Status.FINDING, Severity.HIGH)
    rules = {rule.id: rule for rule in assessment.rules}
    said = OldReport(judged(assessment.outcomes), rules, {"snapshot": "11" * 32, "rules control": "aa" * 32})
    found = compare(old, old, said)
    assert found.moves == ()
    (move,) = found.judgement
    assert (move.before.severity, move.after.severity) == (Severity.HIGH, Severity.LOW)
    assert [one.before for one in found.inputs if one.name == "rules control"] == ["aa" * 32]


def test_two_daos_are_refused() -> None:
    old = factory.snapshot()
    other = old.model_copy(update={"target": old.target.model_copy(update={"chain_id": 5})})
    with pytest.raises(UsageError, match="two targets"):
        difference(old, other)


def test_it_is_said_in_markdown_and_json() -> None:
    old = with_timelock(factory.snapshot(), min_delay_seconds=delay(172_800))
    found = difference(old, with_timelock(old, min_delay_seconds=delay(60)))
    for lang, said in (("en", "On chain"), ("ar", "على السلسلة")):
        t = load_locale(lang)
        text, page = diff_markdown(found, t), diff_html(found, t)
        assert "| 172800 | 60 |" in text
        assert "172800" in page
        assert said in text
        assert said in page
    assert Difference.model_validate_json(dump(found.model_dump(mode="json"))) == found


def test_hostile_names_stay_text() -> None:
    nasty = "</td><script>alert(1)</script>\u202e| [x](javascript:1) \ud800"
    old = factory.snapshot()
    named = old.model_copy(update={"target": old.target.model_copy(update={"name": nasty})})
    fewer = old.safes.model_copy(update={"items": ()})
    found = difference(named, named.model_copy(update={"safes": fewer}))
    (gone, *_) = found.subjects
    gone = gone.model_copy(update={"subject": gone.subject.model_copy(update={"label": nasty})})
    found = found.model_copy(update={"subjects": (gone,)})
    for lang in ("en", "ar"):
        t = load_locale(lang)
        page, text = diff_html(found, t), diff_markdown(found, t)
        assert "<script>alert" not in page
        assert "\u202e" not in page + text
        assert "[x](javascript" not in text
        (page + text).encode()


def test_what_the_reader_brought_is_no_change_on_chain() -> None:
    old = factory.snapshot()
    new = old.model_copy(update={"dao": old.dao.model_copy(update={"list_count": old.dao.list_count + 1})})
    (change,) = difference(old, new).facts
    assert (change.field, change.cause) == ("list_count", Cause.INPUT)
