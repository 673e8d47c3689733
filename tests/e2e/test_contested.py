"""Patterns of past attacks as open proposals: each is found for the right reason, and its twin is not."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.daos.contested.dao import EXPECTED
from tests.e2e.conftest import Field

_HIGH = ("critical", "high")


def _raised(field: Field, key: str) -> set[str]:
    number = field.daos["contested"].parts[key]
    outcomes: list[dict[str, Any]] = field.scan("contested").report["outcomes"]
    return {
        one["rule_id"]
        for one in outcomes
        if one["subject"]["id"].endswith(f"#proposal:{number}") and one["severity"] in _HIGH
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_the_hostile_one_is_found_for_the_right_reason(field: Field, name: str) -> None:
    assert _raised(field, f"attack {name}") & set(EXPECTED[name])


@pytest.mark.parametrize("name", EXPECTED)
def test_the_one_that_looks_alike_is_not(field: Field, name: str) -> None:
    assert _raised(field, f"twin {name}") == set()


def test_all_proposals_are_there_and_confirmed_by_state(field: Field) -> None:
    found = {one["id"]: one for one in field.scan("contested").snapshot["proposals"]["items"]}
    made = {value for key, value in field.daos["contested"].parts.items() if key.startswith(("attack", "twin"))}
    assert made <= set(found)
    assert all(found[number]["event_confirmed"]["value"] is True for number in made)
