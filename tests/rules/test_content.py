"""The rules and scenarios that travel with the program: what every single file must keep to."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from scanner.content import rules_dir
from scanner.judge.decide import decide
from scanner.judge.facts import build
from scanner.judge.language.compiled import Compiled
from scanner.judge.lint import Linted, lint
from scanner.judge.rule import Rule, RuleTest
from scanner.judge.testing import run_tests
from scanner.judge.yaml_strict import load, plain
from scanner.model.outcome import Dimension, Severity

PACKS = {
    "control": ("CTL", 13),
    "response-time": ("RSP", 6),
    "capture": ("CAP", 14),
    "treasury": ("TRE", 5),
    "token": ("TOK", 11),
    "proposals": ("PRO", 46),
    "code": ("COD", 13),
    "listed-exposure": ("LST", 4),
    "membership": ("MEM", 13),
    "anonymity": ("ANO", 17),
    "protection": ("PRT", 12),
    "accountability": ("ACC", 14),
}


@pytest.fixture(scope="module")
def content() -> Linted:
    return lint([rules_dir()])


def _base_rates() -> Iterator[dict[str, object]]:
    path = rules_dir() / "base_rates.yaml"
    yield from plain(load(path.read_text("utf-8"), str(path)))["rates"]


def test_nothing_is_wrong_with_the_files(content: Linted) -> None:
    assert [f"{problem.where}: {problem.what}" for problem in content.problems] == []


def test_every_pack_holds_its_rules_without_gaps(content: Linted) -> None:
    expected = {f"{prefix}-{number:03d}" for prefix, count in PACKS.values() for number in range(1, count + 1)}
    assert {rule.id for rule in content.rulebook.rules} == expected
    for pack in content.rulebook.packs:
        assert all(rule.id.startswith(PACKS[pack.name][0]) for rule in pack.rules)
        assert all(rule.dimension is Dimension(pack.name) for rule in pack.rules)


def test_the_tests_in_the_files_hold(content: Linted) -> None:
    failed = [one for one in run_tests(content.rulebook.rules) if not one.passed]
    assert [f"{one.rule.id} {one.test.name}: {one.got}, not {one.test.expect} ({one.note})" for one in failed] == []


def test_every_level_and_every_outcome_has_a_test(content: Linted) -> None:
    for rule in content.rulebook.rules:
        expected = {level.word for level in rule.levels} | {"pass", "unknown"}
        if rule.applies:
            expected.add("not-applicable")
        assert {test.expect for test in rule.tests} == expected, rule.id


def test_what_is_not_known_is_never_a_pass(content: Linted) -> None:
    """A rule without a single fact ends unknown: nothing passes because nothing was read."""
    for rule in content.rulebook.rules:
        blank = RuleTest(name="blank", facts={}, outcomes={}, expect="unknown", mark=rule.mark)
        world, roots = build(rule, blank)
        assert decide(rule, world, roots).status.value == "unknown", rule.id


def test_every_rule_speaks_to_a_stranger(content: Linted) -> None:
    for rule in content.rulebook.rules:
        assert rule.references, rule.id
        assert rule.false_positives, rule.id
        for text in (rule.why, rule.legitimate_use, rule.remediation.text):
            assert text.endswith("."), f"{rule.id}: {text}"
        assert not rule.title.endswith("."), rule.id


def test_base_rates_are_said_in_one_place(content: Linted) -> None:
    said = {rule_id: rate["text"] for rate in _base_rates() for rule_id in rate["rules"]}  # type: ignore[attr-defined]
    in_rules = {rule.id: rule.base_rate for rule in content.rulebook.rules if rule.base_rate}
    assert in_rules == said
    assert all(rate["source"] for rate in _base_rates())


def test_all_sixteen_scenarios_are_there_with_their_lawful_use(content: Linted) -> None:
    assert [scenario.id for scenario in content.scenarios] == [f"MS-{number:02d}" for number in range(1, 17)]
    for scenario in content.scenarios:
        assert scenario.legitimate_use
        assert scenario.would_change
        assert scenario.content_note
    assert {one.id for one in content.scenarios if one.out_of_scope} == {"MS-07", "MS-14"}


def test_every_need_of_a_scenario_has_a_rule_that_names_it(content: Linted) -> None:
    """Else a scenario is enabled and no sentence says by what. MS-03 and MS-04 ask for openness alone."""
    rules = {rule.id: rule for rule in content.rulebook.rules}
    for scenario in content.scenarios:
        for line in scenario.needs:
            asked = re.findall(r'(?<!not )finding(?:_at)?\("([A-Z]+-[0-9]+)"', line.text.text)
            linked = any(_links(rules[rule_id], scenario.id) for rule_id in asked)
            unlinked_on_purpose = (scenario.id, asked) in (("MS-03", ["MEM-001"]), ("MS-04", ["MEM-001"]))
            assert linked or not asked or unlinked_on_purpose, f"{scenario.id}: {line.text.text}"


def _links(rule: Rule, scenario_id: str) -> bool:
    return any(link.id == scenario_id and link.relation is not None for link in rule.scenarios)


def test_past_proposals_weigh_less_than_live_ones(content: Linted) -> None:
    """History is never high: what was decided is shown by the rules about the present."""
    rules = {rule.id: rule for rule in content.rulebook.rules}
    for rule in rules.values():
        if rule.dimension is not Dimension.PROPOSALS:
            continue
        for level in rule.levels:
            if level.severity in (Severity.CRITICAL, Severity.HIGH):
                asked = [line.text.text for line in (*rule.applies, *level.where)]
                behind = re.findall(r'finding\("([A-Z]+-[0-9]+)"\)', " ".join(asked))
                own = _asks_for_live(rule.applies + level.where)
                assert own or (behind and all(_asks_for_live(rules[one].applies) for one in behind)), rule.id


def _asks_for_live(lines: tuple[Compiled, ...]) -> bool:
    return any("proposal.state" in line.text.text and "Executed" not in line.text.text for line in lines)


def test_descriptive_rules_ask_for_nothing_alarming(content: Linted) -> None:
    for rule in content.rulebook.rules:
        if rule.dimension.descriptive:
            assert all(level.severity is None and level.stage is not None for level in rule.levels), rule.id
