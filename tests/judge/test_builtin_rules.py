"""Every built-in rule loads, lints and passes its own tests; taking a fact away never makes a pass."""

from __future__ import annotations

import dataclasses

import pytest

from scanner.content import rules_dir
from scanner.judge.lint import lint
from scanner.judge.rule import Rule, RuleTest
from scanner.judge.rules import collect
from scanner.judge.scenarios import SCENARIO_FOLDER, load_scenarios
from scanner.judge.testing import run_test
from scanner.model.outcome import Status

BOOK, ERRORS = collect([rules_dir()])
CASES = [(rule, test) for rule in BOOK.rules for test in rule.tests]
FIXED = {Status.PASS.value, Status.UNKNOWN.value, Status.NOT_APPLICABLE.value}


def test_there_are_rules_and_all_load():
    assert [f"{error.where}: {error.what}" for error in ERRORS] == []
    assert len(BOOK.rules) >= 30


def test_all_are_linted():
    assert [f"{error.where}: {error.what} ({error.hint})" for error in lint([rules_dir()]).problems] == []


def test_scenarios_load():
    scenarios = load_scenarios(rules_dir() / SCENARIO_FOLDER)
    assert [one.id for one in scenarios.items] == [f"MS-{number:02}" for number in range(1, 17)]


@pytest.mark.parametrize(("rule", "test"), CASES, ids=lambda one: getattr(one, "id", None) or one.name)
def test_own_tests(rule, test):
    result = run_test(rule, test)
    assert result.got == test.expect, result.note


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_missing_facts_never_make_a_pass(rule: Rule):
    """Each fact and outcome that a test names is taken away in turn."""
    for test in rule.tests:
        before = run_test(rule, test).got
        for less in _with_less(test):
            after = run_test(rule, less).got
            assert _careful(rule, before, after), f"{test.name}: {before} became {after} without a fact"


def _with_less(test: RuleTest) -> list[RuleTest]:
    facts = [{key: value for key, value in test.facts.items() if key != gone} for gone in test.facts]
    outcomes = [{key: value for key, value in test.outcomes.items() if key != gone} for gone in test.outcomes]
    return [dataclasses.replace(test, facts=one) for one in facts] + [
        dataclasses.replace(test, outcomes=one) for one in outcomes
    ]


def _careful(rule: Rule, before: str, after: str) -> bool:
    """The same, unknown, or a finding: of a lower level, or because not knowing is what the rule is about."""
    if after in (before, Status.UNKNOWN.value):
        return True
    if after in FIXED:
        return False
    asks_for_knowledge = any("known(" in condition.text.text for condition in rule.conditions)
    levels = [level.word for level in rule.levels]
    lower = before in levels and levels.index(after) > levels.index(before)
    return lower or asks_for_knowledge
