"""One scan in every format; only what is asked for is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt

from tests.e2e.conftest import Field, Run, daoscan
from tests.render.sarif_constraints import SCHEMA

ALL = "html,json,sarif,md"


@pytest.fixture(scope="module", name="run")
def _run(field: Field, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("formats")
    run = daoscan("scan", field.daos["single-key"].governor, *field.options(), "--format", ALL, out=out)
    assert run.code == 1, run.stderr
    return run


def test_every_format_is_written(run: Run) -> None:
    names = ["report.html", "report.json", "report.md", "report.sarif", "snapshot.json"]
    assert sorted(path.name for path in run.out.iterdir()) == names


def test_the_log_meets_the_standard_and_holds_every_finding(run: Run) -> None:
    log = json.loads((run.out / "report.sarif").read_text("utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    (only,) = log["runs"]
    prints = {result["partialFingerprints"]["daoscan/v1"]: result for result in only["results"]}
    findings = run.report["findings"]
    assert findings
    assert set(prints) == {finding["fingerprint"] for finding in findings}
    for finding in findings:
        result = prints[finding["fingerprint"]]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        files = {piece["file"] for piece in finding["evidence"] if piece["kind"] == "source"}
        assert bool(files) == (place != "snapshot.json")
    for rule in only["tool"]["driver"]["rules"]:
        assert "Legitimate use" in rule["help"]["markdown"], rule["id"]
    assert len(only["tool"]["driver"]["rules"]) == len(run.report["coverage"]["rules"])


def test_undecided_rules_are_told_in_the_log(run: Run) -> None:
    log = json.loads((run.out / "report.sarif").read_text("utf-8"))
    notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    told = {note["associatedRule"]["id"] for note in notes if "associatedRule" in note}
    open_ones = {one["rule_id"] for one in run.report["outcomes"] if one["status"] in {"unknown", "error"}}
    assert open_ones
    assert told == open_ones


def test_the_markdown_names_every_rule_that_found_something(run: Run) -> None:
    text = (run.out / "report.md").read_text("utf-8")
    assert set(re.findall(r"^#### ([A-Z]{3}-\d{3}) ", text, re.M)) == {one["rule_id"] for one in run.report["findings"]}
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = {token.type for token in tokens} | {part.type for token in tokens for part in token.children or ()}
    assert not {kind for kind in kinds if kind.startswith(("link", "image", "html", "fence", "code_block"))}


def test_the_same_files_come_from_the_snapshot(run: Run, tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_bytes((run.out / "snapshot.json").read_bytes())
    again = daoscan("report", str(snapshot), "--format", "sarif,md", env={"PYTHONHASHSEED": "4711"})
    assert again.code == run.code, again.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.md", "report.sarif", "snapshot.json"]
    for name in ("report.md", "report.sarif"):
        assert (tmp_path / name).read_bytes() == (run.out / name).read_bytes(), name


def test_an_unknown_format_is_refused_with_the_list(field: Field, tmp_path: Path) -> None:
    run = daoscan("scan", field.daos["healthy"].governor, *field.options(), "--format", "docx", out=tmp_path / "out")
    assert run.code == 2
    assert "no such format: docx" in run.stderr
    assert "sarif" in run.stderr
