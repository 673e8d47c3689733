"""Findings, dimensions, scenarios, exit codes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from scanner.judge.assess import assess, evidence_class, exit_code
from scanner.judge.engine import judge
from scanner.judge.rule import Pack, Rulebook
from scanner.judge.scenarios import Scenarios, collect_scenarios, load_scenarios, read_scenario
from scanner.model.errors import RuleError
from scanner.model.evidence import LogEvidence, SourceEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.outcome import Dimension, Relation, ScenarioState, Severity, Status

SCENARIO = """\
schema: 1
id: MS-12
name: capture
title: Capture of a treasury
description: A few could decide for all.
needs: ['finding("TST-001")']
exercised_when: ['finding_at("TST-001", "exercised")']
would_change: [A longer delay.]
legitimate_use: Small groups decide fast.
"""
STAGED = (
    "[{stage: exercised, where: [governor.voting_delay_seconds < 10]},"
    " {stage: configured, where: [governor.voting_delay_seconds < 100]},"
    " {stage: present, where: [governor.voting_delay_seconds < 1000]}]"
)
STAGED_TESTS = (
    "[{name: a, facts: {governor.voting_delay_seconds: 5}, expect: exercised},"
    " {name: b, facts: {governor.voting_delay_seconds: 5000}, expect: pass}, {name: c, expect: unknown}]"
)


def scenario(text=SCENARIO):
    return read_scenario(text, Path("MS-12.yaml"))


def book(*rules):
    return Rulebook((Pack("pack", ("TST",), "1", "1", tuple(rules), "00"),), tuple(rules))


@pytest.fixture
def run(make_snapshot, make_governor, known):
    """Assess a snapshot whose governors have these voting delays; None: unreadable."""

    def go(*rules, delays=(5,), text=SCENARIO, reason=Reason.NODE_ERROR):
        governors = [
            make_governor(
                f"0x{number + 1:040x}",
                voting_delay_seconds=Unknown(reason=reason) if delay is None else known(delay),
            )
            for number, delay in enumerate(delays)
        ]
        snapshot = make_snapshot(governors=governors)
        rulebook = book(*rules)
        return assess(snapshot, judge(snapshot, rulebook), rulebook, Scenarios((scenario(text),), "11"))

    return go


def test_finding(run, read, rule_text):
    assessment = run(read(rule_text()))
    (finding,) = assessment.findings
    assert finding.severity is Severity.HIGH
    assert finding.scenarios[0].relation is Relation.ENABLES
    assert finding.legitimate_use == "Small groups decide fast."
    assert finding.evidence
    assert len(finding.fingerprint) == 64
    assert assessment.digests == (("rules/pack", "00"), ("rules/scenarios", "11"))


def test_fingerprint_stays_when_words_severity_and_values_change(run, read, rule_text):
    first = run(read(rule_text())).findings[0]
    other = run(read(rule_text(message="Otherwise.", title="Other")), delays=(150,)).findings[0]
    assert (first.severity, other.severity) == (Severity.HIGH, Severity.MEDIUM)
    assert first.fingerprint == other.fingerprint
    assert run(read(rule_text(id="TST-002"))).findings[0].fingerprint != first.fingerprint


def test_findings_are_sorted_worst_first(run, read, rule_text):
    low = read(
        rule_text(
            id="TST-000",
            levels="[{severity: low, where: [governor.voting_delay_seconds < 900]}]",
            tests=STAGED_TESTS.replace("exercised", "low"),
        )
    )
    findings = run(low, read(rule_text()), delays=(150, 5)).findings
    assert [(one.severity, one.rule_id) for one in findings] == [
        (Severity.HIGH, "TST-001"),
        (Severity.MEDIUM, "TST-001"),
        (Severity.LOW, "TST-000"),
        (Severity.LOW, "TST-000"),
    ]
    assert findings[2].subject.id < findings[3].subject.id


def test_mitigations(run, read, rule_text):
    rule = read(rule_text(mitigated_by="[TST-002, TST-003, TST-004, TST-099]"))
    tests = STAGED_TESTS.replace("exercised", "high")
    never = "[{severity: high, where: [governor.voting_delay_seconds > 9000]}]"
    always = "[{severity: high, where: [governor.voting_delay_seconds < 9000]}]"
    passing = read(rule_text(id="TST-002", title="A risk", levels=never, tests=tests))
    protective = read(
        rule_text(id="TST-003", dimension="membership", levels=STAGED, tests=STAGED_TESTS, message="Members can leave.")
    )
    failing = read(rule_text(id="TST-004", levels=always, tests=tests))
    finding = next(one for one in run(rule, passing, protective, failing).findings if one.rule_id == "TST-001")
    assert finding.mitigations == (
        "TST-002: “A risk” was checked and is not the case here",
        "TST-003: Members can leave.",
    )


def test_evidence_class_is_the_weakest():
    at = {"chain_id": 1, "block_number": 1, "block_hash": "0x00", "address": "0x" + "11" * 20}
    log = LogEvidence(**at, transaction_hash="0x00", log_index=0, topics=(), data="0x")
    source = SourceEvidence(**at, source_id="a", file="a", first_line=1, last_line=1, file_sha256="0x00")
    assert evidence_class("E1", ()) == "E1"
    assert evidence_class("E1", (source, log)) == "E4"
    assert evidence_class("E8", (log,)) == "E8"


def test_dimensions(run, read, rule_text):
    described = read(
        rule_text(id="TST-002", dimension="anonymity", levels=STAGED, tests=STAGED_TESTS, title="A feature")
    )
    assessment = run(read(rule_text()), described, delays=(5, 999, None))
    cells = {cell.dimension: cell for cell in assessment.dimensions}
    assert list(cells) == list(Dimension)
    cell = cells[Dimension.RESPONSE_TIME]
    assert (cell.worst, cell.findings, cell.passes, cell.unknowns) == (Severity.HIGH, 1, 1, 1)
    assert cell.worst_title == "The delay is short"
    assert cell.worst_undecided is Severity.HIGH
    described_cell = cells[Dimension.ANONYMITY]
    assert described_cell.descriptive
    assert described_cell.worst is None
    assert described_cell.stages == ("A feature (exercised)", "A feature (present)")
    assert cells[Dimension.TOKEN].worst is None
    assert cells[Dimension.TOKEN].passes == 0


@pytest.mark.parametrize(
    ("delays", "fail_on", "allow", "code"),
    [
        ((5,), Severity.HIGH, False, 1),
        ((150,), Severity.HIGH, False, 0),
        ((150,), Severity.MEDIUM, False, 1),
        ((999,), Severity.INFO, False, 0),
        ((None,), Severity.HIGH, False, 3),
        ((None,), Severity.HIGH, True, 0),
        ((None,), Severity.CRITICAL, False, 0),
        ((5, None), Severity.HIGH, False, 1),
        ((), Severity.HIGH, False, 0),
    ],
)
def test_exit_code(delays, fail_on, allow, code, run, read, rule_text):
    assert exit_code(run(read(rule_text()), delays=delays), fail_on, allow_incomplete=allow) == code


def test_off_chain_gaps_and_unstable_rules_do_not_make_it_incomplete(run, read, rule_text):
    off_chain = run(read(rule_text()), delays=(None,), reason=Reason.OFF_CHAIN)
    assert off_chain.outcomes[0].status is Status.UNKNOWN
    assert exit_code(off_chain, Severity.HIGH) == 0
    young = run(read(rule_text(status="experimental")), delays=(None,))
    assert exit_code(young, Severity.HIGH) == 0


def test_open_higher_level_beside_a_finding_is_incomplete(read, rule_text, make_snapshot, make_governor, known):
    levels = (
        "[{severity: critical, where: [governor.voting_period_seconds < 5]},"
        " {severity: low, where: [governor.voting_delay_seconds < 100]}]"
    )
    rule = read(rule_text(levels=levels, tests=STAGED_TESTS.replace("exercised", "low")))
    snapshot = make_snapshot(governors=[make_governor(voting_delay_seconds=known(5))])
    assessment = assess(snapshot, judge(snapshot, book(rule)), book(rule), Scenarios((), ""))
    assert assessment.findings[0].severity is Severity.LOW
    assert exit_code(assessment, Severity.HIGH) == 3
    assert exit_code(assessment, Severity.LOW) == 1


@pytest.mark.parametrize(
    ("delay", "state"),
    [
        (5, ScenarioState.EXERCISED),
        (50, ScenarioState.ENABLED),
        (500, ScenarioState.NOT_ENABLED),
        (5000, ScenarioState.NOT_ENABLED),
        (None, ScenarioState.NOT_ASSESSABLE),
    ],
)
def test_scenario_states(delay, state, run, read, rule_text):
    rule = read(rule_text(dimension="anonymity", levels=STAGED, tests=STAGED_TESTS))
    (found,) = run(rule, delays=(delay,)).scenarios
    assert found.state is state
    assert len(found.facilitators) == (1 if delay in (5, 50, 500) else 0)
    assert len(found.limits) == (1 if delay == 5000 else 0)
    if delay == 500:
        assert "for information" in found.facilitators[0].text
    if delay is None:
        assert "voting_delay_seconds: node-error" in found.reason
        assert "TST-001" in found.reason


def test_facilitated_without_what_it_needs(run, read, rule_text):
    needed = read(
        rule_text(
            levels="[{severity: high, where: [governor.voting_delay_seconds > 9000]}]",
            tests=STAGED_TESTS.replace("exercised", "high"),
        )
    )
    helping = read(rule_text(id="TST-002", scenarios="[{id: MS-12, relation: facilitates}]"))
    (found,) = run(needed, helping).scenarios
    assert found.state is ScenarioState.FACILITATED
    assert [one.rule_id for one in found.facilitators] == ["TST-002"]
    assert [(one.rule_id, one.status) for one in found.limits] == [("TST-001", Status.PASS)]


def test_a_mitigating_finding_does_not_facilitate(run, read, rule_text):
    needed = read(
        rule_text(
            levels="[{severity: high, where: [governor.voting_delay_seconds > 9000]}]",
            tests=STAGED_TESTS.replace("exercised", "high"),
            scenarios="[]",
        )
    )
    protective = read(rule_text(id="TST-002", scenarios="[{id: MS-12, relation: mitigates}]"))
    (found,) = run(needed, protective).scenarios
    assert found.state is ScenarioState.NOT_ENABLED
    assert [one.rule_id for one in found.limits] == ["TST-002"]


def test_passes_are_one_sentence_and_only_when_nothing_is_open(run, read, rule_text):
    rule = read(rule_text())
    (found,) = run(rule, delays=(999, 999)).scenarios
    assert [one.subject.kind for one in found.limits] == ["dao"]
    assert "any of 2 subjects" in found.limits[0].text
    (open_,) = run(rule, delays=(999, None)).scenarios
    assert open_.limits == ()


def test_missing_rule_leaves_a_scenario_not_assessable(run, read, rule_text):
    (found,) = run(read(rule_text(id="TST-002"))).scenarios
    assert found.state is ScenarioState.NOT_ASSESSABLE
    assert "the rule did not run" in found.reason


def test_exercise_that_cannot_be_known(run, read, rule_text):
    text = SCENARIO.replace('finding_at("TST-001", "exercised")', 'finding("TST-002")')
    unread = read(
        rule_text(
            id="TST-002",
            levels="[{severity: high, where: [governor.voting_period < 5]}]",
            tests=STAGED_TESTS.replace("exercised", "high").replace("voting_delay_seconds", "voting_period"),
        )
    )
    (found,) = run(read(rule_text()), unread, text=text).scenarios
    assert found.state is ScenarioState.ENABLED
    assert "not known" in found.reason


def test_out_of_scope(run, read, rule_text):
    text = SCENARIO.replace("needs: ['finding(\"TST-001\")']\n", "out_of_scope: Content is not read.\n")
    text = text.replace('exercised_when: [\'finding_at("TST-001", "exercised")\']\n', "content_note: No content.\n")
    (found,) = run(read(rule_text()), text=text).scenarios
    assert found.state is ScenarioState.NOT_ASSESSABLE
    assert found.reason == "Content is not read."
    assert found.description.endswith("No content.")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("name: capture", "nam: capture", "unknown key 'nam'"),
        ("id: MS-12", "id: MS-13", "but the file"),
        ("needs: ['finding(\"TST-001\")']", "needs: ['dao.list_count > 1']", "unknown name 'dao'"),
        ("needs: ['finding(\"TST-001\")']", "needs: []", "at least 1"),
        ("legitimate_use: Small groups decide fast.\n", "", "no 'legitimate_use'"),
        ("needs:", "out_of_scope: Content.\nneeds:", "needs nothing"),
    ],
)
def test_scenario_errors(old, new, what):
    assert old in SCENARIO
    with pytest.raises(RuleError, match=what):
        scenario(SCENARIO.replace(old, new))


def test_scenario_folder(tmp_path):
    (tmp_path / "MS-12.yaml").write_text(SCENARIO)
    assert [one.id for one in load_scenarios(tmp_path).items] == ["MS-12"]
    (tmp_path / "MS-13.yaml").write_text(SCENARIO.replace("MS-12", "MS-13"))
    found, errors = collect_scenarios(tmp_path)
    assert len(found) == 1
    assert "used twice" in errors[0].what
    with pytest.raises(RuleError, match="no such folder"):
        load_scenarios(tmp_path / "none")


def test_known_without_evidence_rests_on_its_record(run, read, rule_text, make_snapshot, make_governor):
    governor = make_governor(voting_delay_seconds=Known(value=5, evidence=(), derivation="a constant"))
    (outcome,) = judge(make_snapshot(governors=[governor]), book(read(rule_text())))
    assert outcome.evidence == governor.evidence


def test_stage_that_may_still_rise_leaves_a_scenario_open(read, rule_text, make_snapshot, make_governor, known):
    """Present is for information, but here the configured level could not be decided."""
    levels = (
        "[{stage: configured, where: [governor.voting_period_seconds < 5]},"
        " {stage: present, where: [governor.voting_delay_seconds < 1000]}]"
    )
    rule = read(rule_text(dimension="anonymity", levels=levels, tests=STAGED_TESTS.replace("exercised", "present")))
    for facts, state in (
        ({}, ScenarioState.NOT_ASSESSABLE),
        ({"voting_period_seconds": known(9)}, ScenarioState.NOT_ENABLED),
        ({"voting_period_seconds": known(1)}, ScenarioState.ENABLED),
    ):
        snapshot = make_snapshot(governors=[make_governor(voting_delay_seconds=known(5), **facts)])
        rulebook = book(rule)
        (found,) = assess(snapshot, judge(snapshot, rulebook), rulebook, Scenarios((scenario(),), "")).scenarios
        assert found.state is state


def test_rule_in_error_is_incomplete(run, read, rule_text):
    def fail(at):
        raise RuntimeError("broken")

    good = read(rule_text())
    line = dataclasses.replace(good.levels[0].where[0], closure=fail)
    bad = dataclasses.replace(good, levels=(dataclasses.replace(good.levels[0], where=(line,)),))
    assessment = run(bad)
    assert assessment.outcomes[0].status is Status.ERROR
    assert exit_code(assessment, Severity.HIGH) == 3
    assert exit_code(assessment, Severity.CRITICAL) == 0
    assert run(dataclasses.replace(bad, status="experimental")).rules[0].status == "experimental"
    assert exit_code(run(dataclasses.replace(bad, status="experimental")), Severity.HIGH) == 0
