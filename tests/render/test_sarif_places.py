"""Results stand where a repository shows them, and stay the same alert when words, severity or lines change."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scanner.model.errors import UsageError
from scanner.model.evidence import SourceEvidence
from scanner.model.outcome import Assessment, Finding, Severity
from scanner.render import sarif as module
from scanner.render.report_json import dump
from scanner.render.sarif import PLAIN, RESULTS_LIMIT, SarifOptions, sarif, sarif_file
from scanner.render.sarif_baseline import Baseline, read_baseline
from scanner.render.sarif_places import ManifestFile, Place, Places
from tests.render import factory

OFFICIAL = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.schema.json").read_text("utf-8"))
SNAPSHOT = factory.snapshot()
ASSESSMENT = factory.assessment()


def log_of(assessment: Assessment = ASSESSMENT, options: SarifOptions = PLAIN) -> dict[str, Any]:
    log = json.loads(sarif_file(SNAPSHOT, assessment, factory.SNAPSHOT_SHA256, factory.ENGLISH, options))
    jsonschema.Draft4Validator(OFFICIAL).validate(log)
    return dict(log)


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    return list(log["runs"][0]["results"])


def places(log: dict[str, Any]) -> dict[tuple[str, str], tuple[str, int]]:
    """Return file and line of every result, by rule and fingerprint."""
    found = {}
    for result in results(log):
        where = result["locations"][0]["physicalLocation"]
        key = (result["ruleId"], result["partialFingerprints"]["daoscan/v1"])
        found[key] = (where["artifactLocation"]["uri"], where["region"]["startLine"])
    return found


def with_source() -> tuple[Finding, SourceEvidence]:
    """Return a finding that rests on source, and the first of its lines."""
    for finding in ASSESSMENT.findings:
        for piece in finding.evidence:
            if isinstance(piece, SourceEvidence):
                return finding, piece
    raise AssertionError("the factory has none")


def of_state() -> Finding:
    """Return a finding that rests on the chain's state."""
    return next(one for one in ASSESSMENT.findings if not any(piece.kind == "source" for piece in one.evidence))


def key(finding: Finding) -> tuple[str, str]:
    return finding.rule_id, finding.fingerprint


def test_a_verified_source_is_found_in_the_repository_by_its_content() -> None:
    finding, piece = with_source()
    known = Places(files={piece.file_sha256.removeprefix("0x"): "contracts/governance/Own Name.sol"})
    before, after = places(log_of()), places(log_of(options=SarifOptions(known)))
    assert before[key(finding)] == (piece.file, piece.first_line)
    assert after[key(finding)] == ("contracts/governance/Own%20Name.sol", piece.first_line)
    other = Places(files={"00" * 32: "contracts/Other.sol"})
    assert places(log_of(options=SarifOptions(other))) == before


def test_findings_about_state_stand_on_the_manifests_line() -> None:
    finding = of_state()
    address = finding.subject.id.partition("#")[0].rsplit(":", 1)[-1]
    upper = address[:2] + address[2:].upper()
    text = f"schema: 1\nname: X\ntargets:\n  - id: eip155:1:{upper}\n"
    manifest = ManifestFile("daos/x.yaml", "ab" * 32, text)
    found = places(log_of(options=SarifOptions(Places(manifest=manifest))))
    assert found[key(finding)] == ("daos/x.yaml", 4)
    assert set(found.values()) <= {("daos/x.yaml", line) for line in range(1, 5)}
    empty = places(log_of(options=SarifOptions(Places(manifest=replace(manifest, text="")))))
    assert set(empty.values()) == {("daos/x.yaml", 1)}
    without = places(log_of())
    assert without[key(finding)] == ("snapshot.json", 1)


def test_with_a_manifest_the_verified_source_is_named_beside_it() -> None:
    finding, piece = with_source()
    log = log_of(options=SarifOptions(Places(manifest=ManifestFile("daos/x.yaml", "ab" * 32, ""))))
    result = next(one for one in results(log) if one["partialFingerprints"]["daoscan/v1"] == finding.fingerprint)
    beside = [place["physicalLocation"]["artifactLocation"]["uri"] for place in result["relatedLocations"]]
    assert piece.file in beside


def test_a_subjects_home_comes_before_what_it_rests_on_elsewhere() -> None:
    finding, piece = with_source()
    home = Place("contracts/Home.sol", "cd" * 32, 12, 12)
    log = log_of(options=SarifOptions(Places(homes={finding.subject.id: home}, automation="code")))
    assert places(log)[key(finding)] == ("contracts/Home.sol", 12)
    assert log["runs"][0]["automationDetails"]["id"] == "daoscan/code/"
    assert piece.file in json.dumps(log)


def test_the_fingerprint_stays_when_message_severity_or_lines_change() -> None:
    finding, piece = with_source()
    moved = piece.model_copy(update={"first_line": piece.first_line + 7, "last_line": piece.last_line + 7})
    changes: list[dict[str, Any]] = [
        {"message": "Other words."},
        {"severity": Severity.LOW},
        {"evidence": (moved,)},
        {"at_least": not finding.at_least},
    ]
    before = {place[:2] for place in places(log_of())}
    for change in changes:
        changed = tuple(one.model_copy(update=change) if one is finding else one for one in ASSESSMENT.findings)
        log = log_of(ASSESSMENT.model_copy(update={"findings": changed}))
        assert log != log_of(), change
        assert {place[:2] for place in places(log)} == before, change


def written(log: dict[str, Any]) -> Baseline:
    return read_baseline(dump(log).encode(), "old.sarif")


def states(log: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(one["ruleId"], one["partialFingerprints"]["daoscan/v1"]): one["baselineState"] for one in results(log)}


def test_a_baseline_tells_new_unchanged_updated_and_absent() -> None:
    gone, changed, added, *rest = ASSESSMENT.findings
    old = ASSESSMENT.model_copy(update={"findings": (gone, changed, *rest)})
    now = (changed.model_copy(update={"message": "Other words."}), added, *rest)
    baseline = written(log_of(old))
    new = ASSESSMENT.model_copy(update={"findings": now})
    log = log_of(new, SarifOptions(baseline=baseline))
    found = states(log)
    assert found[key(gone)] == "absent"
    assert found[key(changed)] == "updated"
    assert found[key(added)] == "new"
    assert {found[key(one)] for one in rest} == {"unchanged"}
    assert results(log)[-1]["ruleId"] == gone.rule_id
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in results(log):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [key(one) for one in baseline.only_new(new).findings] == [key(added)]
    again = written(log)
    assert key(gone) not in again.results, "what was absent there already is no part of the next comparison"
    assert set(states(log_of(new, SarifOptions(baseline=again))).values()) == {"unchanged"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other"}}, "results": []}]}',
        b'{"version": "2.0.0", "runs": [{"tool": {"driver": {"name": "daoscan"}}, "results": []}]}',
        b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "daoscan"}}, "results": [{"ruleId": "A"}]}]}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_baseline_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="the baseline is no SARIF"):
        read_baseline(data, "old.sarif")


def test_a_file_that_would_be_too_large_is_cut_to_the_worst(monkeypatch: pytest.MonkeyPatch) -> None:
    many = tuple(
        one.model_copy(update={"fingerprint": f"{number:064x}", "message": f"{one.message} {number}"})
        for number in range(40)
        for one in ASSESSMENT.findings
    )
    assessment = ASSESSMENT.model_copy(update={"findings": many})
    whole = log_of(assessment)
    assert len(results(whole)) == len(many) < RESULTS_LIMIT
    monkeypatch.setattr(module, "ZIPPED_LIMIT", len(gzip.compress(dump(whole).encode(), mtime=0)) - 1)
    cut = log_of(assessment)
    assert 0 < len(results(cut)) < len(many)
    assert results(cut) == results(whole)[: len(results(cut))]
    notes = cut["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["descriptor"]["id"] == "results-cut"


def test_options_that_say_nothing_change_nothing() -> None:
    plain = sarif(SNAPSHOT, ASSESSMENT, factory.SNAPSHOT_SHA256, factory.ENGLISH)
    assert json.loads(dump(plain)) == log_of()
