"""`daoscan rules try` on saved snapshots."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from scanner.cli.rules import rules_app
from scanner.model.observation import Collection
from scanner.pipeline import dump_snapshot

DAY = 86_400


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *words: runner.invoke(rules_app, ["try", *(str(word) for word in words)])


@pytest.fixture
def saved(tmp_path, make_snapshot, make_governor, known):
    """Three snapshots in folders, one whose governors could not all be found, and a file that is none."""
    folder = tmp_path / "scans"
    delays = {"a": [known(1)], "b": [known(5 * DAY)], "c": [known(3 * DAY), known(1)]}
    for name, values in delays.items():
        governors = [
            make_governor("0x" + f"{number:02x}" * 20, voting_delay_seconds=value)
            for number, value in enumerate(values, start=1)
        ]
        _write(folder / name, make_snapshot(governors=governors))
    _write(folder / "d", make_snapshot(governors=Collection(items=(), complete=False, reason="limit: too many")))
    (folder / "e").mkdir()
    (folder / "e" / "snapshot.json").write_text("{}")
    (folder / "a" / "report.json").write_text("{}")
    return folder


def _write(folder, snapshot):
    folder.mkdir(parents=True)
    (folder / "snapshot.json").write_bytes(dump_snapshot(snapshot))


def test_a_folder_of_snapshots(run, saved):
    result = run("RSP-001", saved)
    assert result.exit_code == 3
    lines = result.stdout.replace(str(saved), "").splitlines()
    assert lines == [
        "/a/snapshot.json: high 1",
        "/b/snapshot.json: pass 1",
        "/c/snapshot.json: high 1, medium 1",
        "/d/snapshot.json: unknown 1",
        "RSP-001 voting-delay-too-short on 4 snapshots: 2 with a finding, 1 with something undecided",
        "on their subjects: high 2, medium 1, pass 1, unknown 1",
        "1 could not be read",
    ]
    assert "unreadable: " in result.stderr
    assert "e/snapshot.json: not a snapshot of this version" in result.stderr


def test_files_findings_and_a_name(run, saved):
    result = run("voting-delay-too-short", saved / "a" / "snapshot.json", saved / "b", "--findings")
    assert result.exit_code == 0
    assert "    high: 0x0101" in result.stdout


def test_json_lines(run, saved):
    result = run("RSP-001", saved / "c", saved / "d", "--json")
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["outcomes"] == {"finding": 2, "pass": 0, "unknown": 0, "not-applicable": 0, "error": 0}
    assert first["levels"] == {"high": 1, "medium": 1}
    assert [one["level"] for one in first["findings"]] == ["high", "medium"] or len(first["findings"]) == 2
    assert second["undecided"] == ["not all of kind governor could be found: limit: too many"]
    assert "on 2 snapshots" in result.stderr


def test_a_rule_of_ones_own_that_asks_another(run, saved, write_pack, rule_text):
    tests = (
        "[{name: a, outcomes: {RSP-001: finding}, expect: high},"
        " {name: b, outcomes: {RSP-001: pass}, expect: pass}, {name: c, expect: unknown}]"
    )
    levels = "[{severity: high, where: ['finding(\"RSP-001\")']}]"
    folder = write_pack(delay_short=rule_text(subject="dao", levels=levels, tests=tests, message="Short."))
    result = run(folder / "delay-short.yaml", saved / "a", saved / "b", saved / "d")
    assert result.exit_code == 0, result.stderr
    assert [line.rpartition(": ")[2] for line in result.stdout.splitlines()[:3]] == ["high 1", "pass 1", "unknown 1"]


def test_flat_folders(run, saved, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for name in "ab":
        (flat / f"{name}.json").write_bytes((saved / name / "snapshot.json").read_bytes())
    assert "on 2 snapshots: 1 with a finding" in run("RSP-001", flat).stdout


@pytest.mark.parametrize(
    ("rule", "what"),
    [("RSP-999", "no rule 'RSP-999'"), ("nowhere/rule.yaml", "no such file"), ("{pack}/broken.yaml", "unknown key")],
)
def test_a_rule_that_cannot_be_used(run, saved, rule, what, write_pack, rule_text):
    pack = write_pack(delay_short=rule_text(), broken="nonsense: 1\n")
    result = run(rule.format(pack=pack), saved)
    assert result.exit_code == 2
    assert what in result.stderr


def test_a_file_without_a_pack(run, saved, tmp_path, rule_text):
    (tmp_path / "delay-short.yaml").write_text(rule_text())
    result = run(tmp_path / "delay-short.yaml", saved)
    assert (result.exit_code, "no pack.yaml beside the rule" in result.stderr) == (2, True)


def test_nothing_to_read(run, tmp_path):
    result = run("RSP-001", tmp_path)
    assert (result.exit_code, "no snapshot in these places" in result.stderr) == (2, True)
    missing = run("RSP-001", tmp_path / "missing.json")
    assert missing.exit_code == 3
    assert "it cannot be read: No such file" in missing.stderr
