"""A proxy and its implementation in the same slot (Audius, July 2022), and the twin that keeps apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from scanner.chain.abi import encode, encode_call
from scanner.cli.options import default_cache_dir
from scanner.code.compilers import compile_standard_json
from tests.e2e.conftest import Field, Run, daoscan

_SOLC = "0.8.28"
_FILE = "Registry.sol"
_SOURCE = (Path(__file__).parent / "storage" / _FILE).read_text("utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        yield Field(chain, sourcify, {}, tmp_path_factory.mktemp("storage"))


def _deployed(place: Field, proxy: str) -> str:
    """Deploy the registry behind a proxy, initialize it, and put both sources where the scan finds them."""
    standard = {"language": "Solidity", "sources": {_FILE: {"content": _SOURCE}}, "settings": {}}
    output = compile_standard_json(standard, _SOLC, default_cache_dir(), outputs="full")["contracts"][_FILE]
    sender = place.chain.accounts[0]
    logic = place.chain.deploy(sender, "0x" + output["Registry"]["evm"]["bytecode"]["object"])
    code = output[proxy]["evm"]["bytecode"]["object"] + encode(("address",), (logic,))[2:]
    address = place.chain.deploy(sender, "0x" + code)
    for name, where in (("Registry", logic), (proxy, address)):
        place.sourcify.add(
            place.chain.chain_id,
            where,
            standard_json=standard,
            contract=f"{_FILE}:{name}",
            compiler=f"{_SOLC}+commit.7893614a",
            abi=output[name]["abi"],
            runtime_code=place.chain.code(where),
        )
    return address


def _scan(place: Field, address: str, name: str) -> Run:
    return daoscan("scan", address, *place.options(), out=place.folder / name)


def _outcome(run: Run, address: str) -> str:
    (found,) = [
        one["status"]
        for one in run.report["outcomes"]
        if one["rule_id"] == "COD-008" and one["subject"]["id"].endswith(address)
    ]
    return str(found)


def test_a_slot_that_both_use_is_a_critical_finding_with_both_variables_named(place: Field) -> None:
    address = _deployed(place, "OldProxy")
    place.chain.send(place.chain.accounts[1], address, encode_call("initialize(address)", (place.chain.accounts[1],)))
    run = _scan(place, address, "old")
    (finding,) = [one for one in run.report["findings"] if one["rule_id"] == "COD-008"]
    assert finding["severity"] == "critical"
    shown = str(finding["conditions"])
    assert "proxyAdmin (address)" in shown
    assert "initialized (bool)" in shown
    assert finding["evidence"]
    contract = next(one for one in run.snapshot["contracts"]["items"] if one["address"] == address)
    assert [one["slot"] for one in contract["storage_collisions"]["items"]][:1] == [0]


def test_the_slots_of_the_standard_collide_with_nothing(place: Field) -> None:
    address = _deployed(place, "StandardProxy")
    run = _scan(place, address, "standard")
    assert _outcome(run, address) == "pass"


def test_the_proxies_of_the_fixtures_keep_apart(field: Field) -> None:
    for name in ("healthy", "healthy-bravo", "single-key"):
        statuses = {one["status"] for one in field.scan(name).report["outcomes"] if one["rule_id"] == "COD-008"}
        assert "pass" in statuses, name
        assert statuses <= {"pass", "not-applicable"}, name
