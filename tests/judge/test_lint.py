"""What lint says beyond loading."""

from __future__ import annotations

import pytest

from scanner.judge.lint import lint
from scanner.judge.wording import check


@pytest.mark.parametrize(
    "text",
    [
        "This looks suspicious.",
        "Funds were laundered.",
        "A money laundering path.",
        "Used by criminals.",
        "An extremist group.",
        "Tainted coins.",
        "A bad actor could do this.",
        "The DAO is a front.",
        "Good. This DAO is open.",
        "Its members are anonymous.",
        "He can move the funds.",
        "It hides the payer.",
    ],
)
def test_wording_that_accuses(text):
    assert check(text)


@pytest.mark.parametrize(
    "text",
    [
        "The governor counts votes at call time.",
        "Anyone can execute the call once the delay is over.",
        "A key that the DAO controls is replaced by a vote.",
        "The contract breaks the public link between payer and payee.",
        "A guardian protects members from attackers.",
        "Where it is read, the DAO is informed.",
    ],
)
def test_wording_that_describes(text):
    assert not check(text)


def test_places_and_hints(write_pack, rule_text):
    text = rule_text(why="This is suspicious.", scenarios="[{id: MS-77, relation: enables}]", mitigated_by="[TST-009]")
    folder = write_pack(delay_short=text)
    scenarios = folder / "scenarios"
    scenarios.mkdir()
    (scenarios / "MS-12.yaml").write_text(
        "schema: 1\nid: MS-12\nname: capture\ntitle: T\ndescription: The DAO is bad.\nneeds: ['finding(\"TST-404\")']\n"
        "would_change: []\nlegitimate_use: U\n"
    )
    problems = {error.what.split("\n")[0]: error.where for error in lint([folder]).problems}
    places = {what: where.split("pack/")[1] for what, where in problems.items()}
    assert places == {
        "no scenario MS-77": "delay-short.yaml:19:13",
        "no rule TST-009": "delay-short.yaml:25:15",
        "why of TST-001 says 'suspicious'": "delay-short.yaml:14:6",
        "description of MS-12 says 'The DAO is'": "scenarios/MS-12.yaml:5:14",
        "no rule TST-404": "scenarios/MS-12.yaml:6:10",
    }


def test_a_clean_pack_has_no_problems(write_pack, rule_text):
    assert lint([write_pack(delay_short=rule_text())]).problems == ()


def test_load_errors_are_problems_too(write_pack, rule_text):
    linted = lint([write_pack(delay_short=rule_text(why=""))])
    assert [error.what for error in linted.problems] == ["a rule has no 'why'"]


def test_a_rule_cannot_limit_itself(write_pack, rule_text):
    linted = lint([write_pack(delay_short=rule_text(mitigated_by="[TST-001]"))])
    assert [error.what for error in linted.problems] == ["a rule cannot limit itself"]
