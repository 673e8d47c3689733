"""Every DAO of a further family, scanned by the command line, says what its expected.yaml asks for."""

from __future__ import annotations

import copy

import pytest

from fixtures.catalogue import Fixture
from fixtures.expect import altered, check, read_expected
from fixtures.families import FAMILY_FIXTURES
from tests.e2e.conftest import Field
from tests.e2e.test_evidence import bare


@pytest.mark.parametrize("fixture", FAMILY_FIXTURES, ids=lambda fixture: fixture.name)
def test_a_scan_says_what_is_expected(families: Field, fixture: Fixture) -> None:
    run = families.scan(fixture.name)
    assert run.out.joinpath("report.html").is_file(), run.stderr
    expected = read_expected(fixture.expected)
    assert check(run.report, run.snapshot, expected, families.daos[fixture.name].names) == []
    assert run.code == expected["scan"]["exit_code"], run.stderr


@pytest.mark.parametrize("fixture", FAMILY_FIXTURES, ids=lambda fixture: fixture.name)
def test_every_known_value_has_evidence_and_every_unknown_a_reason(families: Field, fixture: Fixture) -> None:
    assert list(bare(families.scan(fixture.name).snapshot)) == []


@pytest.mark.parametrize("fixture", FAMILY_FIXTURES, ids=lambda fixture: fixture.name)
def test_the_check_can_fail(families: Field, fixture: Fixture) -> None:
    """With every finding taken out of the report, whatever must appear is missed."""
    run = families.scan(fixture.name)
    empty = copy.deepcopy(run.report)
    empty["findings"], empty["outcomes"], empty["scenarios"] = [], [], []
    assert check(empty, run.snapshot, read_expected(fixture.expected))


@pytest.mark.parametrize("fixture", FAMILY_FIXTURES, ids=lambda fixture: fixture.name)
def test_who_can_do_what_said_otherwise_fails(families: Field, fixture: Fixture) -> None:
    """Take away one actor, or one line of the map's answers, or make one up: the check sees each."""
    run, names = families.scan(fixture.name), families.daos[fixture.name].names
    for other in altered(read_expected(fixture.expected)):
        assert any("who can" in one or "the map" in one for one in check(run.report, run.snapshot, other, names)), other
