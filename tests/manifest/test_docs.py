"""The examples of docs/manifest.md are files that load, and its table names every rule about accountability."""

from __future__ import annotations

import re
from pathlib import Path

from fixtures.localchain import project_root
from scanner.content import rules_dir
from scanner.judge.rules import collect
from scanner.manifest.manifest import read_manifest
from scanner.model.accountability import Wrapper

TEXT = (project_root() / "docs" / "manifest.md").read_text("utf-8")
MANIFEST, STATEMENT = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


def test_the_examples_load(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "agreement.pdf").write_bytes(b"%PDF")
    (tmp_path / "accountability.yaml").write_text(STATEMENT, "utf-8")
    (tmp_path / "river.yaml").write_text(MANIFEST, "utf-8")
    found = read_manifest(tmp_path / "river.yaml")
    assert found.statement is not None
    assert (found.name, found.chains, found.snapshot_space) == ("River DAO", (1, 10), "river.eth")
    assert [one.about for one in found.statement.responses] == ["", "RSP-001"]


def test_every_rule_about_accountability_stands_in_the_table() -> None:
    book, errors = collect([rules_dir()])
    assert errors == []
    rules = {rule.id for rule in book.rules}
    named = set(re.findall(r"\b[A-Z]{3}-[0-9]{3}\b", TEXT)) - {"RSP-001", "SHA-256"}
    assert {rule for rule in rules if rule.startswith("ACC-")} <= named <= rules


def test_every_legal_form_is_named() -> None:
    for wrapper in Wrapper:
        assert re.search(rf"\b{wrapper.value}\b", TEXT), wrapper
