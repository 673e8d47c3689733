"""Proxies by the command line: their history, what upgrades did to storage, and code that nobody should trust."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import Contract
from fixtures.localchain import LocalChain
from fixtures.recipes import own
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import Env
from scanner.chain.abi import encode
from scanner.cli.options import default_cache_dir
from scanner.code.compilers import compile_standard_json
from tests.e2e.conftest import Field, Run, daoscan

_FILE = "Versions.sol"
_SOLC = "0.4.24"
_KINDS = own("proxies/Kinds.sol")
_DIAMONDS = own("proxies/Diamonds.sol")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        yield Field(chain, sourcify, {}, tmp_path_factory.mktemp("proxies"))


class _Ledgers:
    """Deploys contracts of the old source, verified."""

    def __init__(self, place: Field) -> None:
        self.place = place
        text = (Path(__file__).parent / "proxies" / _FILE).read_text("utf-8")
        self.standard = {"language": "Solidity", "sources": {_FILE: {"content": text}}, "settings": {}}
        self.output = compile_standard_json(self.standard, _SOLC, default_cache_dir(), outputs="full")
        self.made = self.output["contracts"][_FILE]

    def deploy(self, name: str, *arguments: str) -> Contract:
        chain = self.place.chain
        code = "0x" + self.made[name]["evm"]["bytecode"]["object"]
        address = chain.deploy(chain.accounts[0], code + encode(("address",) * len(arguments), arguments)[2:])
        self.place.sourcify.add(
            chain.chain_id,
            address,
            standard_json=self.standard,
            contract=f"{_FILE}:{name}",
            compiler=f"{_SOLC}+commit.e67f0147",
            abi=self.made[name]["abi"],
            runtime_code=chain.code(address),
        )
        return Contract(chain, address, tuple(self.made[name]["abi"]))


@pytest.fixture(scope="module")
def upgraded(place: Field) -> tuple[Run, Contract, list[str]]:
    """A proxy from before storage layouts that was upgraded twice."""
    ledgers, keeper = _Ledgers(place), place.chain.accounts[0]
    versions = [ledgers.deploy(name).address for name in ("First", "Second", "Third")]
    proxy = ledgers.deploy("LedgerProxy", versions[0])
    for version in versions[1:]:
        place.chain.mine(24)
        proxy.send(keeper, "change", version)
    place.chain.mine(49)
    run = daoscan("scan", proxy.address, *place.options(), out=place.folder / "upgraded")
    return run, proxy, versions


def _contract(run: Run, address: str) -> dict[str, Any]:
    (found,) = [one for one in run.snapshot["contracts"]["items"] if one["address"] == address]
    return dict(found)


def _finding(run: Run, rule: str, address: str) -> dict[str, Any] | None:
    found = [f for f in run.report["findings"] if f["rule_id"] == rule and f["subject"]["id"].endswith(address)]
    return dict(found[0]) if found else None


def test_the_history_is_in_the_snapshot_and_on_the_page(upgraded: tuple[Run, Contract, list[str]]) -> None:
    run, proxy, versions = upgraded
    assert "Warning" not in run.stderr
    found = _contract(run, proxy.address)
    upgrades = found["upgrades"]
    assert upgrades["complete"]
    assert [one["address"] for one in upgrades["items"]] == versions[::-1]
    assert all(one["evidence"][0]["kind"] == "log" for one in upgrades["items"])
    assert found["upgrade_count"]["value"] == 2
    assert found["days_since_upgrade"]["value"] == 2
    page = (run.out / "report.html").read_text("utf-8")
    assert "changes in the logs: 3" in page


def test_layouts_before_and_after_an_upgrade_are_compared_from_the_ast(
    upgraded: tuple[Run, Contract, list[str]],
) -> None:
    run, proxy, versions = upgraded
    changes = _contract(run, proxy.address)["layout_changes"]
    assert changes["complete"]
    seen = {(one["before"], one["after"], one["retyped"], one["latter"]) for one in changes["items"]}
    assert ("paid (uint128)", "paidIn (uint128)", False, versions[1]) in seen
    assert ("paidIn (uint128)", "closedSince (uint256)", True, versions[2]) in seen
    assert ("balances (mapping(address => uint256))", "paidIn (uint128)", True, versions[2]) in seen
    assert not [one for one in seen if "added" in one[1]]  # what is new at the end changes nothing
    finding = _finding(run, "COD-013", proxy.address)
    assert finding is not None
    assert finding["severity"] == "low"


def test_variables_that_are_shared_on_purpose_do_not_collide(upgraded: tuple[Run, Contract, list[str]]) -> None:
    run, proxy, _ = upgraded
    collisions = _contract(run, proxy.address)["storage_collisions"]
    assert (collisions["items"], collisions["complete"]) == ([], True)


def test_a_collision_is_found_where_the_compiler_gives_no_layout(place: Field) -> None:
    ledgers = _Ledgers(place)
    proxy = ledgers.deploy("LedgerProxy", ledgers.deploy("Stranger").address)
    run = daoscan("scan", proxy.address, *place.options(), out=place.folder / "stranger")
    finding = _finding(run, "COD-008", proxy.address)
    assert finding is not None
    assert finding["severity"] == "critical"
    seen = {
        (one["proxy_variable"], one["implementation_variable"])
        for one in _contract(run, proxy.address)["storage_collisions"]["items"]
    }
    assert ("logic (address)", "initialized (bool)") in seen


def test_facets_speak_with_one_voice_and_circles_with_none(place: Field) -> None:
    shop, people = Workshop(), place.chain.accounts[:3]
    env = Env(place.chain, shop, place.sourcify, people, place.chain.accounts[9])
    facets = {name: env.deploy(shop.contract(_DIAMONDS, name)) for name in ("CutFacet", "LoupeFacet", "CounterFacet")}
    names = {"CutFacet": ("diamondCut", "owner"), "LoupeFacet": ("facets",), "CounterFacet": ("increase", "count")}
    cuts = [(facets[n].address, 0, [bytes.fromhex(_selector(facets[n], f)) for f in names[n]]) for n in names]
    diamond = env.deploy(shop.contract(_DIAMONDS, "Diamond"), cuts, people[0])
    run = daoscan("scan", diamond.address, *place.options(), out=place.folder / "diamond")
    found = _contract(run, diamond.address)
    assert found["proxy_kind"]["value"] == "eip2535"
    assert found["upgrade_admin"]["value"] == people[0].lower()
    signatures = {one["signature"].partition("(")[0] for one in found["code"]["functions"]["items"]}
    assert signatures >= {"diamondCut", "increase"}
    assert {one["what"] for one in found["upgrades"]["items"]} == {"facet"}
    cut, count = sorted(run.snapshot["passages"]["items"], key=lambda one: one["functions"])
    assert (cut["contract"], cut["guard"], cut["checked"]) == (diamond.address, "caller", "passed")
    assert [one["address"] for one in cut["holders"]] == [people[0].lower()]
    assert (count["contract"], count["guard"]) == (diamond.address, "anyone")
    assert not [one for one in run.snapshot["dao"]["answers"]["items"] if one["question"] == "nobody"]
    assert "Warning" not in run.stderr
    ring = env.deploy(shop.contract(_KINDS, "Circle"))
    ring.send(people[0], "follow", ring.address)
    run = daoscan("scan", ring.address, *place.options(), out=place.folder / "ring")
    assert run.code in (0, 1, 3), run.stderr
    facts = _contract(run, ring.address)["code"]
    assert facts["mint_guard"]["status"] == "unknown"
    assert not facts["functions"]["complete"]


def test_a_key_that_delegated_its_code_is_named_with_it(place: Field) -> None:
    shop, key = Workshop(), place.chain.accounts[5]
    env = Env(place.chain, shop, place.sourcify, place.chain.accounts[3:5], place.chain.accounts[9])
    logic = env.deploy(shop.contract(_KINDS, "OtherLogic"))
    beacon = env.deploy(shop.contract(_KINDS, "PlainBeacon"), logic.address, sender=key)
    place.chain.rpc("anvil_setCode", key, "0xef0100" + logic.address[2:])
    run = daoscan("scan", beacon.address, *place.options(), out=place.folder / "key")
    found = _contract(run, key.lower())
    assert found["proxy_kind"]["value"] == "eip7702"
    assert found["implementation"]["value"] == logic.address.lower()
    assert (found["upgrade_admin"]["value"], found["upgrade_admin_kind"]["value"]) == (key.lower(), "eoa")
    assert "Warning" not in run.stderr
    assert "runs code: EIP-7702" in (run.out / "report.html").read_text("utf-8")


def _selector(contract: Contract, function: str) -> str:
    arguments = {"diamondCut": ([], "0x" + "00" * 20, b"")}.get(function, ())
    return contract.data(function, *arguments)[2:10]
