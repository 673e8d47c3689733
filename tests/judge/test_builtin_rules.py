"""Every built-in rule loads, lints and passes its own tests."""

from __future__ import annotations

import pytest

from scanner.content import rules_dir
from scanner.judge.lint import lint
from scanner.judge.rules import collect
from scanner.judge.scenarios import SCENARIO_FOLDER, load_scenarios
from scanner.judge.testing import run_test

BOOK, ERRORS = collect([rules_dir()])
CASES = [(rule, test) for rule in BOOK.rules for test in rule.tests]


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
