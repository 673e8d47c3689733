"""Auditors' analyses and rules in Python on a deployed DAO: in a scan, and on the sources of a snapshot, offline."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from fixtures.localchain import project_root
from tests.e2e.conftest import Field, Run, daoscan

ANALYSIS = '''
"""How the code of a governor counts votes."""

FACTS = {"weight_read_from": "text", "open_functions": "integer"}


def analyse(code):
    weights = code.vote_weights()
    if weights:
        yield code.fact("weight_read_from", weights[0].read_from, *weights[0].nodes)
    else:
        yield code.unknown("weight_read_from", "it counts no votes")
    yield code.fact("open_functions", len(code.open_functions))
'''
BROKEN = """
FACTS = {"never_stated": "integer"}


def analyse(code):
    raise ZeroDivisionError("as auditors do")
    yield
"""
PACK = """
name: own
prefix: OWN
version: 0.1.0
engine: "1"
facts: {weight_read_from: text, open_functions: integer, never_stated: integer}
"""
RULE = """
schema: 1
id: {id}
name: {name}
title: Votes are weighed by what a token says of the past
subject: {subject}
confidence: high
status: experimental
dimension: capture
levels: [{{severity: info, where: ['{condition}']}}]
message: "{message}"
why: w
legitimate_use: l
remediation: {{effort: low, text: t}}
evidence_class: E3
tests:
  - {{name: a, facts: {{{fact}}}, expect: info}}
  - {{name: b, facts: {{{other}}}, expect: pass}}
  - {{name: c, facts: {{}}, expect: unknown}}
"""
CHECK = """
from scanner.judge.checking import finding, passed, unknown, unread, value

RULE = {
    "schema": 1, "id": "OWN-003", "name": "long-vote", "title": "A vote is open for days", "subject": "governor",
    "confidence": "high", "status": "experimental", "dimension": "response-time", "levels": [{"severity": "info"}],
    "message": "m", "why": "w", "legitimate_use": "l", "remediation": {"effort": "low", "text": "t"},
    "evidence_class": "E1",
    "tests": [
        {"name": "a", "facts": {"governor.voting_period_seconds": 1}, "expect": "pass"},
        {"name": "b", "facts": {"governor.voting_period_seconds": 99999}, "expect": "info"},
        {"name": "c", "facts": {}, "expect": "unknown"},
    ],
}


def check(snapshot):
    for governor in snapshot.governors.items:
        reads = {"voting period": governor.voting_period_seconds}
        if unread(reads):
            yield unknown(governor, reads=reads)
        elif value(governor.voting_period_seconds) > 3600:
            yield finding(governor, "info", f"{value(governor.voting_period_seconds)} s", reads=reads)
        else:
            yield passed(governor, reads=reads)
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two analyses and a pack that reads their facts."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "analyses").mkdir()
    (folder / "pack").mkdir()
    (folder / "analyses" / "weights.py").write_text(ANALYSIS)
    (folder / "analyses" / "broken.py").write_text(BROKEN)
    (folder / "pack" / "pack.yaml").write_text(PACK)
    (folder / "pack" / "past-weight.yaml").write_text(
        RULE.format(
            id="OWN-001",
            name="past-weight",
            subject="governor",
            condition='governor.contract.code.facts.weight_read_from == "getPastVotes"',
            message="Read from {governor.contract.code.facts.weight_read_from}.",
            fact="governor.contract.code.facts.weight_read_from: getPastVotes",
            other="governor.contract.code.facts.weight_read_from: balanceOf",
        )
    )
    (folder / "pack" / "never-stated.yaml").write_text(
        RULE.format(
            id="OWN-002",
            name="never-stated",
            subject="contract",
            condition="contract.code.facts.never_stated > 0",
            message="{contract.code.facts.never_stated}",
            fact="contract.code.facts.never_stated: 1",
            other="contract.code.facts.never_stated: 0",
        )
    )
    (folder / "pack" / "long_vote.py").write_text(CHECK)
    return folder


def outcomes(run: Run, rule: str) -> dict[str, tuple[str, str]]:
    """Return status and reason by subject."""
    found = [one for one in run.report["outcomes"] if one["rule_id"] == rule]
    return {one["subject"]["id"]: (one["status"], one["reason"]) for one in found}


def checked(run: Run, governor: str) -> None:
    """What both ways must say."""
    findings = {one["rule_id"]: one for one in run.report["findings"]}
    assert findings["OWN-001"]["message"] == "Read from getPastVotes."
    assert {piece["kind"] for piece in findings["OWN-001"]["evidence"]} == {"source"}
    assert findings["OWN-001"]["evidence"][0]["address"] == governor
    assert findings["OWN-003"]["message"].endswith(" s")
    assert {piece["kind"] for piece in findings["OWN-003"]["evidence"]} <= {"call", "storage", "block"}
    failed = set(outcomes(run, "OWN-002").values())
    assert any("broken.py:6: ZeroDivisionError: as auditors do" in reason for _, reason in failed)
    assert {status for status, _ in failed} == {"unknown"}
    names = {one["name"] for one in run.report["inputs"]}
    assert {"analysis weights", "analysis broken", "rules/own"} <= names
    assert {gap["what"] for gap in run.snapshot["gaps"]} >= {"analysis broken"}


def test_a_scan_runs_them(field: Field, own: Path, tmp_path: Path) -> None:
    dao = field.daos["healthy"]
    run = daoscan(
        "scan", dao.governor, *field.options(), "--analyses", str(own / "analyses"), "--rules", str(own / "pack"),
        out=tmp_path / "scan",
    )  # fmt: skip
    assert run.code == field.scan("healthy").code, run.stderr
    checked(run, dao.governor.lower())


def test_a_snapshot_is_analysed_again_without_a_node(field: Field, own: Path, tmp_path: Path) -> None:
    before = field.scan("healthy")
    bare = daoscan("report", str(before.out / "snapshot.json"), "--rules", str(own / "pack"), out=tmp_path / "bare")
    assert bare.code == before.code, bare.stderr
    assert set(outcomes(bare, "OWN-001").values()) == {
        (
            "unknown",
            "governor.contract.code.facts.weight_read_from: analysis-not-run (no analysis that states it was run)",
        )
    }
    kept = tmp_path / "kept"
    kept.mkdir()
    shutil.copy(before.out / "snapshot.json", kept / "snapshot.json")
    words = ("reanalyse", str(kept / "snapshot.json"), "--analyses", str(own / "analyses"))
    run = daoscan(*words, "--rules", str(own / "pack"), env={"DAOSCAN_RPC_URL": ""})
    assert run.code == before.code, run.stderr
    again = Run(run.code, run.stdout, run.stderr, kept / "reanalysed")
    checked(again, field.daos["healthy"].governor.lower())
    assert (kept / "snapshot.json").read_bytes() == (before.out / "snapshot.json").read_bytes()
    digest = "0x" + hashlib.sha256((kept / "snapshot.json").read_bytes()).hexdigest()
    assert {"name": "snapshot before reanalysis", "sha256": digest} in again.snapshot["inputs"]
    for name in ("blocks", "target", "as_of", "controls", "treasury", "proposals", "sources"):
        assert again.snapshot[name] == before.snapshot[name], name
    old = {one["address"]: one["code"] for one in before.snapshot["contracts"]["items"]}
    for contract in again.snapshot["contracts"]["items"]:
        code = {name: value for name, value in contract["code"].items() if name != "facts"}
        assert code == {name: value for name, value in old[contract["address"]].items() if name != "facts"}
    refused = daoscan(*words, out=kept)
    assert refused.code == 2
    assert "the snapshot would be overwritten" in refused.stderr


def test_findings_stand_on_files_of_the_repository_and_on_the_manifests_lines(field: Field, tmp_path: Path) -> None:
    """The DAO's own checkout holds the verified files under other names, and the manifest of its addresses."""
    dao = field.daos["call-time-votes"]
    before = field.scan("call-time-votes")
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    (checkout / "daos").mkdir()
    (checkout / "src").mkdir()
    contents = {file["path"]: file["content"] for one in before.snapshot["sources"] for file in one["files"]}
    for number, path in enumerate(sorted(contents)):
        (checkout / "src" / f"File{number}.sol").write_text(contents[path], encoding="utf-8", newline="")
    chain = before.report["target"]["chain_id"]
    manifest = checkout / "daos" / "mine.yaml"
    manifest.write_text(
        f"schema: 1\nname: mine\ntargets:\n  - {{id: 'eip155:{chain}:{dao.governor}', role: governor}}\n"
    )
    run = daoscan(
        "scan", str(manifest), *field.options(), "--repository", str(checkout), "--format", "json,sarif",
        out=tmp_path / "out",
    )  # fmt: skip
    assert run.code in (0, 1, 3), run.stderr
    log = json.loads((tmp_path / "out" / "report.sarif").read_text("utf-8"))
    schema = project_root() / "tests" / "render" / "data" / "sarif-2.1.0.schema.json"
    jsonschema.Draft4Validator(json.loads(schema.read_text("utf-8"))).validate(log)
    places = {result["ruleId"]: result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"]}
    uris = {place["artifactLocation"]["uri"] for place in places.values()}
    assert {uri.split("/")[0] for uri in uris} == {"src", "daos"}, run.stderr
    weighed = places["CAP-001"]
    shown = (checkout / weighed["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
    first, last = weighed["region"]["startLine"], weighed["region"]["endLine"]
    assert "balanceOf" in " ".join(shown[first - 1 : last])
    threshold = places["RSP-001"]
    assert threshold["artifactLocation"]["uri"] == "daos/mine.yaml"
    assert threshold["region"]["startLine"] == 4
