"""Frameworks: evidence for, evidence against, not assessable."""

from __future__ import annotations

import pytest

from scanner.content import rules_dir
from scanner.judge.assess import assess
from scanner.judge.engine import judge
from scanner.judge.kit import KitOptions, apply_kit, load_kit
from scanner.judge.rules import load_rulebook
from scanner.judge.scenarios import load_scenarios
from scanner.model.errors import RuleError, UsageError
from scanner.model.kit import CriterionState
from scanner.model.observation import Collection

HEAD = """\
schema: 1
id: desk
title: Desk
authority: A desk
document: Its book, 2026
references: [Its book]
grades: [bad, poor]
criteria:
"""
DELAY = """\
  - id: delay
    title: Delay
    question: Is there time?
    source: Page 1
    for: ['passed("TST-001")']
    against:
      - {when: 'severity_at_least("TST-001", "high")', grade: bad}
      - {when: 'finding("TST-001") and not severity_at_least("TST-001", "high")', grade: poor, says: There is little.}
    cannot_see: Whether anybody looks.
"""
QUORUM = """\
  - id: quorum
    title: Quorum
    question: Is the quorum high?
    source: Page 2
    for: ['passed("TST-002")']
    against: ['finding("TST-002")', 'finding("TST-001")']
    cannot_see: Votes elsewhere.
"""
AUDIT = """\
  - {id: audit, title: Audit, question: Was it audited?, source: Page 3, cannot_see: Reports.}
"""
STAGES = """\
stages:
  - {name: One, title: Nothing bad, without: [bad], except: [audit]}
  - {name: Two, title: Nothing poor, without: [bad, poor], except: [audit]}
  - {name: Three, title: Everything, without: [bad, poor]}
"""


@pytest.fixture
def desk(run, rules):
    def go(*governors, criteria=DELAY, text=None, **options):
        (rules / "frameworks" / "desk.yaml").write_text(text or HEAD + criteria)
        return run(*governors, frameworks=("desk",), **options).frameworks[0]

    return go


@pytest.mark.parametrize(
    ("delays", "state"),
    [
        ((500,), CriterionState.FOR),
        ((5,), CriterionState.AGAINST),
        ((None,), CriterionState.NOT_ASSESSABLE),
        ((500, None), CriterionState.NOT_ASSESSABLE),
        ((5, None), CriterionState.AGAINST),
        ((), CriterionState.NOTHING),
    ],
)
def test_states(desk, delays, state):
    assert desk(*((delay, 500) for delay in delays)).criteria[0].state is state


def test_both_sides(desk):
    (criterion,) = desk((5, 500), criteria=QUORUM).criteria
    assert criterion.state is CriterionState.BOTH
    assert [line.condition for line in criterion.evidence_for] == ['passed("TST-002")']
    assert [line.condition for line in criterion.evidence_against] == ['finding("TST-001")']
    assert [line.condition for line in criterion.looked_at] == ['finding("TST-002")']


def test_what_is_behind(desk):
    (criterion,) = desk((5, 500), (150, 500)).criteria
    high, medium = criterion.evidence_against[0].behind
    assert (high.rule_id, high.status, high.severity, medium.severity) == ("TST-001", "finding", "high", "medium")
    assert high.fingerprint
    assert high.message == "Voting opens after 5 s."
    assert criterion.evidence_against[0].grade == "bad"
    (passed,) = desk((500, 500), (600, 500)).criteria[0].evidence_for[0].behind
    assert (passed.status, passed.subject, passed.fingerprint) == ("pass", "2 subjects", "")


def test_unknown_is_never_for(desk):
    (criterion,) = desk((None, None), criteria=QUORUM).criteria
    assert criterion.state is CriterionState.NOT_ASSESSABLE
    assert criterion.evidence_for == ()
    assert all("node-error" in line.reason for line in criterion.undecided)
    assert len(criterion.undecided) == 3


def test_a_rule_that_was_left_out(desk):
    (criterion,) = desk((500, 500), disable=("TST-001",)).criteria
    assert criterion.state is CriterionState.NOT_ASSESSABLE
    assert {one.status for line in criterion.undecided for one in line.behind} == {"disabled"}


def test_an_accepted_finding_is_evidence_all_the_same(desk, write):
    text = "schema: 1\nsuppressions: [{rule: TST-001, reason: It is being changed., expires: 2030-01-01}]\n"
    (criterion,) = desk((5, 500), suppressions=write("s.yaml", text)).criteria
    assert criterion.state is CriterionState.AGAINST
    assert criterion.evidence_against[0].behind[0].accepted


@pytest.mark.parametrize(
    ("delay", "results"),
    [
        (5, ["false", "false", "false"]),
        (150, ["true", "false", "false"]),
        (500, ["true", "true", "unknown"]),
        (None, ["unknown", "unknown", "unknown"]),
    ],
)
def test_stages(desk, delay, results):
    found = desk((delay, 500), text=HEAD + DELAY + AUDIT + STAGES)
    assert [stage.result for stage in found.stages] == results
    if delay == 5:
        assert found.stages[0].reason == "evidence against: Delay"
    if delay == 500:
        assert found.stages[2].reason == "not assessable: Audit"


def test_many_findings_are_counted(desk):
    (criterion,) = desk(*((5, 500) for _ in range(30))).criteria
    behind = criterion.evidence_against[0].behind
    assert (len(behind), behind[-1].subject) == (21, "10 more subjects")


def test_its_digest_is_an_input(run, rules):
    (rules / "frameworks" / "desk.yaml").write_text(HEAD + DELAY)
    assert "framework desk" in dict(run((5, 5), frameworks=("desk",)).digests)


def test_by_path_and_all(run, rules, write):
    (rules / "frameworks" / "desk.yaml").write_text(HEAD + DELAY)
    (rules / "frameworks" / "other.yaml").write_text((HEAD + DELAY).replace("id: desk", "id: other"))
    assert [one.id for one in run((5, 5), frameworks=("all",)).frameworks] == ["desk", "other"]
    mine = write("mine.yaml", (HEAD + QUORUM).replace("id: desk", "id: mine"))
    found = run((5, 5), frameworks=(str(mine), "desk", "desk")).frameworks
    assert [one.id for one in found] == ["mine", "desk"]
    with pytest.raises(UsageError, match="no framework 'dekc'") as caught:
        run((5, 5), frameworks=("dekc",))
    assert "desk" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "what", "place"),
    [
        (HEAD + DELAY.replace("TST-001", "TST-404", 1), "no rule TST-404", "13:12"),
        (HEAD + DELAY.replace("    cannot_see: Whether anybody looks.\n", ""), "has no 'cannot_see'", "9:5"),
        (HEAD + DELAY.replace("source: Page 1", "source: ''"), "'source' must be text", "12:13"),
        (HEAD + DELAY + DELAY, "two criteria have the id 'delay'", "18:5"),
        (HEAD + DELAY.replace("grade: bad", "grade: awful"), "'grade' cannot be 'awful'", "15:63"),
        (HEAD + DELAY + "stages: [{name: One, title: T, without: [awful]}]\n", "'awful' is not defined", "18:42"),
        (HEAD + DELAY + "stages: [{name: One, title: T, except: [audit]}]\n", "'audit' is not defined", "18:41"),
        (HEAD.replace("references: [Its book]", "references: []") + DELAY, "at least 1 item", "6:13"),
        (HEAD.replace("id: desk", "id: chair") + DELAY, "the framework is chair but the file", "2:5"),
        (
            HEAD + DELAY.replace("'passed(\"TST-001\")'", "'not known(membership.kind)'"),
            "known\\(\\) cannot be asked",
            "13:16",
        ),
        (HEAD + DELAY.replace("'passed(\"TST-001\")'", "7"), "a condition is text, or a mapping", "13:11"),
        ("schema: 1\nid: desk\n", "has no 'criteria'", "1:1"),
    ],
)
def test_refused(desk, text, what, place):
    with pytest.raises(RuleError, match=what) as caught:
        desk((5, 5), text=text)
    assert caught.value.where.endswith(f"desk.yaml:{place}")


def test_nothing_read_is_evidence_for_nothing(built_in, make_snapshot):
    """Built-in frameworks on a DAO of which nothing could be read; the chain's number alone is always known."""
    names = ("governors", "timelocks", "tokens", "safes", "contracts", "controls", "treasury", "proposals")
    partial = {name: Collection(items=(), complete=False, reason="node-error") for name in names}
    found = built_in(make_snapshot(**partial))
    assert len(found) >= 10
    speaking = {(framework.id, one.id) for framework in found for one in framework.criteria if one.evidence_for}
    assert speaking == {("defiscan", "chain")}
    assert {stage.result for framework in found for stage in framework.stages} == {"unknown"}


def test_where_there_is_nothing_no_stage_is_reached(built_in, make_snapshot):
    found = built_in(make_snapshot())
    assert {stage.result for framework in found for stage in framework.stages} == {"unknown"}


@pytest.fixture
def built_in():
    """Answer every built-in framework from a snapshot."""
    book, scenarios = load_rulebook([rules_dir()]), load_scenarios(rules_dir() / "scenarios")
    left, kit = load_kit(KitOptions(frameworks=("all",)), book, scenarios, [rules_dir()])

    def go(snapshot):
        return apply_kit(kit, snapshot, assess(snapshot, judge(snapshot, left), left, scenarios)).frameworks

    return go
