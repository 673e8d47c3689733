"""Profiles choose and re-order; what they leave out is said."""

from __future__ import annotations

import pytest

from scanner.content import rules_dir
from scanner.judge.kit import framework_files
from scanner.judge.profile import load_profile
from scanner.model.errors import RuleError, UsageError
from scanner.model.outcome import ScenarioState

HEAD = "schema: 1\nname: mine\ntitle: Mine\n"


def test_order_and_what_is_left_out(run, rules):
    (rules / "profiles" / "mine.yaml").write_text(
        f"{HEAD}first: [capture, token]\nfail_on: low\nformats: [md]\nexperimental: left-out\n"
    )
    judged = run((5, 5), profile="mine")
    assert [one.dimension.value for one in judged.dimensions][:3] == ["capture", "token", "control"]
    assert [rule.id for rule in judged.disabled] == ["TST-002"]
    assert judged.disabled[0].why == "profile mine leaves experimental rules out"
    assert {one.rule_id for one in judged.outcomes} == {"TST-001"}
    assert dict(judged.profile.settings)["experimental rules"] == "left out"
    assert any(name == "profile mine" for name, _ in judged.digests)


def test_least_confidence(run, write):
    path = write("sure.yaml", "schema: 1\nname: sure\ntitle: Sure\nconfidence: medium\n")
    judged = run((5, 5), profile=str(path))
    assert [rule.why for rule in judged.disabled] == ["profile sure leaves out rules of less than medium confidence"]


def test_a_profile_changes_no_word(run, rules):
    (rules / "profiles" / "mine.yaml").write_text(f"{HEAD}first: [capture]\n")
    plain, judged = run((5, 5)), run((5, 5), profile="mine")
    assert judged.findings == plain.findings
    assert sorted(one.dimension for one in judged.dimensions) == sorted(one.dimension for one in plain.dimensions)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"{HEAD}first: [captur]\n", "'first' cannot hold 'captur'"),
        (f"{HEAD}formats: [pdf]\n", "'formats' cannot hold 'pdf'"),
        (f"{HEAD}frameworks: [nowhere]\n", "'frameworks' cannot hold"),
        (f"{HEAD}fail_on: awful\n", "'fail_on' cannot be 'awful'"),
        (f"{HEAD}experimental: yes\n", "'experimental' cannot be"),
        ("schema: 1\nname: other\ntitle: Other\n", "the profile is 'other' but the file"),
    ],
)
def test_refused(run, rules, text, what):
    (rules / "profiles" / "mine.yaml").write_text(text)
    with pytest.raises(RuleError, match=what):
        run((5, 5), profile="mine")


def test_no_such_profile(run, rules):
    (rules / "profiles" / "mine.yaml").write_text(HEAD)
    with pytest.raises(UsageError, match="no profile 'mien'") as caught:
        run((5, 5), profile="mien")
    assert "mine" in caught.value.hint


@pytest.mark.parametrize("name", ["exchange", "regulator", "auditor"])
def test_built_in(name):
    frameworks = list(framework_files([rules_dir()]))
    profile = load_profile(rules_dir() / "profiles" / f"{name}.yaml", frameworks)
    assert profile.first
    assert profile.fail_on is not None
    assert profile.frameworks


def test_left_out_by_id_and_by_pack(run):
    judged = run((5, 5), disable=("TST-002",))
    assert [(rule.id, rule.pack, rule.why) for rule in judged.disabled] == [("TST-002", "pack", "--disable TST-002")]
    assert {one.rule_id for one in judged.outcomes} == {"TST-001"}
    everything = run((5, 5), disable=("pack",))
    assert [rule.id for rule in everything.disabled] == ["TST-001", "TST-002"]
    assert everything.outcomes == ()


def test_what_needs_a_rule_that_was_left_out_is_not_assessable(run):
    """The scenario needs TST-001: without it nothing is known about it, and that is no good news."""
    assert run((500, 500)).scenarios[0].state is ScenarioState.NOT_ENABLED
    scenario = run((500, 500), disable=("TST-001",)).scenarios[0]
    assert scenario.state is ScenarioState.NOT_ASSESSABLE
    assert "TST-001: the rule did not run" in scenario.reason


def test_what_a_rule_that_was_left_out_might_have_made_easier_is_not_ruled_out(run, rules):
    """TST-002 facilitates the scenario; the scenario needs TST-001 alone, and that passes."""
    path = rules / "quorum-low.yaml"
    path.write_text(path.read_text().replace("scenarios: []", "scenarios: [{id: MS-12, relation: facilitates}]"))
    assert run((500, 5)).scenarios[0].state is ScenarioState.FACILITATED
    assert run((500, 500)).scenarios[0].state is ScenarioState.NOT_ENABLED
    scenario = run((500, 5), disable=("TST-002",)).scenarios[0]
    assert scenario.state is ScenarioState.NOT_ASSESSABLE
    assert scenario.reason.endswith("was not looked at: TST-002 left out")


def test_nothing_by_that_name_to_leave_out(run):
    with pytest.raises(UsageError, match="no rule and no pack 'TST-003'") as caught:
        run((5, 5), disable=("TST-003",))
    assert "did you mean" in caught.value.hint
