"""Proposals that are contracts, in governors of three families: what their code calls is what they do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Field


def _inside(field: Field, name: str) -> dict[str, list[str]]:
    """Return, by the heading of its text, the functions that a proposal's code calls."""
    return {
        one["description"].split("\n")[0]: [
            action["function"]["value"] for action in one["actions"] if "→ code of 0x" in action["inside"]
        ]
        for one in field.scan(name).snapshot["proposals"]["items"]
    }


@pytest.mark.family("tornado")
def test_a_proposal_of_tornados_shape_says_in_its_code_what_it_does(families: Field) -> None:
    assert _inside(families, "tornado") == {
        "# The keeper's season": ["transfer(address,uint256)", "setProposalThreshold(uint256)"],
        "# Shorter votes": ["setVotingPeriod(uint256)"],
        "# The keeper's second season": ["transfer(address,uint256)"],
    }


@pytest.mark.family("ds-chief")
def test_a_spell_says_in_its_code_what_it_does(families: Field) -> None:
    found = _inside(families, "ds-chief")
    assert found["# A shorter pause"] == ["setDelay(uint256)"]
    assert found["# The mason"] == [""], "a plain payment"


@pytest.mark.family("aave-v3")
def test_a_payload_says_in_its_code_what_it_does(families: Field) -> None:
    assert [""] in _inside(families, "aave-v3").values()


@pytest.mark.family("tornado")
def test_who_made_what_can_be_destroyed_is_said(families: Field) -> None:
    (active,) = [
        one for one in families.scan("tornado").snapshot["proposals"]["items"] if one["state"].get("value") == "Active"
    ]
    said: dict[str, Any] = active["actions"][0]["code_replaceable"]
    assert said["value"] is True
    assert said["derivation"].endswith("made it (CREATE, nonce 1), and can be destroyed and made again itself")
    raised = {
        one["rule_id"]: one["severity"]
        for one in families.scan("tornado").report["outcomes"]
        if one["subject"]["id"].endswith(f"#proposal:{active['id']}") and one["status"] == "finding"
    }
    assert raised["PRO-023"] == "high"
