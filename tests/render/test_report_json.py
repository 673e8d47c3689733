"""report.json has exactly the keys that are promised, meets its schema, and keeps integers exact."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema

from scanner.render.report_json import dump, report
from scanner.render.report_model import Report
from scanner.render.schema import dump_schema, schema
from tests.render import factory
from tests.schemas import published

ROOT = Path(__file__).resolve().parents[2]
KEYS = (
    "schema_version lang tool inputs handling as_of target blocks coverage dimensions scenarios findings "
    "outcomes contracts controls governance membership treasury proposals simulations passages gaps profile "
    "disabled suppressions frameworks policy"
)


def made() -> dict[str, object]:
    return report(factory.snapshot(), factory.assessment(), factory.SNAPSHOT_SHA256)


def test_top_level_keys() -> None:
    assert " ".join(made()) == KEYS


def test_published_schema_is_up_to_date() -> None:
    published = (ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8")
    assert published == dump_schema(), "run: python -m scanner.render.schema docs/report.schema.json"


def test_reports_meet_the_schema() -> None:
    checker = jsonschema.Draft202012Validator(schema())
    checker.check_schema(schema())
    checker.validate(json.loads(dump(made())))
    checker.validate(report(factory.empty_snapshot(), factory.empty_assessment(), factory.SNAPSHOT_SHA256))


def test_the_schema_refuses_what_is_no_report() -> None:
    whole = made()
    for key in KEYS.split():
        (wrong,) = published().errors({name: value for name, value in whole.items() if name != key})
        assert wrong.message == f"'{key}' is a required property"
    (wrong,) = published().errors({**whole, "score": 7})
    assert "'score' was unexpected" in wrong.message


def test_the_checker_that_remembers_finds_what_the_plain_one_finds() -> None:
    """Broken in some hundred places, of any depth and kind; a report that is right came first."""
    assert published().errors(json.loads(dump(made()))) == []
    broken, chance = json.loads(dump(made())), random.Random(7)
    assert _broken(broken, chance) > 100

    def told(errors: Iterable[jsonschema.ValidationError]) -> set[tuple[str, str]]:
        return {(one.json_path, one.message) for one in errors}

    found = told(published().errors(broken))
    assert found == told(jsonschema.Draft202012Validator(schema()).iter_errors(broken))
    assert len(found) > 50


def _broken(value: Any, chance: random.Random) -> int:
    """Put something else in one place of fifty, and return in how many."""
    places = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    count = 0
    for place in places:
        if chance.randrange(50):
            count += _broken(value[place], chance)
        else:
            value[place], count = chance.choice((None, [], {}, "known", {"kind": 7}, 1.5)), count + 1
    return count


def test_a_finding_has_what_is_promised() -> None:
    wanted = {"rule_id", "rule_name", "dimension", "severity", "stage", "confidence", "subject", "message", "evidence"}
    wanted |= {
        "evidence_class",
        "base_rate",
        "mitigations",
        "scenarios",
        "legitimate_use",
        "remediation",
        "fingerprint",
    }
    found = made()["findings"]
    assert isinstance(found, list)
    assert found
    for finding in found:
        assert wanted <= set(finding)
        descriptive = finding["dimension"] in {"membership", "anonymity", "accountability", "protection"}
        assert (finding["severity"] is None) == descriptive
        assert all(set(link) == {"id", "relation"} for link in finding["scenarios"])


def test_every_input_is_listed_with_its_digest() -> None:
    inputs = made()["inputs"]
    assert inputs == [
        {"name": "snapshot", "sha256": factory.SNAPSHOT_SHA256},
        {"name": "lists/example.csv", "sha256": "1f" * 32},
        {"name": "rules/governance", "sha256": "ab" * 32},
        {"name": "rules/scenarios", "sha256": "cd" * 32},
    ]


def test_integers_beyond_2_to_53_are_decimal_strings() -> None:
    text = dump(made())
    assert str(2**255 + 12345) in text
    assert f'"{2**255 + 12345}"' in text
    assert f'"value": "{2**53}"' not in text
    for number in _integers(json.loads(text)):
        assert abs(number) < 2**53


def _integers(value: object) -> list[int]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in _integers(item)]
    if isinstance(value, list):
        return [number for item in value for number in _integers(item)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def test_a_report_can_be_read_back() -> None:
    text = dump(made())
    read = Report.model_validate_json(text)
    assert dump(read.model_dump(mode="json")) == text


def test_text_stays_exact_and_the_file_is_ascii() -> None:
    hostile = "\u202e</script>\x00\ud800"
    written = dump(
        report(
            factory.with_text(factory.snapshot(), lambda _: hostile),
            factory.with_text(factory.assessment(), lambda _: hostile),
            factory.SNAPSHOT_SHA256,
        )
    )
    assert written.isascii()
    assert written.endswith("}\n")
    assert "\r" not in written
    assert json.loads(written)["findings"][0]["message"] == hostile


def test_coverage_counts() -> None:
    coverage = made()["coverage"]
    assert isinstance(coverage, dict)
    assert coverage["contracts"] == 8
    assert coverage["contracts_complete"] is False
    assert coverage["contracts_with_source"] == 5
    assert coverage["contracts_source_matched"] == 4
    assert coverage["contracts_not_verified"] == 1
    assert coverage["contracts_other_bytecode"] == 1
    assert coverage["contracts_verification_unknown"] == 1
    assert coverage["outcomes"] == {"finding": 13, "passed": 3, "unknown": 3, "not_applicable": 1, "error": 1}
    assert coverage["decided_bps"] == 8000
