"""From the truth of single conditions to the ruling of a rule, against the table of docs/rules.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.judge.decide import Decider, evaluate
from scanner.judge.facts import TestWorld
from scanner.judge.language.values import Unk
from scanner.judge.language.world import Facts, Ref, Run
from scanner.model.observation import Known, Reason
from scanner.model.outcome import Severity, Status

FLAGS = ("has_timelock", "voting_delay", "voting_period", "quorum_votes")
TRUTHS = st.sampled_from([True, False, None])


def _line(name: str) -> str:
    return f"governor.{name}" if name == "has_timelock" else f"governor.{name} == 1"


def _condition(name: str, read: Any, rule_text: Any) -> Any:
    return read(rule_text(levels=f"[{{severity: high, where: [{_line(name)}]}}]")).levels[0].where[0]


def _roots(truths: dict[str, bool | None]) -> list[Ref]:
    governor = Facts("Governor", reason=Reason.NODE_ERROR, detail="")
    for name, truth in truths.items():
        if truth is not None:
            value: Any = truth if name == "has_timelock" else int(truth)
            setattr(governor, name, Known[Any](value=value, evidence=()))
    return [Ref("governor", governor)]


def _together(truths: list[bool | None]) -> bool | None:
    return False if False in truths else None if None in truths else True


def _expected(applies: list[bool | None], levels: list[list[bool | None]]) -> tuple[str, str, bool]:
    """Return word, worst severity that stayed open, and whether the finding is "at least"."""
    if _together(applies) is not True:
        return ("not-applicable", "", False) if _together(applies) is False else ("unknown", "critical", False)
    undecided = ""
    for severity, where in zip(("critical", "high", "low"), levels, strict=False):
        truth = _together(where)
        if truth:
            return severity, undecided, bool(undecided)
        if truth is None:
            undecided = undecided or severity
    return ("unknown", undecided, False) if undecided else ("pass", "", False)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    truths=st.fixed_dictionaries(dict.fromkeys(FLAGS, TRUTHS)),
    applies=st.lists(st.sampled_from(FLAGS), max_size=2),
    levels=st.lists(st.lists(st.sampled_from(FLAGS), min_size=1, max_size=3), min_size=1, max_size=3),
)
def test_ruling_and_what_it_rests_on(truths, applies, levels, read, rule_text):
    lines = {name: _condition(name, read, rule_text) for name in FLAGS}
    blank = read(rule_text())
    made = tuple(
        replace(blank.levels[0], severity=Severity(severity), where=tuple(lines[name] for name in where))
        for severity, where in zip(("critical", "high", "low"), levels, strict=False)
    )
    rule = replace(blank, applies=tuple(lines[name] for name in applies), levels=made)
    word, undecided, at_least = _expected([truths[n] for n in applies], [[truths[n] for n in w] for w in levels])
    at = Run(TestWorld({}), _roots(truths), rule.slots)
    short, decision = Decider(rule).ruling(at), Decider(rule).decide(at)
    for ruling in (short, decision.ruling):
        assert (ruling.word, ruling.at_least) == (word, at_least)
        assert (ruling.undecided.severity.value if ruling.undecided else "") == undecided
    shown = {one.text: one.result for one in decision.conditions}
    assert all(shown.get(_line(name)) in (None, str(truths[name]).lower(), "unknown") for name in FLAGS)
    if word == "unknown":
        assert {one.what for one in decision.why} <= {f"governor.{n}" for n in FLAGS if truths[n] is None}
        assert decision.why
    if decision.level is not None:
        where = levels[made.index(decision.level)]
        assert all(shown[_line(name)] == "true" for name in where)
    assert decision.status is not Status.ERROR


def test_every_line_is_shown_with_the_value_of_every_field(read, rule_text):
    """Lines are the evidence: `where` as it is written, and beside it what each field held."""
    line = "governor.voting_delay + governor.voting_period < 100"
    rule = read(rule_text(levels=f"[{{severity: high, where: ['{line}', governor.has_timelock]}}]"))
    roots = _roots({"has_timelock": True, "voting_delay": True, "voting_period": True})
    decision = Decider(rule).decide(Run(TestWorld({}), roots, rule.slots))
    assert [(one.text, one.result, one.values) for one in decision.conditions] == [
        (line, "true", (("governor.voting_delay", "1"), ("governor.voting_period", "1"))),
        ("governor.has_timelock", "true", (("governor.has_timelock", "true"),)),
    ]


def test_evaluate_stops_at_the_first_false_line(read, rule_text):
    names = ("voting_delay", "has_timelock", "voting_period")
    conditions = [_condition(name, read, rule_text) for name in names]
    lines = evaluate(conditions, TestWorld({}), _roots({"voting_delay": None, "has_timelock": False}))
    assert lines.truth is False
    assert [one.result for one in lines.conditions] == ["unknown", "false"]
    assert isinstance(evaluate(conditions[:1], TestWorld({}), _roots({})).truth, Unk)
