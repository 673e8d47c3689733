"""Contracts that are more than a scan can look at, and code that answers nothing: said, and never good news."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

from fixtures.build import Recipe, Workshop
from fixtures.localchain import LocalChain
from fixtures.safes import V1_4_1, make_safe
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import Env
from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, ROLE_GRANTED, TRANSFER
from scanner.discovery.control.roles import MAX_CLAIMS
from tests.e2e.conftest import Run, daoscan
from tests.e2e.puppets import Stage, raw, reply, word
from tests.e2e.test_poor_node import poorer

_RECIPE = Recipe(("hostile/Extremes.sol",), "0.8.28", (("hostile/", "tests/e2e/hostile/"),))
_MAX = 2**256 - 1


@dataclass(frozen=True)
class Edge:
    """The chain, who makes contracts on it, and where the scans are written."""

    env: Env
    stage: Stage
    folder: Path

    def make(self, name: str, *arguments: Any) -> str:
        return self.env.deploy(self.env.workshop.contract(_RECIPE, name), *arguments, verified=False).address

    def scan(self, address: str, name: str, *options: str, url: str = "") -> Run:
        where = ("--rpc-url", url or self.env.chain.url, "--sourcify-url", "", "--no-cache", *options)
        run = daoscan("scan", address, *where, out=self.folder / name)
        assert run.code in (0, 1, 3), run.stderr[-3000:]
        assert "Traceback" not in run.stderr + run.stdout
        return run


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        env = Env(chain, Workshop(), sourcify, chain.accounts[:10], chain.accounts[19])
        yield Edge(env, Stage(chain), tmp_path_factory.mktemp("extremes"))


def _gaps(run: Run, subject: str = "") -> list[dict[str, str]]:
    return [one for one in run.report["gaps"] if subject in ("", one["subject"])]


def _statuses(run: Run, rule: str, subject: str = "") -> set[str]:
    return {one["status"] for one in run.report["outcomes"]
            if one["rule_id"] == rule and subject in json.dumps(one["subject"])}  # fmt: skip


def _only(run: Run, kind: str, address: str) -> dict[str, Any]:
    (found,) = [one for one in run.snapshot[kind]["items"] if one["address"] == address]
    return dict(found)


def test_an_implementation_that_answers_nothing_is_no_good_news(edge: Edge) -> None:
    fronts = {kind: edge.make("Front", edge.make(kind)) for kind in ("Refusing", "Burning")}
    getters = ("token()", "timelock()")
    links = dict(zip(getters, (reply("address", one) for one in fronts.values()), strict=True))
    governor = edge.stage.governor(links)
    edge.env.chain.rpc("evm_setBlockGasLimit", hex(50_000_000))
    edge.env.chain.mine(2)
    run = edge.scan(governor.address, "fronts")
    edge.env.chain.rpc("evm_setBlockGasLimit", hex(2**63))
    edge.env.chain.mine()
    for address in fronts.values():
        contract = _only(run, "contracts", address)
        assert contract["proxy_kind"]["value"] == "eip1967"
        assert contract["upgrade_admin_kind"]["status"] == "unknown"
        for rule in ("CTL-001", "CTL-004", "CTL-006", "COD-001"):
            assert "pass" not in _statuses(run, rule, address), (rule, address)
    for rule in ("CTL-005", "TRE-001"):
        assert "pass" not in _statuses(run, rule), rule
    assert run.code != 0


def test_roles_beyond_those_that_can_be_asked_about_are_a_gap(edge: Edge) -> None:
    answers = {"getMinDelay()": reply("uint256", 172_800), "hasRole(bytes32,address)": reply("bool", True)}
    timelock = edge.stage.puppet(answers).chatter(ROLE_GRANTED, 5_000)
    governor = edge.stage.governor({"timelock()": reply("address", timelock.address)})
    grant = (ROLE_GRANTED, DEFAULT_ADMIN_ROLE, word(governor.address), word(1))
    timelock.say((grant, b""))
    run = edge.scan(governor.address, "roles")
    found = _only(run, "timelocks", timelock.address)
    assert not found["admins"]["complete"]
    (gap,) = [one for one in _gaps(run, timelock.address) if "holders of roles" in one["what"]]
    assert (gap["reason"], gap["what"]) == ("limit", f"{5_001 - MAX_CLAIMS} holders of roles")
    for rule in ("CTL-001", "CTL-004"):
        assert "pass" not in _statuses(run, rule, timelock.address), rule


def test_a_safe_of_five_hundred_owners_is_read_whole(edge: Edge) -> None:
    """Owners without code are no contracts: they take no room from those."""
    owners = [edge.env.people[0], *("0x" + keccak(word(number))[:20].hex() for number in range(499))]
    safe = make_safe(edge.env, V1_4_1, owners, 251)
    run = edge.scan(safe.address, "owners")
    assert run.seconds < 60, "five hundred owners cost one call each, not a hundred"
    found = _only(run, "safes", safe.address)
    assert (found["owner_count"]["value"], found["threshold"]["value"]) == (500, 251)
    assert {one["address"] for one in found["owners"]["items"]} == {one.lower() for one in owners}
    assert {one["kind"] for one in found["owners"]["items"]} == {"eoa"}
    (moves,) = [one for one in run.snapshot["dao"]["answers"]["items"] if one["question"] == "cheapest"]
    assert (moves["actor_kind"], moves["keys"]["value"]) == ("multisig", 251)
    assert all(one["evidence"] for one in found["owners"]["items"])
    assert run.out.joinpath("report.json").stat().st_size < 4_000_000, "the list stands there once, not with each owner"
    for kind in ("safes", "contracts", "controls", "treasury"):
        assert run.snapshot[kind]["complete"], kind
    assert {one["what"] for one in _gaps(run)} <= {"verified source"}, "no explorer is asked here"


@pytest.mark.parametrize(("option", "number"), [("--max-contracts", "2"), ("--max-depth", "1")])
def test_a_crawl_that_is_cut_short_says_by_what_and_leaves_the_rest_open(edge: Edge, option: str, number: str) -> None:
    far = edge.stage.puppet({"owner()": reply("address", edge.env.people[3])})
    near = edge.stage.puppet({"getMinDelay()": reply("uint256", 172_800), "admin()": reply("address", far.address)})
    governor = edge.stage.governor({"timelock()": reply("address", near.address)})
    run = edge.scan(governor.address, f"cut{option}", option, number)
    assert far.address not in {one["address"] for one in run.snapshot["contracts"]["items"]}
    (gap,) = [one for one in _gaps(run, far.address) if one["reason"] == "limit"]
    assert f"{option} {number}" in gap["detail"]
    for kind in ("governors", "timelocks", "tokens", "safes", "contracts", "controls", "treasury"):
        assert not run.snapshot[kind]["complete"], kind
    for rule in ("CTL-001", "CTL-004", "CTL-005", "TRE-001"):
        assert "pass" not in _statuses(run, rule), rule
    assert run.code != 0


def test_a_balance_above_the_whole_supply_is_not_believed(edge: Edge) -> None:
    liar = edge.stage.token({"balanceOf(address)": raw(word(_MAX))})
    honest = edge.stage.token({"balanceOf(address)": reply("uint256", 5)})
    governor = edge.stage.governor({}, token=honest.address)
    for token in (liar, honest):
        token.say(((TRANSFER, word(0), word(governor.address)), word(5)))
    run = edge.scan(governor.address, "liar")
    held = {one["token"]: one["balance"] for one in _only(run, "treasury", governor.address)["tokens"]["items"]}
    assert held[honest.address]["value"] == 5
    assert (held[liar.address]["status"], held[liar.address]["reason"]) == ("unknown", "undecodable")
    assert [one["reason"] for one in _gaps(run, liar.address) if one["what"] == "balances of treasuries"] == [
        "undecodable"
    ]


def test_a_chain_without_logs_leaves_what_logs_tell_undecided(edge: Edge) -> None:
    timelock = edge.stage.puppet({"getMinDelay()": reply("uint256", 172_800)})
    token = edge.stage.token({"balanceOf(address)": reply("uint256", 5)})
    governor = edge.stage.governor({"timelock()": reply("address", timelock.address)}, token=token.address)
    with poorer(edge.env.chain.url, lambda one: "logs are not kept" if one["method"] == "eth_getLogs" else "") as url:
        run = edge.scan(governor.address, "no-logs", url=url)
    assert run.code != 0
    assert not run.snapshot["proposals"]["complete"]
    assert not _only(run, "treasury", timelock.address)["tokens"]["complete"]
    assert _only(run, "tokens", token.address)["holders"]["status"] == "unknown"
    assert {"logs"} <= {one["what"] for one in _gaps(run, governor.address)}
    for rule in ("CTL-001", "CTL-004", "TOK-006", "CAP-004"):
        assert "pass" not in _statuses(run, rule), rule
