"""Run the tests that rule files carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.judge.decide import decide
from scanner.judge.facts import build
from scanner.judge.language.values import LimitExceeded
from scanner.judge.python_testing import run_python_tests
from scanner.judge.rule import Rule, RuleTest
from scanner.model.errors import RuleError
from scanner.model.outcome import Condition, Status


@dataclass(frozen=True)
class TestResult:
    """One test: what it expected and what came out. `note` says why, when it was not that."""

    __test__ = False

    rule: Rule
    test: RuleTest
    got: str
    note: str

    @property
    def passed(self) -> bool:
        return self.got == self.test.expect


def run_tests(rules: Iterable[Rule]) -> tuple[TestResult, ...]:
    """Return one result per test of every rule. Checks of rules in Python run in the limited worker, all in one go."""
    tests = [(rule, test) for rule in rules for test in rule.tests]
    coded = run_python_tests([(rule, test) for rule, test in tests if rule.python is not None])
    answers = iter(coded)
    return tuple(
        TestResult(rule, test, *next(answers)) if rule.python else run_test(rule, test) for rule, test in tests
    )


def run_test(rule: Rule, test: RuleTest) -> TestResult:
    """Evaluate one test; an error in its facts or in the rule is a result, too."""
    try:
        world, roots = build(rule, test)
        decision = decide(rule, world, roots)
        rule.message.render(world, roots)
    except RuleError as error:
        return TestResult(
            rule, test, "error", f"{error.where}: {error.what}" + (f" ({error.hint})" if error.hint else "")
        )
    except LimitExceeded as error:
        return TestResult(rule, test, "error", str(error))
    got = decision.level.word if decision.level else decision.status.value
    note = decision.reason if decision.status is Status.UNKNOWN else _shown(decision.conditions)
    return TestResult(rule, test, got, note)


def _shown(conditions: tuple[Condition, ...]) -> str:
    lines = []
    for condition in conditions:
        values = ", ".join(f"{field} = {value}" for field, value in condition.values)
        lines.append(f"{condition.text} is {condition.result} [{values}]")
    return "; ".join(lines)
