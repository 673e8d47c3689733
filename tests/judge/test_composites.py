"""Rules that ask for outcomes of other rules about the same subject."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.judge.engine import judge
from scanner.judge.rule import Pack, Rulebook
from scanner.judge.rules import load_rulebook
from scanner.model.errors import RuleError
from scanner.model.observation import Collection
from scanner.model.outcome import Severity, Status

FIRST, SECOND, THIRD = ("0x" + f"{number:02x}" * 20 for number in (17, 34, 51))
TESTS = (
    "[{name: a, outcomes: {TST-001: high}, facts: {governor.voting_period_seconds: 5}, expect: low},"
    " {name: b, outcomes: {TST-001: pass}, expect: pass}, {name: c, expect: unknown}]"
)


def book(*rules):
    pack = Pack("pack", ("TST",), "1", "1", tuple(rules), "00")
    return Rulebook((pack,), tuple(sorted(rules, key=lambda rule: rule.id)))


@pytest.fixture
def composite(rule_text):
    def make(*lines: str, number: int = 0, **changes: str) -> str:
        where = "".join(f"\n      - {line}" for line in lines)
        own = {
            "id": f"TST-{number:03}",
            "levels": f"\n  - severity: low\n    where:{where}",
            "message": "Both.",
            "tests": TESTS,
        }
        return rule_text(**{**own, **changes})

    return make


def _by_subject(outcomes, rule_id="TST-000"):
    return [one for one in outcomes if one.rule_id == rule_id]


def test_the_answer_is_about_the_same_subject(read, rule_text, composite, make_snapshot, make_governor, known):
    governors = [
        make_governor(FIRST, voting_delay_seconds=known(5)),
        make_governor(SECOND, voting_delay_seconds=known(999)),
        make_governor(THIRD),
    ]
    rules = book(read(composite('finding("TST-001")')), read(rule_text()))
    outcomes = _by_subject(judge(make_snapshot(governors=governors), rules))
    assert [one.status for one in outcomes] == [Status.FINDING, Status.PASS, Status.UNKNOWN]
    assert "TST-001: governor.voting_delay_seconds: node-error" in outcomes[2].reason
    assert outcomes[2].on_chain_gap


def test_of_the_dao_it_asks_what_any_subject_says(read, rule_text, composite, make_snapshot, make_governor, known):
    governors = [make_governor(FIRST, voting_delay_seconds=known(999)), make_governor(SECOND)]
    about_dao = rule_text(
        id="TST-002",
        subject="dao",
        levels="[{severity: high, where: [dao.governor_count > 1]}]",
        message="Many.",
        tests="[{name: a, facts: {dao.governor_count: 2}, expect: high}, {name: b, facts: {dao.governor_count: 1},"
        " expect: pass}, {name: c, expect: unknown}]",
    )
    rules = book(read(composite('finding("TST-002")')), read(about_dao))
    snapshot = make_snapshot(governors=governors)
    dao = snapshot.dao.model_copy(update={"governor_count": known(2)})
    outcomes = _by_subject(judge(snapshot.model_copy(update={"dao": dao}), rules))
    assert [one.status for one in outcomes] == [Status.FINDING, Status.FINDING]


def test_a_finding_has_the_evidence_of_what_it_asked_and_of_what_it_read(
    read, rule_text, composite, make_snapshot, make_governor, known
):
    asked, own = known(5, "0x11111111"), known(7, "0x22222222")
    governor = make_governor(voting_delay_seconds=asked, voting_period_seconds=own)
    line = 'governor.voting_period_seconds < 100 and finding("TST-001") and governor.voting_period_seconds > 1'
    outcome, _ = judge(make_snapshot(governors=[governor]), book(read(composite(line)), read(rule_text())))
    assert outcome.status is Status.FINDING
    assert set(outcome.evidence) == {*asked.evidence, *own.evidence}
    (condition,) = outcome.conditions
    assert condition.values == (("governor.voting_period_seconds", "7"), ('finding("TST-001")', "true"))


def test_a_pass_that_is_asked_for_is_evidence_too(read, rule_text, composite, make_snapshot, make_governor, known):
    asked = known(999, "0x11111111")
    rules = book(read(composite('not finding("TST-001")')), read(rule_text()))
    outcome, _ = judge(make_snapshot(governors=[make_governor(voting_delay_seconds=asked)]), rules)
    assert (outcome.status, outcome.evidence) == (Status.FINDING, asked.evidence)


def test_asking_in_a_loop_leaves_the_loop_as_it_was(
    read, rule_text, composite, make_snapshot, make_governor, make_contract, known
):
    """The rule that is asked is undecided, so it is written out in the middle, with a loop of its own."""
    levels = "[{severity: high, where: ['any(g.voting_delay_seconds < 100 for g in dao.governors)']}]"
    asked = rule_text(levels=levels, message="Some.", tests=TESTS.replace("low", "high"))
    line = 'count(g for g in dao.governors if not passed("TST-001") and g.chain_id == 1) == 3'
    rules = book(
        read(composite(f"'{line} or finding(\"TST-001\")'")), replace(read(asked), tests=()), read(_other(rule_text))
    )
    governors = [make_governor(FIRST), make_governor(SECOND), make_governor(THIRD)]
    outcomes = _by_subject(judge(make_snapshot(governors=governors), rules))
    assert [one.status for one in outcomes] == [Status.UNKNOWN] * 3
    assert all(one.reason.count("TST-001") == 1 for one in outcomes)


def _other(rule_text):
    return rule_text(id="TST-009")


@pytest.mark.parametrize(
    ("delay", "least", "status"),
    [
        (5, "high", Status.FINDING),
        (150, "high", Status.PASS),
        (150, "medium", Status.FINDING),
        (999, "medium", Status.PASS),
        (None, "medium", Status.UNKNOWN),
        (None, "critical", Status.PASS),
    ],
)
def test_how_bad_it_is(delay, least, status, read, rule_text, composite, make_snapshot, make_governor, known):
    facts = {} if delay is None else {"voting_delay_seconds": known(delay)}
    line = f'severity_at_least("TST-001", "{least}")'
    rules = book(read(composite(line)), read(rule_text()))
    outcome, _ = judge(make_snapshot(governors=[make_governor(**facts)]), rules)
    assert outcome.status is status


def test_a_level_that_stayed_open_may_be_as_bad(read, rule_text, composite, make_snapshot, make_governor, known):
    levels = (
        "[{severity: high, where: [governor.voting_period_seconds < 5]},"
        " {severity: medium, where: [governor.voting_delay_seconds < 100]}]"
    )
    asked = rule_text(levels=levels, tests=TESTS.replace("expect: low", "expect: medium"))
    rules = book(
        read(composite('severity_at_least("TST-001", "high")')),
        read(composite('severity_at_least("TST-001", "medium")', number=9)),
        read(asked),
    )
    outcomes = judge(make_snapshot(governors=[make_governor(voting_delay_seconds=known(5))]), rules)
    assert [(one.status, one.severity) for one in outcomes] == [
        (Status.UNKNOWN, None),
        (Status.FINDING, Severity.MEDIUM),
        (Status.FINDING, Severity.LOW),
    ]


def test_a_rule_that_did_not_run_leaves_it_open(read, composite, make_snapshot, make_governor):
    (outcome,) = judge(make_snapshot(governors=[make_governor()]), book(read(composite('finding("TST-001")'))))
    assert (outcome.status, outcome.on_chain_gap) == (Status.UNKNOWN, False)
    assert "TST-001: the rule did not run" in outcome.reason


def test_where_subjects_may_be_missing_each_one_still_has_its_own_answer(
    read, rule_text, composite, make_snapshot, make_governor, known
):
    """The outcome for those that were not found stands in the middle of the others."""
    found = tuple(
        make_governor(address, voting_delay_seconds=known(delay))
        for address, delay in ((FIRST, 999), (SECOND, 5), (THIRD, 999))
    )
    governors = Collection(items=found, complete=False, reason="limit")
    rules = book(read(composite('finding("TST-001")')), read(rule_text()))
    outcomes = {one.subject.id: one.status for one in _by_subject(judge(make_snapshot(governors=governors), rules))}
    by_address = {
        address: status for subject, status in outcomes.items() for address in (SECOND, THIRD) if address in subject
    }
    assert by_address == {SECOND: Status.FINDING, THIRD: Status.PASS}
    assert Status.UNKNOWN in outcomes.values()


def test_composites_of_composites_run_after_what_they_ask(
    read, rule_text, composite, make_snapshot, make_governor, known
):
    rules = book(
        read(composite('finding("TST-009")')), read(composite('finding("TST-001")', number=9)), read(rule_text())
    )
    outcomes = judge(make_snapshot(governors=[make_governor(voting_delay_seconds=known(5))]), rules)
    assert [one.status for one in outcomes] == [Status.FINDING] * 3
    assert outcomes[0].evidence == outcomes[2].evidence == outcomes[1].evidence


def test_rules_that_ask_each_other_are_refused(write_pack, rule_text, composite):
    def one(number: int, asks: str) -> str:
        tests = TESTS.replace("TST-001", asks)
        return composite(f'finding("{asks}")', number=number, name=f"both-{number}", tests=tests)

    texts = {"both_3": one(3, "TST-004"), "both_4": one(4, "TST-003")}
    with pytest.raises(RuleError, match="TST-003 -> TST-004 -> TST-003"):
        load_rulebook([write_pack(delay_short=rule_text(), **texts)])


def test_a_rule_about_another_kind_of_subject_cannot_be_asked(write_pack, rule_text, composite):
    tests = (
        "[{name: a, facts: {timelock.min_delay_seconds: 5}, expect: low},"
        " {name: b, facts: {timelock.min_delay_seconds: 500}, expect: pass}, {name: c, expect: unknown}]"
    )
    other = composite("timelock.min_delay_seconds < 10", number=5, name="both-5", subject="timelock", tests=tests)
    asks = composite('finding("TST-005")', number=6, name="both-6", tests=TESTS.replace("TST-001", "TST-005"))
    with pytest.raises(RuleError, match="TST-005 is about timelock") as caught:
        load_rulebook([write_pack(both_5=other, both_6=asks)])
    assert "a rule about governor asks rules about governor, dao and membership" in caught.value.hint


def test_a_message_prints_facts_and_no_outcomes(read, composite):
    with pytest.raises(RuleError, match="cannot be asked here"):
        read(composite('finding("TST-001")', message="'{finding(\"TST-001\")}'"))
