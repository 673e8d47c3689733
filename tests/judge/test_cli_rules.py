"""`daoscan rules` as a user meets it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli.rules import rules_app
from scanner.judge.lint import lint
from scanner.judge.rules import load_rulebook
from scanner.judge.testing import run_tests

ROOT = Path(__file__).resolve().parents[2]


CLEAN = "1 rules, 0 scenarios, 0 frameworks, profiles and policies, 0 problems\n"


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words, **more: runner.invoke(rules_app, [str(word) for word in words], **more)


def test_lint(run, write_pack, rule_text):
    folder = write_pack(delay_short=rule_text())
    result = run("lint", folder)
    assert (result.exit_code, result.stdout) == (0, CLEAN)
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
    assert run("lint", folder).stdout == CLEAN
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


def test_new_with_options(run, tmp_path):
    folder = tmp_path / "mine"
    result = run("new", folder, "--id", "AUD-001", "--name", "no-guardian", "--subject", "governor")
    assert result.exit_code == 0, result.stderr
    assert (folder / "no-guardian.yaml").is_file()
    assert run("lint", folder).stdout == CLEAN
    assert run("test", folder).exit_code == 0
    again = run("new", folder, "--id", "AUD-001", "--name", "other", "--subject", "governor")
    assert again.exit_code == 2
    assert "is used already" in again.stderr
    words = ("--condition", "governor.quorum_bps < 400", "--severity", "high")
    assert run("new", folder, "--subject", "governor", *words).exit_code == 0
    assert "AUD-002 response-time" in " ".join(run("list", folder).stdout.split())


def test_new_asks_nobody_where_nobody_can_answer(run, tmp_path):
    result = run("new", tmp_path / "mine", input="governor\n")
    assert result.exit_code == 2
    assert "what the rule is about is missing" in result.stderr
    assert not (tmp_path / "mine").exists()


def test_new_asks_three_questions_on_a_terminal(tmp_path):
    """A real terminal; a wrong answer is asked again."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "scanner.cli.main", "rules", "new", str(tmp_path / "mine")]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    os.close(theirs)
    os.write(ours, b"governors\ngovernor\ngovernor.voting_delay_seconds < 2 * DAY\nbad\nhigh\n")
    said = process.communicate(timeout=60)[0].decode()
    os.close(ours)
    assert process.returncode == 0, said
    assert [question in said for question in ("1/3 What is it about", "2/3 What is the thresh", "3/3 How bad")] == [
        True
    ] * 3
    assert "did you mean 'governor'?" in said
    assert "'bad' is none of these" in said
    folder = tmp_path / "mine"
    assert lint([folder]).problems == ()
    (rule,) = load_rulebook([folder]).rules
    assert (rule.id, rule.name, rule.levels[0].word) == ("MINE-001", "voting-delay-seconds-low", "high")
    assert all(result.passed for result in run_tests([rule]))


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


def test_docs_says_what_drifted(run, tmp_path):
    document = tmp_path / "rules.md"
    document.write_text("Before.\n<!-- fields: begin -->\nold\n<!-- fields: end -->\nAfter.\n")
    result = run("docs", "--check", document)
    assert (result.exit_code, "drifted" in result.stderr) == (1, True)
    assert "\nold\n" in document.read_text()
    assert run("docs", document).exit_code == 0
    assert run("docs", "--check", document).exit_code == 0


def test_fixtures_need_a_checkout(run, write_pack, rule_text, monkeypatch, tmp_path):
    folder = write_pack(delay_short=rule_text())
    monkeypatch.setattr("scanner.cli.rules_check.rules_dir", lambda: tmp_path / "site-packages" / "rules")
    result = run("test", folder, "--fixtures")
    assert result.exit_code == 2
    assert "--fixtures needs the DAOs of a checkout" in result.stderr
    assert "tests of" not in result.stdout


def test_fixtures_run_with_the_same_python_and_the_users_packs(run, write_pack, rule_text, monkeypatch, tmp_path):
    """The command that is run, in place of a chain: a stand-in for fixtures/demo.py says how it was called."""
    folder = write_pack(delay_short=rule_text())
    checkout = tmp_path / "checkout"
    (checkout / "standin").mkdir(parents=True)
    (checkout / "rules").mkdir()
    told = tmp_path / "told"
    (checkout / "standin" / "demo.py").write_text(
        "import os, pathlib, sys\n"
        f"pathlib.Path({str(told)!r}).write_text(repr((sys.executable, sys.argv[3:], os.environ['DAOSCAN_RULES'])))\n"
        "sys.exit(1 if 'broken' in sys.argv else 0)\n"
    )
    monkeypatch.setattr("scanner.cli.rules_check.checkout_of_fixtures", lambda: checkout)
    monkeypatch.setattr("scanner.cli.rules_check.DEMO", "standin.demo")
    assert run("test", folder, "--fixtures", "--only", "healthy").exit_code == 0
    assert told.read_text() == repr((sys.executable, ["--only", "healthy"], str(folder.resolve())))
    assert run("test", folder, "--only", "broken").exit_code == 1
