"""report.sarif meets SARIF 2.1.0 and what code scanning services ask beyond it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

from scanner.model.evidence import SourceEvidence
from scanner.model.outcome import Assessment, RuleSummary, Severity, Status
from scanner.model.snapshot import Snapshot
from scanner.render.report_json import dump
from scanner.render.sarif import MESSAGE_LIMIT, RESULTS_LIMIT, RULES_LIMIT, sarif
from scanner.render.sarif_places import source_uri
from scanner.render.sarif_rules import plain
from tests.render import factory
from tests.render import factory_dao as dao
from tests.render.hostile import STRINGS, rotating
from tests.render.sarif_constraints import SCHEMA

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note", None: "note"}


def made(snapshot: Snapshot | None = None, assessment: Assessment | None = None) -> dict[str, Any]:
    inputs = snapshot or factory.snapshot(), assessment or factory.assessment()
    return sarif(*inputs, factory.SNAPSHOT_SHA256, factory.ENGLISH)


def hostile() -> dict[str, Any]:
    return made(factory.with_text(factory.snapshot(), rotating()), factory.with_text(factory.assessment(), rotating()))


def run(log: dict[str, Any]) -> dict[str, Any]:
    (only,) = log["runs"]
    return dict(only)


def notes(log: dict[str, Any]) -> list[dict[str, Any]]:
    return list(run(log)["invocations"][0]["toolExecutionNotifications"])


OFFICIAL = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.schema.json").read_text("utf-8"))


def checked(log: dict[str, Any]) -> None:
    """Everything that the standard and the services ask for."""
    jsonschema.Draft4Validator(OFFICIAL).validate(json.loads(dump(log)))
    checker = jsonschema.Draft202012Validator(SCHEMA)
    checker.check_schema(SCHEMA)
    checker.validate(json.loads(dump(log)))
    this = run(log)
    rules = this["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) <= RULES_LIMIT
    assert len(this["results"]) <= RESULTS_LIMIT
    for result in this["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for place in _physical(result):
            _relative(place["artifactLocation"])
            if "index" in place["artifactLocation"]:
                artifact = this["artifacts"][place["artifactLocation"]["index"]]
                assert artifact["location"]["uri"] == place["artifactLocation"]["uri"]
            assert place["region"].get("endLine", place["region"]["startLine"]) >= place["region"]["startLine"]
    known = {item["id"] for item in this["tool"]["driver"]["notifications"]}
    for note in notes(log):
        assert note["descriptor"]["id"] in known
        if "associatedRule" in note:
            assert rules[note["associatedRule"]["index"]]["id"] == note["associatedRule"]["id"]


def _physical(result: dict[str, Any]) -> list[dict[str, Any]]:
    places = [*result["locations"], *result.get("relatedLocations", ())]
    return [place["physicalLocation"] for place in places]


def _relative(location: dict[str, Any]) -> None:
    uri = location["uri"]
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert uri.isascii()
    assert not uri.startswith("/")
    assert not {"", ".", ".."} & set(uri.split("/"))
    assert "\\" not in unquote(uri)


def test_a_log_meets_the_standard() -> None:
    checked(made())
    checked(made(factory.empty_snapshot(), factory.empty_assessment()))


def test_hostile_text_stays_within_the_standard() -> None:
    log = hostile()
    checked(log)
    text = dump(log)
    assert text.isascii()
    for result in run(log)["results"]:
        assert "](" not in result["message"]["text"]
    for hidden in ("\\u202e", "\\u200b", "\\ud800", "\\u0000", "\\u001b"):
        assert hidden not in text


def test_the_constraints_can_fail() -> None:
    for break_it in (
        lambda log: log["runs"][0]["results"][0].pop("locations"),
        lambda log: log["runs"][0]["results"][0]["locations"].clear(),
        lambda log: log["runs"][0]["results"][0]["message"].update(text=""),
        lambda log: log["runs"][0]["results"][0].update(level="high"),
        lambda log: log["runs"][0]["results"][0].update(severity="high"),
        lambda log: log["runs"][0]["results"][0]["partialFingerprints"].clear(),
        lambda log: log["runs"][0]["tool"]["driver"]["rules"][0].pop("help"),
        lambda log: log["runs"][0]["tool"]["driver"]["rules"][0]["properties"].update({"security-severity": 9.5}),
        lambda log: log["runs"][0]["invocations"][0].pop("executionSuccessful"),
        lambda log: log.update(version="2.0.0"),
    ):
        log = json.loads(dump(made()))
        break_it(log)
        with pytest.raises(jsonschema.ValidationError):
            checked(log)


def test_every_rule_that_ran_is_described_with_its_legitimate_use() -> None:
    assessment = factory.assessment()
    rules = {rule["id"]: rule for rule in run(made())["tool"]["driver"]["rules"]}
    assert list(rules) == sorted(rule.id for rule in assessment.rules)
    for texts in assessment.texts:
        shown = rules[texts.id]["help"]
        for form in ("text", "markdown"):
            assert "Legitimate use of the same structure" in shown[form]
            for words in (texts.why, texts.legitimate_use, texts.remediation.text):
                assert words in shown[form]
    for rule in assessment.rules:
        assert rules[rule.id]["shortDescription"]["text"] == rule.title
        assert rules[rule.id]["name"] == rule.name


def test_security_severity_is_the_worst_found_and_only_where_a_dimension_grades() -> None:
    scores = {"critical": (9.0, 10.0), "high": (6.9, 8.9), "medium": (3.9, 6.9), "low": (0.0, 3.9)}
    assessment = factory.assessment()
    for rule in run(made())["tool"]["driver"]["rules"]:
        found = [item for item in assessment.findings if item.rule_id == rule["id"]]
        score = rule["properties"].get("security-severity")
        if any(item.dimension.descriptive for item in found):
            assert score is None
            assert rule["properties"]["tags"][0] == "descriptive"
        for item in found:
            if item.severity is not None and item.severity is not Severity.INFO:
                low, high = scores[item.severity.value]
                assert low < float(score) <= high
                assert rule["properties"]["tags"][0] == "security"


@pytest.mark.parametrize("order", [1, -1])
def test_the_worst_of_several_findings_counts(order: int) -> None:
    assessment = factory.assessment()
    item = next(item for item in assessment.findings if item.severity is Severity.HIGH)
    several = tuple(
        item.model_copy(update={"severity": severity, "fingerprint": f"{number:064x}"})
        for number, severity in enumerate((Severity.LOW, Severity.CRITICAL, Severity.MEDIUM)[::order])
    )
    log = made(assessment=assessment.model_copy(update={"findings": several}))
    (rule,) = [rule for rule in run(log)["tool"]["driver"]["rules"] if rule["id"] == item.rule_id]
    assert rule["properties"]["security-severity"] == "9.5"
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert [result["level"] for result in run(log)["results"]] == ["error", "warning", "note"]


def test_results_name_level_subject_and_place() -> None:
    assessment = factory.assessment()
    results = run(made())["results"]
    assert len(results) == len(assessment.findings)
    by_fingerprint = {result["partialFingerprints"]["daoscan/v1"]: result for result in results}
    for finding in assessment.findings:
        result = by_fingerprint[finding.fingerprint]
        assert result["ruleId"] == finding.rule_id
        assert result["level"] == LEVELS[finding.severity]
        assert result["message"]["text"] == f"{finding.subject.label}: {finding.message}"
        (place,) = result["locations"]
        (logical,) = place["logicalLocations"]
        assert logical["fullyQualifiedName"].startswith(f"eip155:{dao.CHAIN}:0x")
        assert "#" in logical["fullyQualifiedName"]
        physical = place["physicalLocation"]
        if any(isinstance(piece, SourceEvidence) for piece in finding.evidence):
            assert physical["artifactLocation"]["uri"] == "src/Vault.sol"
            assert physical["artifactLocation"]["uriBaseId"] == "SRCROOT"
            assert physical["region"] == {"startLine": 13, "endLine": 16}
        else:
            assert physical == {"artifactLocation": {"uri": "snapshot.json"}, "region": {"startLine": 1}}
    assert any("uriBaseId" in result["locations"][0]["physicalLocation"]["artifactLocation"] for result in results)
    digest = factory.FILE_SHA256.removeprefix("0x")
    assert run(made())["artifacts"] == [
        {"location": {"uri": "src/Vault.sol", "uriBaseId": "SRCROOT"}, "hashes": {"sha-256": digest}}
    ]


def test_further_source_lines_are_related_places() -> None:
    assessment = factory.assessment()
    pieces = tuple(dao.source_lines(factory.FILE_SHA256, number, number + 1) for number in range(1, 30))
    first = assessment.findings[0].model_copy(update={"evidence": pieces})
    log = made(assessment=assessment.model_copy(update={"findings": (first,)}))
    checked(log)
    (result,) = run(log)["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "endLine": 2}
    assert [place["id"] for place in result["relatedLocations"]] == list(range(1, 11))


def test_fingerprints_stay_when_words_severity_or_lines_change() -> None:
    assessment = factory.assessment()
    changed = tuple(
        item.model_copy(
            update={
                "message": "Other words.",
                "title": "Other title",
                "severity": None if item.severity is None else Severity.LOW,
                "evidence": (dao.source_lines(factory.FILE_SHA256, 3, 4),),
            }
        )
        for item in assessment.findings
    )
    before = run(made())["results"]
    after = run(made(assessment=assessment.model_copy(update={"findings": changed})))["results"]
    assert {_identity(result) for result in before} == {_identity(result) for result in after}
    assert {result["message"]["text"] for result in before} != {result["message"]["text"] for result in after}
    assert len({_identity(result) for result in before}) == len(before)


def _identity(result: dict[str, Any]) -> tuple[str, str, str]:
    prints = result["partialFingerprints"]
    return result["ruleId"], prints["daoscan/v1"], prints["primaryLocationLineHash"]


def test_undecided_and_failed_rules_are_notifications() -> None:
    assessment = factory.assessment()
    said = notes(made())
    for outcome in assessment.outcomes:
        mine = [note for note in said if note.get("associatedRule", {}).get("id") == outcome.rule_id]
        if outcome.status is Status.UNKNOWN:
            assert any(note["level"] == "warning" and outcome.reason in note["message"]["text"] for note in mine)
        if outcome.status is Status.ERROR:
            assert any(note["level"] == "error" and outcome.reason in note["message"]["text"] for note in mine)
    texts = [note["message"]["text"] for note in said]
    assert any("up to critical" in text for text in texts)
    assert any("the node has no logs that far back" in text for text in texts)
    assert any("The list is not complete (all proposals)" in text for text in texts)


def test_many_undecided_subjects_are_one_notification() -> None:
    assessment = factory.assessment()
    unknown = next(item for item in assessment.outcomes if item.status is Status.UNKNOWN)
    many = tuple(unknown.model_copy(update={"reason": f"reason {number}"}) for number in range(2_000))
    said = notes(made(assessment=assessment.model_copy(update={"outcomes": many})))
    (note,) = [note for note in said if "associatedRule" in note]
    assert "2,000 subjects" in note["message"]["text"]
    assert len(note["message"]["text"]) <= MESSAGE_LIMIT


def test_too_many_results_are_cut_from_the_mildest_and_said() -> None:
    assessment = factory.assessment()
    mild = next(item for item in assessment.findings if item.severity is Severity.LOW)
    many = tuple(
        mild.model_copy(update={"fingerprint": f"{number:064x}", "evidence": ()}) for number in range(RESULTS_LIMIT)
    )
    log = made(assessment=assessment.model_copy(update={"findings": (*many, *assessment.findings)}))
    checked(log)
    results = run(log)["results"]
    assert len(results) == RESULTS_LIMIT
    kept = {result["partialFingerprints"]["daoscan/v1"] for result in results}
    for finding in assessment.findings:
        if finding.severity is not None and finding.severity.rank > Severity.LOW.rank:
            assert finding.fingerprint in kept
    ranks = [Severity(result["properties"]["severity"] or "info").rank for result in results]
    assert ranks == sorted(ranks, reverse=True)
    first = notes(log)[0]
    assert (first["descriptor"]["id"], first["level"]) == ("results-cut", "error")
    assert f"{RESULTS_LIMIT + len(assessment.findings):,} findings" in first["message"]["text"]


def test_too_many_rules_are_cut_but_never_one_that_a_result_names() -> None:
    assessment = factory.assessment()
    blank = assessment.rules[0]
    many = tuple(
        RuleSummary(id=f"AAA-{number:05d}", name="n", title="t", dimension=blank.dimension, pack="p")
        for number in range(RULES_LIMIT)
    )
    log = made(assessment=assessment.model_copy(update={"rules": (*many, *assessment.rules)}))
    rules = [rule["id"] for rule in run(log)["tool"]["driver"]["rules"]]
    assert len(rules) == RULES_LIMIT
    assert rules == sorted(rules)
    for result in run(log)["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert notes(log)[0]["descriptor"]["id"] == "rules-cut"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/Vault.sol", "src/Vault.sol"),
        ("@openzeppelin/contracts/a b.sol", "@openzeppelin/contracts/a%20b.sol"),
        ("../../../etc/passwd", "etc/passwd"),
        ("a/../../b.sol", "b.sol"),
        ("lib/../src/A.sol", "src/A.sol"),
        ("/etc/passwd", "etc/passwd"),
        ("//host/share/x", "host/share/x"),
        ("C:\\Users\\x.sol", "C%3A/Users/x.sol"),
        ("https://203.0.113.1/x.sol?a#b", "https%3A/203.0.113.1/x.sol%3Fa%23b"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("%2e%2e/x", "%252e%252e/x"),
        ("é\u202e\n\x00.sol", "%C3%A9%E2%80%AE%0A%00.sol"),
        ("\ud800.sol", "%3F.sol"),
        ("..", ""),
        ("", ""),
        ("x" * 2_000, ""),
    ],
)
def test_source_paths_become_relative_uris(path: str, uri: str) -> None:
    assert source_uri(path) == uri
    if uri:
        _relative({"uri": uri})


def test_a_path_of_which_nothing_is_left_sits_on_the_snapshot() -> None:
    assessment = factory.assessment()
    piece = dao.source_lines(factory.FILE_SHA256).model_copy(update={"file": "../.."})
    first = assessment.findings[0].model_copy(update={"evidence": (piece,)})
    (result,) = run(made(assessment=assessment.model_copy(update={"findings": (first,)})))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "snapshot.json"}


@pytest.mark.parametrize("text", STRINGS)
def test_messages_are_short_and_hold_no_link(text: str) -> None:
    shown = plain(f"{text} [x](https://203.0.113.1)", MESSAGE_LIMIT)
    assert 0 < len(shown) <= MESSAGE_LIMIT
    assert "](" not in shown


def test_no_address_outside_but_the_schema_and_the_references_of_rules() -> None:
    text = dump(made())
    found = set(re.findall(r"[a-z]+://[^\s\"\\]+", text))
    assert found <= {
        "https://json.schemastore.org/sarif-2.1.0.json",
        "https://docs.openzeppelin.com/contracts/5.x/governance",
    }


def test_same_bytes_for_every_hash_seed() -> None:
    script = (
        "import hashlib; from tests.render import factory as f; from scanner.render.sarif import sarif;"
        "from scanner.render.report_json import dump;"
        "text = dump(sarif(f.snapshot(), f.assessment(), f.SNAPSHOT_SHA256, f.ENGLISH));"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("0", "UTC"), ("1", "Asia/Tokyo"), ("4242", "America/New_York"))
    }
    assert len(digests) == 1


def test_a_rule_without_texts_is_still_described() -> None:
    bare: Assessment = factory.assessment().model_copy(update={"texts": ()})
    checked(made(assessment=bare))
