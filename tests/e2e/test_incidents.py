"""State that came before past attacks (`incidents.md`) is found, and a twin that differs in that value alone is not.

Storage that collides stands in test_storage.py, votes counted when called in the fixtures call-time-votes and
call-time-votes-repaired.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from tests.e2e.conftest import Run
from tests.e2e.incidents import Halls, lay_out


@pytest.fixture(scope="module")
def halls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Halls]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        yield lay_out(chain, sourcify, tmp_path_factory.mktemp("incidents"))


@pytest.fixture(scope="module")
def runs(halls: Halls) -> dict[str, Run]:
    return {name: halls.scan(name) for name in ("patterns", "twins")}


def _said(run: Run, rule: str, address: str) -> str:
    assert (run.out / "report.json").is_file(), run.stderr
    assert "Warning" not in run.stderr
    (one,) = [
        one
        for one in run.report["outcomes"]
        if one["rule_id"] == rule and one["subject"]["id"].rpartition(":")[2] == address
    ]
    return str(one["severity"] if one["status"] == "finding" else one["status"])


@pytest.mark.parametrize(
    ("rule", "part", "pattern", "twin"),
    [
        ("CTL-003", "open-executor", "low", "pass"),
        ("RSP-006", "zero-delay", "high", "pass"),
        ("CTL-012", "one-second-oracle", "critical", "pass"),
        ("TRE-003", "one-second-oracle", "high", "pass"),
        ("TRE-005", "router", "medium", "pass"),
    ],
)
def test_a_pattern_is_found_and_its_twin_is_not(
    halls: Halls, runs: dict[str, Run], rule: str, part: str, pattern: str, twin: str
) -> None:
    assert _said(runs["patterns"], rule, halls.parts["patterns"][part]) == pattern
    assert _said(runs["twins"], rule, halls.parts["twins"][part]) == twin


def test_a_handover_that_waits_is_found_and_a_finished_one_is_not(runs: dict[str, Run]) -> None:
    found = {}
    for name, run in runs.items():
        (one,) = [one for one in run.report["outcomes"] if one["rule_id"] == "CTL-002"]
        found[name] = one["status"]
    assert found == {"patterns": "finding", "twins": "pass"}


def _item(run: Run, collection: str, address: str) -> dict[str, Any]:
    return dict(next(one for one in run.snapshot[collection]["items"] if one["address"] == address))


def test_an_allowance_says_what_can_be_taken_now(halls: Halls, runs: dict[str, Run]) -> None:
    parts = halls.parts["patterns"]
    (allowed,) = _item(runs["patterns"], "treasury", parts["one-second-oracle"])["allowances"]["items"]
    assert (allowed["token"], allowed["amount"]["value"], allowed["at_risk"]["value"]) == (parts["levy"], 400, 400)
    assert allowed["spender_kind"]["value"] == "key"


def test_the_waiting_times_of_an_oracle_module_are_read(halls: Halls, runs: dict[str, Run]) -> None:
    safe = _item(runs["twins"], "safes", halls.parts["twins"]["one-second-oracle"])
    (module,) = safe["oracle_modules"]["items"]
    assert (module["timeout_seconds"]["value"], module["cooldown_seconds"]["value"]) == (172_800, 172_800)
    assert int(module["minimum_bond_wei"]["value"]) == 10**18


def test_approvals_of_members_are_a_count(halls: Halls, runs: dict[str, Run]) -> None:
    for name, count in (("patterns", 1), ("twins", 0)):
        assert _item(runs[name], "contracts", halls.parts[name]["router"])["allowances_from"]["value"] == count
