"""A new rule lints and passes its tests as it is."""

from __future__ import annotations

import pytest

from scanner.judge.lint import lint
from scanner.judge.rules import load_rulebook
from scanner.judge.skeleton import STARTS, write_rule
from scanner.judge.testing import run_tests
from scanner.model.errors import RuleError


def test_one_of_each_subject(tmp_path, subject_names):
    assert sorted(STARTS) == sorted(subject_names)
    folder = tmp_path / "My Pack"
    for number, subject in enumerate(subject_names):
        write_rule(folder, rule_id=f"AUD-{number:03}", name=f"about-{subject}", subject=subject)
    assert lint([folder]).problems == ()
    book = load_rulebook([folder])
    results = run_tests(book.rules)
    assert len(results) == 3 * len(subject_names)
    assert all(result.passed for result in results)
    assert book.packs[0].name == "my-pack"


@pytest.mark.parametrize(
    ("rule_id", "name", "subject", "what"),
    [
        ("AUD-1", "new", "governor", "is no rule id"),
        ("AUD-002", "../new", "governor", "is no rule name"),
        ("AUD-002", "new", "governr", "is no subject"),
        ("AUD-001", "new", "governor", "is used already"),
        ("AUD-002", "first", "governor", "is there already"),
        ("OTH-002", "new", "governor", "does not begin with"),
    ],
)
def test_refused(rule_id, name, subject, what, tmp_path):
    write_rule(tmp_path, rule_id="AUD-001", name="first", subject="governor")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RuleError, match=what):
        write_rule(tmp_path, rule_id=rule_id, name=name, subject=subject)
    assert sorted(tmp_path.iterdir()) == before
