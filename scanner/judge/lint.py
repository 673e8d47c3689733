"""Check packs, scenarios, frameworks, profiles and policies beyond what loading checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.asking import Names
from scanner.judge.language.source import did_you_mean
from scanner.judge.lint_files import check_files
from scanner.judge.lint_rule import check_rule
from scanner.judge.locales import translation_problems
from scanner.judge.rule import Rulebook
from scanner.judge.rules import collect
from scanner.judge.scenarios import SCENARIO_FOLDER, Scenario, collect_scenarios
from scanner.judge.wording import check
from scanner.model.errors import RuleError


@dataclass(frozen=True)
class Linted:
    """What was loaded, and every problem, sorted by place. `others`: frameworks, profiles and policies by file."""

    rulebook: Rulebook
    scenarios: tuple[Scenario, ...]
    problems: tuple[RuleError, ...]
    others: tuple[str, ...] = ()


def lint(
    folders: Sequence[Path], scenario_folders: Iterable[Path] | None = None, *, langs: Sequence[str] = ()
) -> Linted:
    """Return all problems of the packs below `folders` and of what stands beside them.

    In the languages `langs` every stable rule and every scenario needs its texts; what there is of them is checked in
    every language.
    """
    rulebook, problems = collect(folders)
    if scenario_folders is None:
        scenario_folders = [folder / SCENARIO_FOLDER for folder in folders if (folder / SCENARIO_FOLDER).is_dir()]
    scenarios: list[Scenario] = []
    scenario_folders = list(scenario_folders)
    for folder in scenario_folders:
        found, errors = collect_scenarios(folder)
        scenarios.extend(found)
        problems.extend(errors)
    problems.extend(translation_problems(rulebook, scenarios, scenario_folders, langs))
    for rule in rulebook.rules:
        problems.extend(check_rule(rule, rulebook, scenarios))
    for scenario in scenarios:
        problems.extend(_scenario(scenario, rulebook))
    names = Names(frozenset(rule.id for rule in rulebook.rules), frozenset(one.id for one in scenarios))
    others, errors = check_files(folders, names)
    problems.extend(errors)
    return Linted(rulebook, tuple(scenarios), tuple(sorted(problems, key=_place)), tuple(others))


def _place(error: RuleError) -> tuple[str, int, int, str]:
    file, _, rest = error.where.rpartition(":")
    file, _, line = file.rpartition(":")
    return (file, int(line) if line.isdigit() else 0, int(rest) if rest.isdigit() else 0, error.what)


def _scenario(scenario: Scenario, rulebook: Rulebook) -> Iterator[RuleError]:
    for key, text in scenario.texts().items():
        for wording in check(text):
            mark = scenario.marks.get(key, scenario.mark)
            yield mark.error(f"{key} of {scenario.id} says {wording.passage!r}", wording.hint)
    known = {rule.id for rule in rulebook.rules}
    for condition in scenario.needs + scenario.exercised_when:
        for asked in sorted(condition.rule_ids - known):
            yield condition.text.error(f"no rule {asked}", hint=did_you_mean(asked, known))
