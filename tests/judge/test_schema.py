"""Rule files: what is refused, where, and with which hint."""

from __future__ import annotations

import pytest

from scanner.judge.facts import build
from scanner.judge.testing import run_test
from scanner.model.errors import RuleError
from scanner.model.outcome import Relation, Severity


def test_a_whole_rule(read, rule_text):
    rule = read(rule_text(mitigated_by="[RSP-003]", base_rate="'Common: 3 of 4.'"))
    assert [level.severity for level in rule.levels] == [Severity.HIGH, Severity.MEDIUM]
    assert rule.scenarios[0].relation is Relation.ENABLES
    assert rule.scenarios[0].on_pass is Relation.MITIGATES
    assert rule.mitigated_by == ("RSP-003",)
    assert rule.base_rate == "Common: 3 of 4."
    assert all(run_test(rule, test).passed for test in rule.tests)


LEVEL = "[{severity: high, where: [governor.voting_delay_seconds < 100]}]"


@pytest.mark.parametrize(
    ("changes", "what", "line", "hint"),
    [
        ({"titel": "x"}, "unknown key 'titel'", 25, "did you mean 'title'?"),
        ({"why": ""}, "no 'why'", 1, ""),
        ({"legitimate_use": ""}, "no 'legitimate_use'", 1, "honest DAO"),
        ({"schema": "2"}, "schema 1", 1, ""),
        ({"id": "tst-1"}, "'id' cannot be", 2, "GOV-012"),
        ({"name": "Delay Short"}, "lower-case words", 3, ""),
        ({"name": "other-name"}, "the rule is named 'other-name'", 3, "same"),
        ({"subject": "governr"}, "'subject' cannot be", 5, "'governor'"),
        ({"confidence": "sure"}, "'confidence' cannot be", 6, "high, low, medium"),
        ({"status": "new"}, "'status' cannot be", 7, "stable"),
        ({"dimension": "anonymity"}, "descriptive", 11, "write 'stage' instead"),
        ({"levels": "[{stage: present, where: [True]}]"}, "about security", 10, "write 'severity' instead"),
        ({"levels": "[]"}, "at least 1 item", 10, ""),
        ({"levels": "[{severity: high, where: []}]"}, "at least 1 item", 10, ""),
        (
            {"levels": "[{severity: low, where: [True]}, {severity: high, where: [True]}]"},
            "stands below",
            10,
            "critical",
        ),
        ({"levels": "[{severity: high, where: [governor.x < 1]}]"}, "has no field 'x'", 10, ""),
        ({"applies": "[governor.voting_delay]"}, "must be true or false", 9, ""),
        ({"applies": "governor.has_timelock"}, "must be a list", 9, ""),
        ({"message": "'{governor.voting_dely_seconds}'"}, "has no field", 13, "voting_delay_seconds"),
        ({"message": "12"}, "must be text", 13, ""),
        ({"remediation": "{effort: huge, text: x}"}, "'effort' cannot be", 16, ""),
        ({"remediation": "text"}, "is a mapping", 16, ""),
        ({"scenarios": "[{id: MS-1, relation: enables}]"}, "'id' cannot be", 19, "MS-12"),
        ({"scenarios": "[{id: MS-12}]"}, "needs 'relation' or 'on_pass'", 19, ""),
        ({"scenarios": "[{id: MS-12, relation: causes}]"}, "'relation' cannot be", 19, "enables"),
        ({"scenarios": "[{id: MS-12, relation: enables}, {id: MS-12, on_pass: mitigates}]"}, "twice", 19, ""),
        ({"evidence_class": "E9"}, "'evidence_class' cannot be", 20, "E1"),
        ({"mitigated_by": "[later]"}, "no rule id", 25, "RSP-003"),
        ({"tests": "[{name: a, expect: high}, {name: b, expect: unknown}]"}, "no test expects pass", 21, ""),
        ({"tests": "[{name: a, expect: pass}, {name: b, expect: unknown}]"}, "expects a finding", 21, ""),
        ({"tests": "[{name: a, expect: pass}, {name: b, expect: high}]"}, "expects unknown", 21, ""),
        ({"tests": "[{name: a, expect: critical}]"}, "'expect' cannot be", 21, ""),
        ({"tests": "[{name: a, expect: high}, {name: a, expect: pass}]"}, "two tests", 21, ""),
        ({"tests": "[{name: a, outcomes: {CAP-001: worse}, expect: high}]"}, "an outcome is one of finding", 21, ""),
    ],
)
def test_refused(changes, what, line, hint, read, rule_text):
    with pytest.raises(RuleError) as caught:
        read(rule_text(**changes))
    error = caught.value
    assert what in error.what
    assert int(error.where.split(":")[1]) == line
    assert hint in error.hint


def test_column_inside_a_condition(read, rule_text):
    with pytest.raises(RuleError) as caught:
        read(rule_text(applies='["governor.nothing == 1"]'))
    assert caught.value.where == "delay-short.yaml:9:21"
    assert rule_text(applies='["governor.nothing == 1"]').splitlines()[8][20:].startswith("nothing")


@pytest.mark.parametrize(
    ("facts", "what", "hint"),
    [
        ("{governor.voting_dely: 5}", "has no field 'voting_dely'", "voting_delay"),
        ("{timelock.min_delay_seconds: 5}", "begins with no subject", "governor"),
        ("{governor: 5}", "begins with no subject", ""),
        ("{governor.voting_delay: '5'}", "is integer, this is not", ""),
        ("{governor.voting_delay: true}", "is integer, this is not", ""),
        ("{governor.kind: 5}", "is text, this is not", "quote it"),
        ("{governor.kind: token-vot}", "is never 'token-vot'", "token-vote"),
        ("{governor.kind.x: 5}", "has no fields", ""),
        ("{governor.contract.code: 5}", "a mapping", ""),
        ("{dao.controls: 5}", "is a list", ""),
        ("{dao.controls: {items: []}}", "a collection is a list", ""),
        ("{dao.controls: {items: [], complete: 1}}", "true or false", ""),
        ("{dao.controls: [{actor_knd: eoa}]}", "has no field", "actor_kind"),
        ("{governor.contract.roles: treasury}", "list of names", ""),
        ("{governor.contract.roles: [treasurer]}", "is never", "treasury"),
    ],
)
def test_facts_are_checked(facts, what, hint, read, rule_text):
    tests = f"[{{name: a, facts: {facts}, expect: high}}, {{name: b, expect: pass}}, {{name: c, expect: unknown}}]"
    rule = read(rule_text(tests=tests))
    with pytest.raises(RuleError) as caught:
        build(rule, rule.tests[0])
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert run_test(rule, rule.tests[0]).got == "error"


def test_nested_facts(read, rule_text):
    levels = (
        "[{severity: high, where: ['any(t.contract.code.analysed_from == \"source\" for t in dao.timelocks)',"
        " '\"treasury\" in governor.contract.roles']}]"
    )
    facts = "{dao.timelocks: [{contract.code.analysed_from: source}], governor.contract: {roles: [treasury]}}"
    partial = "{dao.timelocks: {items: [{contract: {code: {analysed_from: bytecode}}}], complete: false}}"
    tests = (
        f"[{{name: a, facts: {facts}, expect: high}}, {{name: b, facts: {{dao.timelocks: []}}, expect: pass}},"
        f" {{name: c, facts: {partial}, expect: unknown}}]"
    )
    rule = read(rule_text(levels=levels, tests=tests))
    assert [run_test(rule, test).got for test in rule.tests] == ["high", "pass", "unknown"]


def test_a_failing_test_says_what_it_saw(read, rule_text):
    tests = (
        "[{name: a, facts: {governor.voting_delay_seconds: 150}, expect: high},"
        " {name: b, expect: pass}, {name: c, expect: unknown}]"
    )
    rule = read(rule_text(tests=tests))
    first, second, third = (run_test(rule, test) for test in rule.tests)
    assert (first.passed, first.got) == (False, "medium")
    assert "governor.voting_delay_seconds = 150" in first.note
    assert (second.passed, second.got) == (False, "unknown")
    assert "not named in the test" in second.note
    assert third.passed
