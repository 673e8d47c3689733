"""Outcomes are written out when they are looked at, and say what the rulings say."""

from __future__ import annotations

import pytest

from scanner.judge.engine import judge
from scanner.judge.rule import Pack, Rulebook
from scanner.model.observation import Collection
from scanner.model.outcome import Status

ADDRESSES = tuple(f"0x{number:040x}" for number in (3, 1, 2))


@pytest.fixture
def outcomes(read, rule_text, make_snapshot, make_governor, known):
    governors = (
        make_governor(ADDRESSES[0], voting_delay_seconds=known(5)),
        make_governor(ADDRESSES[1], voting_delay_seconds=known(999)),
        make_governor(ADDRESSES[2]),
    )
    rules = (read(rule_text()), read(rule_text(id="TST-000")))
    pack = Pack("pack", ("TST",), "1", "1", rules, "00")
    snapshot = make_snapshot(governors=Collection(items=governors, complete=False, reason="limit"))
    return judge(snapshot, Rulebook((pack,), rules))


def test_they_are_sorted_by_rule_and_subject(outcomes):
    keys = [(one.rule_id, one.subject.id) for one in outcomes]
    assert len(outcomes) == len(keys) == 8
    assert keys == sorted(keys)
    assert {rule_id for rule_id, _ in keys} == {"TST-000", "TST-001"}


def test_rulings_stand_in_the_same_order_and_say_the_same(outcomes):
    said = [(rule.id, subject.id, ruling.status) for rule, subject, ruling in outcomes.rulings()]
    assert said == [(one.rule_id, one.subject.id, one.status) for one in outcomes]
    words = [ruling.word for _, _, ruling in outcomes.rulings()]
    assert words == [(one.severity or one.status).value for one in outcomes]
    worst = [ruling.undecided.severity if ruling.undecided else None for _, _, ruling in outcomes.rulings()]
    assert worst == [one.undecided_severity for one in outcomes]


def test_it_is_a_sequence(outcomes):
    every = list(outcomes)
    assert [outcomes[index] for index in range(len(every))] == every
    assert outcomes[-1] == every[-1]
    assert outcomes[2:5] == tuple(every[2:5])
    assert outcomes[::-3] == tuple(every[::-3])
    assert every[0] in outcomes
    for index in (8, -9):
        with pytest.raises(IndexError):
            outcomes[index]


def test_subjects_that_may_be_missing_are_unknown_beside_the_others(outcomes):
    open_ = [one for one in outcomes if one.subject.kind == "dao"]
    assert [one.status for one in open_] == [Status.UNKNOWN] * 2
    assert all("limit" in one.reason for one in open_)


def test_an_outcome_is_the_same_whenever_it_is_written_out(outcomes):
    assert list(outcomes) == list(outcomes)


def test_no_rules_no_outcomes(make_snapshot):
    none = judge(make_snapshot(), Rulebook((), ()))
    assert len(none) == 0
    assert list(none) == list(none.rulings()) == []
