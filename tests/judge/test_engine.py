"""Rules on a snapshot: the five outcomes, levels, evidence, gaps."""

from __future__ import annotations

import dataclasses

import pytest

from scanner.judge.engine import judge
from scanner.judge.rule import Pack, Rulebook
from scanner.model.observation import Collection, Reason, Unknown
from scanner.model.outcome import Severity, Status

OTHER = "0x" + "22" * 20


def book(*rules):
    pack = Pack("pack", ("TST",), "1", "1", tuple(rules), "00")
    return Rulebook((pack,), tuple(sorted(rules, key=lambda rule: rule.id)))


@pytest.mark.parametrize(
    ("delay", "status", "severity"),
    [
        (12, Status.FINDING, Severity.HIGH),
        (150, Status.FINDING, Severity.MEDIUM),
        (200, Status.PASS, None),
        (None, Status.UNKNOWN, None),
    ],
)
def test_levels(delay, status, severity, read, rule_text, make_snapshot, make_governor, known):
    facts = {} if delay is None else {"voting_delay_seconds": known(delay)}
    (outcome,) = judge(make_snapshot(governors=[make_governor(**facts)]), book(read(rule_text())))
    assert (outcome.status, outcome.severity) == (status, severity)


def test_finding_shows_values_and_evidence(read, rule_text, make_snapshot, make_governor, known):
    fact = known(12, "0x11223344")
    (outcome,) = judge(make_snapshot(governors=[make_governor(voting_delay_seconds=fact)]), book(read(rule_text())))
    assert outcome.message == "Voting opens after 12 s."
    assert outcome.evidence == fact.evidence
    (condition,) = outcome.conditions
    assert condition.text == "governor.voting_delay_seconds < 100"
    assert condition.result == "true"
    assert condition.values == (("governor.voting_delay_seconds", "12"),)


def test_unknown_names_the_fact_and_its_reason(read, rule_text, make_snapshot, make_governor):
    (outcome,) = judge(make_snapshot(governors=[make_governor()]), book(read(rule_text())))
    assert outcome.status is Status.UNKNOWN
    assert outcome.reason == "governor.voting_delay_seconds: node-error (the node is down)"
    assert outcome.on_chain_gap
    assert outcome.undecided_severity is Severity.HIGH
    assert outcome.conditions[0].result == "unknown"


def test_missing_off_chain_facts_are_no_gap(read, rule_text, make_snapshot, make_governor):
    fact = Unknown(reason=Reason.OFF_CHAIN, detail="nobody said")
    (outcome,) = judge(make_snapshot(governors=[make_governor(voting_delay_seconds=fact)]), book(read(rule_text())))
    assert outcome.status is Status.UNKNOWN
    assert not outcome.on_chain_gap


def test_higher_level_left_open_makes_it_at_least(read, rule_text, make_snapshot, make_governor, known):
    levels = (
        "[{severity: critical, where: [governor.voting_period_seconds < 5]},"
        " {severity: low, where: [governor.voting_delay_seconds < 100]}]"
    )
    tests = (
        "[{name: a, facts: {governor.voting_delay_seconds: 5}, expect: low},"
        " {name: b, facts: {governor.voting_delay_seconds: 500, governor.voting_period_seconds: 9}, expect: pass},"
        " {name: c, facts: {}, expect: unknown}]"
    )
    rule = read(rule_text(levels=levels, tests=tests))
    (outcome,) = judge(make_snapshot(governors=[make_governor(voting_delay_seconds=known(12))]), book(rule))
    assert (outcome.status, outcome.severity) == (Status.FINDING, Severity.LOW)
    assert outcome.at_least
    assert outcome.undecided_severity is Severity.CRITICAL
    assert outcome.on_chain_gap
    assert "voting_period_seconds" in outcome.reason


@pytest.mark.parametrize(("kind", "status"), [("token-vote", Status.PASS), ("nft-vote", Status.NOT_APPLICABLE)])
def test_applies(kind, status, read, rule_text, make_snapshot, make_governor, known):
    rule = read(rule_text(applies="[governor.kind == 'token-vote']"))
    governor = make_governor(voting_delay_seconds=known(999), kind=known(kind))
    (outcome,) = judge(make_snapshot(governors=[governor]), book(rule))
    assert outcome.status is status


def test_applies_unknown_is_unknown(read, rule_text, make_snapshot, make_governor, known):
    rule = read(rule_text(applies="[governor.kind == 'token-vote']"))
    (outcome,) = judge(make_snapshot(governors=[make_governor(voting_delay_seconds=known(999))]), book(rule))
    assert outcome.status is Status.UNKNOWN
    assert outcome.undecided_severity is Severity.HIGH


@pytest.mark.parametrize(("complete", "status"), [(True, Status.NOT_APPLICABLE), (False, Status.UNKNOWN)])
def test_no_subjects(complete, status, read, rule_text, make_snapshot):
    governors = Collection(items=(), complete=complete, reason="" if complete else "logs could not be read")
    (outcome,) = judge(make_snapshot(governors=governors), book(read(rule_text())))
    assert outcome.status is status
    assert outcome.subject.kind == "dao"
    assert outcome.on_chain_gap is not complete


def test_subjects_that_may_be_missing_are_unknown(read, rule_text, make_snapshot, make_governor, known):
    found = (make_governor(voting_delay_seconds=known(999)),)
    governors = Collection(items=found, complete=False, reason="limit")
    outcomes = judge(make_snapshot(governors=governors), book(read(rule_text())))
    assert [one.status for one in outcomes] == [Status.PASS, Status.UNKNOWN]


def test_exception_in_a_rule_is_an_outcome_and_the_rest_goes_on(read, rule_text, make_snapshot, make_governor, known):
    def fail(at):
        raise RuntimeError("broken")

    good = read(rule_text())
    line = dataclasses.replace(good.levels[0].where[0], closure=fail)
    bad = dataclasses.replace(good, id="TST-000", levels=(dataclasses.replace(good.levels[0], where=(line,)),))
    snapshot = make_snapshot(governors=[make_governor(voting_delay_seconds=known(5))])
    first, second = judge(snapshot, book(bad, good))
    assert first.status is Status.ERROR
    assert first.reason == "delay-short.yaml:2: RuntimeError: broken"
    assert first.undecided_severity is Severity.HIGH
    assert second.status is Status.FINDING


def test_relation_to_the_contract_at_the_address(read, rule_text, make_snapshot, make_governor, make_contract, known):
    levels = "[{severity: high, where: ['governor.contract.verification == \"not-verified\"']}]"
    tests = (
        "[{name: a, facts: {governor.contract.verification: not-verified}, expect: high},"
        " {name: b, facts: {governor.contract.verification: exact}, expect: pass}, {name: c, expect: unknown}]"
    )
    rule = read(rule_text(levels=levels, tests=tests, message="It is {governor.contract.verification}."))
    governors = [make_governor(), make_governor(OTHER)]
    contract = make_contract(verification=known("not-verified"))
    first, second = judge(make_snapshot(governors=governors, contracts=[contract]), book(rule))
    assert (first.status, first.message) == (Status.FINDING, "It is not-verified.")
    assert second.status is Status.UNKNOWN
    assert "no contract in scope at this address" in second.reason


def test_rule_about_outcomes(read, rule_text, make_snapshot, make_governor, known):
    tests = (
        "[{name: a, outcomes: {TST-001: finding}, expect: high},"
        " {name: b, outcomes: {TST-001: pass}, expect: pass}, {name: c, expect: unknown}]"
    )
    levels = "[{severity: high, where: ['finding(\"TST-001\")']}]"
    composite = read(rule_text(id="TST-000", subject="dao", levels=levels, tests=tests, message="Both."))
    for delay, status in ((5, Status.FINDING), (999, Status.PASS), (None, Status.UNKNOWN)):
        facts = {} if delay is None else {"voting_delay_seconds": known(delay)}
        snapshot = make_snapshot(governors=[make_governor(**facts)])
        outcome = judge(snapshot, book(composite, read(rule_text())))[0]
        assert (outcome.rule_id, outcome.status) == ("TST-000", status)


def test_plain_fields_carry_the_evidence_of_their_record(read, rule_text, make_snapshot, make_governor):
    levels = "[{severity: high, where: [governor.chain_id == 1]}]"
    tests = (
        "[{name: a, facts: {governor.chain_id: 1}, expect: high},"
        " {name: b, facts: {governor.chain_id: 2}, expect: pass}, {name: c, expect: unknown}]"
    )
    governor = make_governor()
    (outcome,) = judge(make_snapshot(governors=[governor]), book(read(rule_text(levels=levels, tests=tests))))
    assert outcome.evidence == governor.evidence


def test_step_budget_ends_in_an_error_outcome(read, rule_text, make_snapshot, make_governor):
    nested = (
        "any(any(any(a.chain_id + b.chain_id + c.chain_id == 4 for c in dao.governors) for b in dao.governors)"
        " for a in dao.governors)"
    )
    tests = (
        "[{name: a, facts: {dao.governors: [{chain_id: 1}, {chain_id: 2}]}, expect: high},"
        " {name: b, facts: {dao.governors: []}, expect: pass}, {name: c, expect: unknown}]"
    )
    levels = f"[{{severity: high, where: ['{nested}']}}]"
    rule = read(rule_text(subject="dao", levels=levels, tests=tests, message="Much."))
    governors = [make_governor(f"0x{number:040x}") for number in range(80)]
    (outcome,) = judge(make_snapshot(governors=governors), book(rule))
    assert outcome.status is Status.ERROR
    assert "too many" in outcome.reason


def test_outcomes_are_sorted_and_repeatable(read, rule_text, make_snapshot, make_governor, known):
    governors = [make_governor(OTHER, voting_delay_seconds=known(5)), make_governor(voting_delay_seconds=known(999))]
    snapshot = make_snapshot(governors=governors)
    rules = book(read(rule_text(id="TST-009")), read(rule_text()))
    first = judge(snapshot, rules)
    keys = [(one.rule_id, one.subject.id) for one in first]
    assert keys == sorted(keys)
    assert list(judge(snapshot, rules)) == list(first)


@pytest.mark.parametrize(
    ("reason", "gap"), [(Reason.NOT_VERIFIED, False), (Reason.ANALYSIS_FAILED, True), (Reason.OFF_CHAIN, False)]
)
def test_partial_collection_of_code_facts(reason, gap, read, rule_text, make_snapshot, make_contract):
    """Unverified code is no gap of the scan; an analysis that failed is one."""
    levels = "[{severity: high, where: ['any(hit.impact == \"high\" for hit in contract.code.detectors)']}]"
    tests = (
        "[{name: a, facts: {contract.code.detectors: [{impact: high}]}, expect: high},"
        " {name: b, facts: {contract.code.detectors: []}, expect: pass}, {name: c, expect: unknown}]"
    )
    rule = read(rule_text(subject="contract", levels=levels, tests=tests, message="A detector speaks."))
    (outcome,) = judge(make_snapshot(contracts=[make_contract(reason=reason)]), book(rule))
    assert outcome.status is Status.UNKNOWN
    assert outcome.on_chain_gap is gap
    assert "contract.code.detectors: not complete (no source)" in outcome.reason
