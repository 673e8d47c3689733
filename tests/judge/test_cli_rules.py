"""`daoscan rules` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli.rules import rules_app


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words, **more: runner.invoke(rules_app, [str(word) for word in words], **more)


def test_lint(run, write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    result = run("lint", folder)
    assert (result.exit_code, result.stdout) == (0, "1 rules, 0 scenarios, 0 problems\n")
    write_pack(delay_short=rule_text(applies="[governor.kin == 'x']"))
    result = run("lint", folder)
    assert result.exit_code == 2
    assert "error: Governor has no field 'kin'" in result.stderr
    assert "delay-short.yaml:9:20" in result.stderr
    assert "hint: did you mean 'kind'?" in result.stderr


def test_test(run, write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    result = run("test", folder)
    assert (result.exit_code, result.stdout) == (0, "3 tests of 1 rules, 0 failed\n")
    write_pack(delay_short=rule_text().replace("seconds: 5}", "seconds: 150}"))
    result = run("test", folder)
    assert result.exit_code == 1
    assert "TST-001 delay-short: a: expected high, got medium" in result.stdout
    assert "governor.voting_delay_seconds = 150" in result.stdout
    write_pack(delay_short="nonsense: 1\n")
    result = run("test", folder)
    assert result.exit_code == 2
    assert "unknown key 'nonsense'" in result.stderr


def test_rules_may_use_the_built_in_ones(run, write_pack, rule_text):
    tests = (
        "[{name: a, outcomes: {CAP-001: finding}, expect: high},"
        " {name: b, outcomes: {CAP-001: pass}, expect: pass}, {name: c, expect: unknown}]"
    )
    levels = "[{severity: high, where: ['finding(\"CAP-001\")']}]"
    folder = write_pack(delay_short=rule_text(subject="dao", levels=levels, tests=tests, message="Both."))
    assert run("lint", folder).stdout == "1 rules, 0 scenarios, 0 problems\n"
    assert run("test", folder).stdout == "3 tests of 1 rules, 0 failed\n"


def test_list_and_show(run):
    listed = run("list")
    assert listed.exit_code == 0
    assert "vote-weight-at-call-time" in listed.stdout
    shown = run("show", "CAP-001")
    assert shown.exit_code == 0
    assert "Legitimate use:" in shown.stdout
    assert run("show", "vote-weight-at-call-time").stdout == shown.stdout
    missing = run("show", "NOT-001")
    assert missing.exit_code == 2
    assert "no rule 'NOT-001'" in missing.stderr


def test_new_asks_three_questions(run, tmp_path):
    folder = tmp_path / "mine"
    result = run("new", folder, input="AUD-001\nno-guardian\ngovernor\n")
    assert result.exit_code == 0
    assert (folder / "no-guardian.yaml").is_file()
    assert run("lint", folder).exit_code == 0
    assert run("test", folder).exit_code == 0
    again = run("new", folder, "--id", "AUD-001", "--name", "other", "--subject", "governor")
    assert again.exit_code == 2
    assert "is used already" in again.stderr


def test_docs_writes_the_tables(run, tmp_path):
    document = tmp_path / "rules.md"
    document.write_text("Before.\n<!-- fields: begin -->\nold\n<!-- fields: end -->\nAfter.\n")
    assert run("docs", document).exit_code == 0
    text = document.read_text()
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "| `voting_delay_seconds` |" in text
    assert "\nold\n" not in text
    assert "| `voting_delay_seconds` |" in run("docs").stdout
    without = Path(tmp_path / "other.md")
    without.write_text("nothing")
    assert run("docs", without).exit_code == 2
