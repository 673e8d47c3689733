"""A reader's own policy, its verdicts and its exit codes."""

from __future__ import annotations

import pytest

from scanner.judge.assess import exit_code
from scanner.model.errors import RuleError
from scanner.model.kit import Verdict
from scanner.model.outcome import Severity

HEAD = "schema: 1\nid: mine\ntitle: Mine\n"
ONE = """\
criteria:
  - id: A
    title: Members have time
    fail_when: ['severity_at_least("TST-001", "high")']
    review_when: [{when: 'finding("TST-001")', says: There is little time.}]
"""
ACCEPT = "schema: 1\nsuppressions: [{rule: TST-001, reason: It is being changed., expires: 2030-01-01}]\n"


@pytest.fixture
def decide(run, write):
    def go(*governors, head=HEAD, criteria=ONE, **options):
        return run(*governors, policy=write("p.yaml", head + criteria), **options)

    return go


@pytest.mark.parametrize(
    ("delays", "verdict", "code"),
    [
        ((500,), Verdict.PASS, 0),
        ((150,), Verdict.REVIEW, 0),
        ((5,), Verdict.FAIL, 1),
        ((None,), Verdict.UNDECIDED, 3),
        ((150, None), Verdict.UNDECIDED, 3),
        ((5, None), Verdict.FAIL, 1),
        ((), Verdict.PASS, 0),
    ],
)
def test_verdicts(decide, delays, verdict, code):
    judged = decide(*((delay, 500) for delay in delays))
    assert (judged.policy.verdict, judged.policy.exit_code) == (verdict, code)
    assert exit_code(judged, Severity.INFO) == code
    assert exit_code(judged, Severity.INFO, allow_incomplete=True) == (0 if code == 3 else code)


def test_it_decides_in_place_of_fail_on(decide, run):
    assert exit_code(run((150, 5)), Severity.MEDIUM) == 1
    assert exit_code(decide((150, 5)), Severity.MEDIUM) == 0


def test_reasons(decide):
    (criterion,) = decide((150, 500)).policy.criteria
    assert criterion.reason == "There is little time."
    (criterion,) = decide((5, 500)).policy.criteria
    assert criterion.reason == "TST-001 The delay is short"
    assert criterion.fail_lines[0].behind[0].fingerprint
    (criterion,) = decide((None, 500)).policy.criteria
    assert criterion.reason.startswith("not decided: TST-001: governor.voting_delay_seconds: node-error")


@pytest.mark.parametrize(("word", "verdict", "code"), [("review", Verdict.REVIEW, 0), ("fail", Verdict.FAIL, 1)])
def test_when_undecided(decide, word, verdict, code):
    judged = decide((None, 500), criteria=f"{ONE}    when_undecided: {word}\n")
    assert (judged.policy.verdict, judged.policy.exit_code) == (verdict, code)


def test_unknown_cannot_be_a_pass(decide):
    with pytest.raises(RuleError, match="'when_undecided' cannot be 'pass'"):
        decide((None, 500), criteria=f"{ONE}    when_undecided: pass\n")


def test_the_worst_criterion_speaks_for_all(decide):
    second = "  - {id: B, title: Quorum, review_when: ['finding(\"TST-002\")']}\n"
    judged = decide((5, 5), criteria=ONE + second)
    assert [one.verdict for one in judged.policy.criteria] == [Verdict.FAIL, Verdict.REVIEW]
    assert judged.policy.verdict is Verdict.FAIL
    judged = decide((None, 5), criteria=ONE + second, head=f"{HEAD}exit_1_on: review\n")
    assert (judged.policy.verdict, judged.policy.exit_code) == (Verdict.UNDECIDED, 1)


def test_exit_1_on_review(decide):
    assert decide((150, 500), head=f"{HEAD}exit_1_on: review\n").policy.exit_code == 1


def test_accepted_findings(decide, write):
    judged = decide((5, 500), suppressions=write("s.yaml", ACCEPT))
    (criterion,) = judged.policy.criteria
    assert criterion.verdict is Verdict.ACCEPTED
    assert criterion.reason.endswith("Every finding that it rests on is accepted for now.")
    assert criterion.fail_lines[0].behind[0].accepted
    assert (judged.policy.verdict, judged.policy.exit_code) == (Verdict.ACCEPTED, 0)


def test_a_policy_may_refuse_them(decide, write):
    judged = decide((5, 500), head=f"{HEAD}suppressions: refused\n", suppressions=write("s.yaml", ACCEPT))
    assert (judged.policy.verdict, judged.policy.suppressions) == (Verdict.FAIL, "refused")


def test_one_accepted_finding_does_not_carry_another(decide, write):
    """The worse of two is accepted; what is left wants a person to look."""
    subject = "eip155:1:0x" + "0" * 39 + "1"
    text = ACCEPT.replace("rule: TST-001,", f"rule: TST-001, subject: '{subject}',")
    judged = decide((5, 500), (150, 500), suppressions=write("s.yaml", text))
    (criterion,) = judged.policy.criteria
    assert criterion.verdict is Verdict.REVIEW
    assert criterion.reason.endswith("Other findings that it rests on are accepted for now.")


def test_an_accepted_finding_is_no_pass(decide, write):
    """A criterion that asks for a pass does not get it from an acceptance."""
    criteria = "criteria: [{id: A, title: T, fail_when: ['not passed(\"TST-001\")']}]\n"
    judged = decide((5, 500), criteria=criteria, suppressions=write("s.yaml", ACCEPT))
    assert judged.policy.verdict is Verdict.FAIL


def test_its_digest_is_an_input(decide):
    assert "policy mine" in dict(decide((5, 500)).digests)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("schema: 2\n", "this engine reads schema 1"),
        (HEAD, "has no 'criteria'"),
        (f"{HEAD}criteria: [{{id: A, title: T}}]\n", "needs 'fail_when' or 'review_when'"),
        (f"{HEAD}criteria: [{{id: A, title: T, fail_when: ['finding(\"TST-404\")']}}]\n", "no rule TST-404"),
        (f"{HEAD}{ONE}  - {{id: A, title: T, fail_when: ['finding(\"TST-001\")']}}\n", "two criteria have the id 'A'"),
        (f"{HEAD}exit_1_on: pass\n{ONE}", "'exit_1_on' cannot be 'pass'"),
        (f"{HEAD}pass_when: x\n{ONE}", "unknown key 'pass_when'"),
    ],
)
def test_refused(run, write, text, what):
    with pytest.raises(RuleError, match=what):
        run((5, 5), policy=write("p.yaml", text))
