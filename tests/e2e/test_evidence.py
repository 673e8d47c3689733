"""No claim without evidence: in the snapshot of every fixture each known value carries some.

What is read off a proposal's event, or off all of a governor's events, rests on the evidence that the proposal holds
once, and what an execution on a fork showed on that of the simulation. It is not repeated at each value, or a proposal
of ten thousand calls would hold its event ten thousand times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.catalogue import FIXTURES
from tests.e2e.conftest import Field

_HELD_ONCE = re.compile(r"\.(proposals|simulations)\.items\[\d+\]\.")


def bare(value: Any, path: str = "") -> Iterator[str]:
    """Yield each place of a snapshot where a known value has no evidence, or an unknown one no reason."""
    if isinstance(value, dict):
        if _HELD_ONCE.match(path) and value.get("status") == "known" and value.get("evidence") == []:
            return
        if value.get("status") == "known" and value.get("evidence") == []:
            yield f"{path} = {value['value']!r} ({value['derivation']})"
        if value.get("status") == "unknown" and not value.get("reason"):
            yield f"{path} is unknown without a reason"
        for key, item in value.items():
            yield from bare(item, f"{path}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from bare(item, f"{path}[{number}]")


@pytest.mark.parametrize("name", [fixture.name for fixture in FIXTURES])
def test_every_known_value_has_evidence_and_every_unknown_a_reason(field: Field, name: str) -> None:
    assert list(bare(field.scan(name).snapshot)) == []


@pytest.mark.parametrize("name", [fixture.name for fixture in FIXTURES])
def test_every_proposal_has_the_event_that_its_calls_rest_on(field: Field, name: str) -> None:
    for proposal in field.scan(name).snapshot["proposals"]["items"]:
        assert [item["kind"] for item in proposal["evidence"]] in (["log"], ["logs"])


@pytest.mark.parametrize("name", ["pending-takeover", "pending-cleanup"])
def test_every_simulation_says_what_was_done(field: Field, name: str) -> None:
    simulated = field.scan(name, "--simulate").snapshot["simulations"]["items"]
    assert simulated
    for one in simulated:
        assert "simulation" in [item["kind"] for item in one["evidence"]]


def test_a_value_without_evidence_would_be_noticed() -> None:
    assert list(bare({"a": [{"status": "known", "value": 1, "evidence": [], "derivation": ""}]}))


@pytest.mark.parametrize("name", [fixture.name for fixture in FIXTURES])
def test_every_finding_has_evidence(field: Field, name: str) -> None:
    for finding in field.scan(name).report["findings"]:
        assert finding["evidence"], finding["rule_id"]
        assert finding["legitimate_use"]
        assert finding["fingerprint"]
