"""docs/analyses.md: its files lint, pass their tests, and find in its contract what it says, by its own commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scanner.code.auditors.load import load_analyses
from scanner.code.helpers import Code
from scanner.judge import checking
from scanner.judge.schema import PYTHON_KEYS
from scanner.model.stated import FACT_TYPES
from tests.docs.support import daoscan, text_of, write_files

PAGE = "analyses.md"
TEXT = text_of(PAGE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("reader")
    names = write_files(PAGE, place)
    assert names == [
        "my-dao/contracts/Vault.sol",
        "my-analyses/payouts.py",
        "my-pack/pack.yaml",
        "my-pack/anyone-is-paid-out.yaml",
        "my-pack/open_twin.py",
    ]
    return place


def commands(*, beginning: str) -> list[str]:
    return [line.strip() for line in TEXT.splitlines() if line.startswith(f"    {beginning}")]


def test_they_lint(folder: Path) -> None:
    (command,) = commands(beginning="daoscan rules lint")
    done = daoscan(*command.split()[1:], folder=folder)
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout.startswith("2 rules, ")
    assert done.stdout.endswith(" 0 problems\n")


def test_their_tests_pass(folder: Path) -> None:
    (command,) = commands(beginning="daoscan rules test")
    done = daoscan(*command.split()[1:], folder=folder)
    assert (done.code, done.stdout) == (0, "7 tests of 2 rules, 0 failed\n"), done.stdout + done.stderr


def test_they_are_listed_and_shown(folder: Path) -> None:
    listed = daoscan("rules", "list", "my-pack", folder=folder).stdout
    assert re.findall(r"^(VLT-\d+)", listed, re.MULTILINE) == ["VLT-001", "VLT-002"]
    shown = daoscan("rules", "show", "VLT-002", "my-pack", folder=folder).stdout
    assert "A function that one contract guards is open in another" in shown
    assert "The open one may only act for whoever calls it." in shown


@pytest.mark.compiler
def test_they_find_what_the_page_says(folder: Path) -> None:
    (command,) = commands(beginning="daoscan code")
    done = daoscan(*command.split()[1:], folder=folder)
    said = [line for line in commands(beginning="contracts/") if "VLT-" in line]
    assert len(said) == 2
    for line in said:
        assert line in done.stderr.splitlines(), done.stderr
    assert done.code == 1, done.stderr
    report = json.loads((folder / "out" / "code.json").read_text())
    found = {one["rule_id"]: one for one in report["findings"]}
    assert found["VLT-001"]["places"][0]["file"] == "contracts/Vault.sol"
    assert found["VLT-001"]["message"] == "Vault pays out to whoever calls: claim(uint256)."
    assert found["VLT-002"]["message"] == "Anyone can call claim(uint256)."
    assert {"analysis payouts", "rules/my-pack"} <= {one["name"] for one in report["inputs"]}


@pytest.mark.compiler
def test_without_the_analysis_its_facts_are_unknown(folder: Path) -> None:
    done = daoscan("code", "my-dao", "--rules", "my-pack", "--out", "bare", folder=folder)
    report = json.loads((folder / "bare" / "code.json").read_text())
    outcomes = {one["subject"]: one for one in report["outcomes"] if one["rule_id"] == "VLT-001"}
    assert {one["status"] for one in outcomes.values()} == {"unknown"}
    reasons = {one["reason"] for one in outcomes.values()}
    assert all("analysis-not-run (no analysis that states it was run)" in reason for reason in reasons)
    assert done.code == 3, "a stable rule that could have been critical stayed open"


def test_a_misspelt_fact_is_a_load_error(folder: Path, tmp_path: Path) -> None:
    write_files(PAGE, tmp_path)
    rule = tmp_path / "my-pack" / "anyone-is-paid-out.yaml"
    rule.write_text(rule.read_text().replace("facts.open_payouts > 1", "facts.open_payout > 1"))
    done = daoscan("rules", "lint", "my-pack", folder=tmp_path)
    assert done.code == 2
    assert "has no field 'open_payout'" in done.stderr
    assert "did you mean 'open_payouts'" in done.stderr


def test_the_page_names_every_type_helper_answer_and_key(folder: Path) -> None:
    for name in FACT_TYPES:
        assert f"| `{name}` |" in TEXT
    for name in vars(Code):
        if not name.startswith("_"):
            assert f"code.{name}" in TEXT, name
    for name in ("finding", "passed", "unknown", "not_applicable", "value", "unread"):
        assert hasattr(checking, name)
        assert f"`{name}(" in TEXT
    rules = text_of("rules.md")
    for key in (*PYTHON_KEYS, "facts", "snapshot"):
        assert f"`{key}`" in rules
    assert "](analyses.md)" in rules
    (analysis,) = load_analyses([folder / "my-analyses"])
    assert dict(analysis.facts) == {"open_payouts": "integer", "payout_functions": "names"}
