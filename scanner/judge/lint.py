"""Check packs and scenarios beyond what loading checks: wording, dead references, tests that fail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.language.source import did_you_mean
from scanner.judge.rule import Rule, Rulebook
from scanner.judge.rules import collect
from scanner.judge.scenarios import SCENARIO_FOLDER, Scenario, collect_scenarios
from scanner.judge.wording import check
from scanner.model.errors import RuleError


@dataclass(frozen=True)
class Linted:
    """What was loaded, and every problem, sorted by place."""

    rulebook: Rulebook
    scenarios: tuple[Scenario, ...]
    problems: tuple[RuleError, ...]


def lint(folders: Sequence[Path], scenario_folders: Iterable[Path] | None = None) -> Linted:
    """Return all problems of the packs below `folders` and of their scenarios."""
    rulebook, problems = collect(folders)
    if scenario_folders is None:
        scenario_folders = [folder / SCENARIO_FOLDER for folder in folders if (folder / SCENARIO_FOLDER).is_dir()]
    scenarios: list[Scenario] = []
    for folder in scenario_folders:
        found, errors = collect_scenarios(folder)
        scenarios.extend(found)
        problems.extend(errors)
    for rule in rulebook.rules:
        problems.extend(_rule(rule, rulebook, scenarios))
    for scenario in scenarios:
        problems.extend(_scenario(scenario, rulebook))
    return Linted(rulebook, tuple(scenarios), tuple(sorted(problems, key=_place)))


def _place(error: RuleError) -> tuple[str, int, int, str]:
    file, _, rest = error.where.rpartition(":")
    file, _, line = file.rpartition(":")
    return (file, int(line) if line.isdigit() else 0, int(rest) if rest.isdigit() else 0, error.what)


def _rule(rule: Rule, rulebook: Rulebook, scenarios: Sequence[Scenario]) -> list[RuleError]:
    problems: list[RuleError] = []
    for key, text in rule.texts().items():
        for wording in check(text):
            mark = rule.marks.get(key, rule.mark)
            problems.append(mark.error(f"{key} of {rule.id} says {wording.passage!r}", wording.hint))
    ids = {scenario.id for scenario in scenarios}
    for link in rule.scenarios:
        if scenarios and link.id not in ids:
            problems.append(link.mark.error(f"no scenario {link.id}", did_you_mean(link.id, ids)))
    known = {other.id for other in rulebook.rules}
    for other in rule.mitigated_by:
        if other not in known:
            problems.append(rule.marks["mitigated_by"].error(f"no rule {other}", did_you_mean(other, known)))
        elif other == rule.id:
            problems.append(rule.marks["mitigated_by"].error("a rule cannot limit itself"))
    return problems


def _scenario(scenario: Scenario, rulebook: Rulebook) -> list[RuleError]:
    problems: list[RuleError] = []
    for key, text in scenario.texts().items():
        for wording in check(text):
            mark = scenario.marks.get(key, scenario.mark)
            problems.append(mark.error(f"{key} of {scenario.id} says {wording.passage!r}", wording.hint))
    known = {rule.id for rule in rulebook.rules}
    for condition in scenario.needs + scenario.exercised_when:
        for asked in sorted(condition.rule_ids - known):
            problems.append(condition.text.error(f"no rule {asked}", hint=did_you_mean(asked, known)))
    return problems
