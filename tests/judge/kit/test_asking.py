"""The three functions that frameworks and policies have, and what their conditions may not do."""

from __future__ import annotations

import pytest

from scanner.model.errors import RuleError

POLICY = "schema: 1\nid: mine\ntitle: Mine\ncriteria:\n  - id: A\n    title: T\n    fail_when:\n      - '{}'\n"


@pytest.fixture
def ask(run, write):
    """Return "true", "false" or "unknown" for a condition, and why."""

    def go(condition, *governors, **options):
        judged = run(*governors, policy=write("p.yaml", POLICY.format(condition)), **options)
        (line,) = judged.policy.criteria[0].fail_lines
        return line.result, line.reason

    return go


@pytest.mark.parametrize(
    ("condition", "governors", "expected"),
    [
        ('severity_at_least("TST-001", "high")', [(5, 500)], "true"),
        ('severity_at_least("TST-001", "medium")', [(5, 500)], "true"),
        ('severity_at_least("TST-001", "high")', [(150, 500)], "false"),
        ('severity_at_least("TST-001", "high")', [(500, 500)], "false"),
        ('severity_at_least("TST-001", "high")', [(None, 500)], "unknown"),
        ('severity_at_least("TST-001", "high")', [(150, 500), (None, 500)], "unknown"),
        ('severity_at_least("TST-001", "critical")', [(None, 500)], "false"),
        ('severity_at_least("TST-001", "high")', [], "false"),
        ('dimension_at_least("capture", "high")', [(500, 5)], "true"),
        ('dimension_at_least("response-time", "critical")', [(5, 5)], "false"),
        ('dimension_at_least("capture", "high")', [(500, None)], "unknown"),
        ('scenario_at_least("MS-12", "enabled")', [(5, 500)], "true"),
        ('scenario_at_least("MS-12", "enabled-and-exercised")', [(5, 500)], "false"),
        ('scenario_at_least("MS-12", "facilitated")', [(500, 500)], "false"),
        ('scenario_at_least("MS-12", "facilitated")', [(None, 500)], "unknown"),
        ('finding("TST-001") and not passed("TST-002")', [(5, 5)], "true"),
        ("count(dao.governors) == 2", [(5, 5), (5, 5)], "true"),
        ("any(g.quorum_bps < 10 for g in dao.governors)", [(5, 5)], "true"),
        ("not known(membership.kind)", [(5, 5)], "true"),
    ],
)
def test_answers(ask, condition, governors, expected):
    assert ask(condition, *governors)[0] == expected


@pytest.mark.parametrize(
    "condition",
    [
        'severity_at_least("TST-001", "info")',
        'dimension_at_least("response-time", "info")',
        'scenario_at_least("MS-12", "enabled")',
        'finding("TST-001")',
        'passed("TST-001")',
    ],
)
def test_a_rule_that_was_left_out_answers_nothing(ask, condition):
    result, reason = ask(condition, (500, 500), disable=("TST-001",))
    assert result == "unknown"
    assert "the rule did not run" in reason


def test_a_dimension_without_rules_answers_nothing(ask):
    assert ask('dimension_at_least("token", "info")', (5, 5)) == ("unknown", "no rule was run that could say it")


@pytest.mark.parametrize(
    ("condition", "what", "hint"),
    [
        ('severity_at_least("TST-009", "high")', "no rule TST-009", "TST-00"),
        ('scenario_at_least("MS-13", "enabled")', "no scenario MS-13", "MS-12"),
        ('scenario_at_least("MS-12", "possible")', "'possible' is not allowed here", "enabled"),
        ('severity_at_least("TST-001", "hihg")', "'hihg' is not allowed here", "did you mean 'high'?"),
        ('dimension_at_least("membership", "high")', "'membership' is not allowed here", ""),
        ('severity_at_least("TST-001")', "takes 2 arguments", ""),
        ('severity_at_least("TST-001", dao)', "text is needed here", ""),
        ('severity_at_most("TST-001", "high")', "is not a function", "severity_at_least"),
        ("governor.quorum_bps < 5", "unknown name 'governor'", ""),
        ("known(membership.kind)", "would turn what could not be read into a pass", ""),
    ],
)
def test_refused(run, write, condition, what, hint):
    with pytest.raises(RuleError, match=what) as caught:
        run((5, 5), policy=write("p.yaml", POLICY.format(condition)))
    assert hint in caught.value.hint
    assert "p.yaml:8:" in caught.value.where


def test_rules_themselves_cannot_ask(read, rule_text):
    text = rule_text(subject="dao", levels='[{severity: high, where: [\'scenario_at_least("MS-12", "enabled")\']}]')
    with pytest.raises(RuleError, match="is not a function of the condition language"):
        read(text)
