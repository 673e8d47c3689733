"""A new rule lints and passes its tests as it is."""

from __future__ import annotations

import pytest

from scanner.judge.lint import lint
from scanner.judge.rules import load_rulebook
from scanner.judge.skeleton import STARTS, NewRule, levels_of, write_rule
from scanner.judge.testing import run_tests
from scanner.model.errors import RuleError


def test_one_of_each_subject(tmp_path, subject_names):
    assert sorted(STARTS) == sorted(subject_names)
    folder = tmp_path / "My Pack"
    for subject in subject_names:
        write_rule(folder, NewRule(subject, name=f"about-{subject}"))
    assert lint([folder]).problems == ()
    book = load_rulebook([folder])
    results = run_tests(book.rules)
    assert len(results) == 3 * len(subject_names)
    assert [result.got for result in results if not result.passed] == []
    assert book.packs[0].name == "my-pack"
    assert [rule.id for rule in book.rules] == [f"MYPA-{number:03}" for number in range(1, len(subject_names) + 1)]


@pytest.mark.parametrize(
    ("subject", "condition", "level", "name"),
    [
        ("governor", "governor.voting_delay_seconds < 2 * DAY", "high", "voting-delay-seconds-low"),
        ("governor", "governor.quorum_bps >= 400", "", "quorum-bps-high"),
        ("governor", 'governor.guardian_kind == "eoa"', "low", "guardian-kind-eoa"),
        ("governor", "governor.guardian_kind != 'nobody'", "info", "guardian-kind-not-nobody"),
        ("governor", "governor.contract.code.emergency_execution", "critical", "contract-code-emergency-execution"),
        ("token", "not token.transferable", "", "not-transferable"),
        ("dao", 'dao.dao_uri == ""', "medium", "dao-uri-none"),
        ("safe", "safe.threshold == 1", "", "threshold-1"),
        ("membership", 'membership.kind == "OPEN-FREE"', "present", "kind-open-free"),
    ],
)
def test_a_threshold_in_ones_own_words(subject, condition, level, name, tmp_path):
    path = write_rule(tmp_path / "mine", NewRule(subject, condition, level))
    assert path.name == f"{name}.yaml"
    assert lint([path.parent]).problems == ()
    (rule,) = load_rulebook([path.parent]).rules
    assert [result.got for result in run_tests([rule]) if not result.passed] == []
    assert [line.text.text for line in rule.levels[0].where] == [condition]
    assert rule.levels[0].word == (level or ("configured" if subject == "membership" else "medium"))


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("governor.voting_dely < 3", "has no field"),
        ("governor.voting_delay < 3 and governor.quorum_bps < 4", "no single comparison"),
        ("governor.voting_delay < governor.voting_period", "no whole number"),
        ("governor.voting_delay < 3 / 2", "no whole number"),
        ("dao.governor_count > 1", "does not begin with a field of the subject"),
        ("1 < 2", "does not begin with a field of the subject"),
        ("governor.name", "must be true or false"),
        ("governor.name in ('a', 'b')", "cannot be begun from"),
        ("governor.voting_delay <", "SyntaxError|invalid"),
    ],
)
def test_a_condition_that_cannot_be_begun_from(condition, what, tmp_path):
    with pytest.raises(RuleError, match=what):
        write_rule(tmp_path, NewRule("governor", condition))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (NewRule("governor", rule_id="AUD-1"), "is no rule id"),
        (NewRule("governor", name="../new"), "is no rule name"),
        (NewRule("governr"), "is no subject"),
        (NewRule("governor", rule_id="AUD-001"), "is used already"),
        (NewRule("governor", name="first"), "is there already"),
        (NewRule("governor", rule_id="OTH-002", name="new"), "does not begin with"),
        (NewRule("governor", level="awful"), "is no severity"),
        (NewRule("membership", level="high"), "is no stage"),
    ],
)
def test_refused(new, what, tmp_path):
    write_rule(tmp_path, NewRule("governor", rule_id="AUD-001", name="first"))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RuleError, match=what):
        write_rule(tmp_path, new)
    assert sorted(tmp_path.iterdir()) == before


def test_described_subjects_have_stages():
    assert levels_of("membership") == ("present", "reachable", "configured", "exercised")
    assert levels_of("governor")[0] == "critical"
