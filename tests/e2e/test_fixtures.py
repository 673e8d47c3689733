"""Every fixture DAO, scanned by the command line, says what its expected.yaml asks for."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.catalogue import FIXTURES, Fixture
from fixtures.expect import altered, check
from tests.e2e.conftest import Field
from tests.schemas import published


def _expected(fixture: Fixture) -> dict[str, Any]:
    return dict(yaml.safe_load(fixture.expected.read_text("utf-8")))


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_a_scan_says_what_is_expected(field: Field, fixture: Fixture) -> None:
    run = field.scan(fixture.name)
    assert run.out.joinpath("report.html").is_file(), run.stderr
    expected = _expected(fixture)
    assert check(run.report, run.snapshot, expected, field.daos[fixture.name].names) == []
    assert run.code == expected["scan"]["exit_code"], run.stderr


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_the_check_can_fail(field: Field, fixture: Fixture) -> None:
    """With every finding taken out of the report, whatever must appear is missed."""
    run = field.scan(fixture.name)
    expected = _expected(fixture)
    empty = copy.deepcopy(run.report)
    empty["findings"], empty["outcomes"], empty["scenarios"] = [], [], []
    assert check(empty, run.snapshot, expected)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_who_can_do_what_said_otherwise_fails(field: Field, fixture: Fixture) -> None:
    """Take away one actor, or one line of the map's answers, or make one up: the check sees each."""
    run, names = field.scan(fixture.name), field.daos[fixture.name].names
    for other in altered(_expected(fixture)):
        assert any("who can" in one or "the map" in one for one in check(run.report, run.snapshot, other, names)), other


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.name)
def test_the_report_follows_its_published_schema(field: Field, fixture: Fixture) -> None:
    assert published().errors(field.scan(fixture.name).report) == []


_ORDER = ("critical", "high", "medium", "low", "info")


def _weight(report: dict[str, Any]) -> list[int]:
    return [sum(finding["severity"] == severity for finding in report["findings"]) for severity in _ORDER]


def test_the_protective_dao_does_not_read_worse_than_the_single_key(field: Field) -> None:
    protective, single = field.scan("protective").report, field.scan("single-key").report
    assert _weight(protective) < _weight(single)
    worst = {one["dimension"]: one["worst"] for one in single["dimensions"]}
    for cell in protective["dimensions"]:
        if cell["worst"] is not None:
            assert worst[cell["dimension"]] is not None, cell
            assert _ORDER.index(cell["worst"]) >= _ORDER.index(worst[cell["dimension"]]), cell


def test_results_are_all_there_and_nothing_else(field: Field) -> None:
    run = field.scan("healthy")
    assert sorted(path.name for path in Path(run.out).iterdir()) == ["report.html", "report.json", "snapshot.json"]
