"""The field that long runs are measured on, and the cache in front of its node."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fixtures.build import Artifact, Verified, Workshop
from fixtures.field import Field, code_inputs, edition
from fixtures.localchain import ChainError, LocalChain, created_address, project_root
from fixtures.mempool import Mempool, Sent
from fixtures.recipes import own
from tools.bench.field_kept import write_sources

pytestmark = pytest.mark.node
CODE = "0x600a600c600039600a6000f3602a60005260206000f3"  # creates code that returns 42
RECIPE = own("oz4/FernBadge.sol", solc="0.8.19")


def test_every_edition_is_other_source() -> None:
    inputs = code_inputs(20)
    texts = {json.dumps(one.standard_json(project_root())) for one in inputs}
    assert len(texts) == len(inputs) == 65
    with pytest.raises(ValueError, match="Nothing is there 0 times"):
        edition(RECIPE, "Nothing", 1).standard_json(project_root())


def test_many_transactions_in_one_block() -> None:
    with LocalChain() as chain:
        pool = Mempool(chain)
        people = chain.accounts[:3]
        pool.block([Sent(people[number % 3], data=CODE) for number in range(300)])
        assert chain.block_number == 1
        made = [created_address(one, nonce) for one in people for nonce in range(100)]
        assert set(pool.codes(made)) == {"0x602a60005260206000f3"}
        pool.block([Sent(people[0], people[1], value=5)])
        with pytest.raises(ChainError, match="failed"):
            pool.block([Sent(people[0], data="0xfe")])


def test_a_chain_goes_on_from_a_kept_state(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with LocalChain(keep=state) as chain:
        contract = chain.deploy(chain.accounts[0], CODE)
        chain.mine(2)
        head = chain.rpc("eth_getBlockByNumber", "latest", False)
    with LocalChain(load=state) as chain:
        assert chain.rpc("eth_getBlockByNumber", "latest", False)["hash"] == head["hash"]
        assert chain.code(contract) != "0x"
        chain.mine()
        assert chain.time == int(head["timestamp"], 16) + 3600


def test_what_was_asked_before_no_node_is_asked(tmp_path: Path) -> None:
    one = edition(RECIPE, "FernBadge", 1)
    verified = Verified({"language": "Solidity", "sources": {}, "settings": {}}, "a.sol:FernBadge", "0.8.19")
    address = "0x" + "ab" * 20

    class Shelf(Workshop):
        def contract(self, recipe: object, name: str) -> Artifact:
            return Artifact(name, (), "0x00", (), verified)

    write_sources(tmp_path / "sources.sqlite", Shelf(tmp_path), Field((), {address: one}), ["0x600160"])
    with LocalChain() as chain:
        words = [
            "--node",
            chain.url,
            "--answers",
            str(tmp_path / "answers"),
            "--sources",
            str(tmp_path / "sources.sqlite"),
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.bench.answers", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        asked = [
            {"jsonrpc": "2.0", "id": 7, "method": "eth_chainId", "params": []},
            {"jsonrpc": "2.0", "id": 9, "method": "eth_call", "params": [{"to": address, "data": "0xzz"}, "latest"]},
        ]
        answers = [httpx.post(url, json=asked).json() for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
        assert [one["id"] for one in answers[0]] == [7, 9]
        assert answers[0][0]["result"] == "0x7a69"
        assert "error" in answers[0][1]
        assert httpx.post(url, json=asked[0]).json() == answers[0][0]
        source = httpx.get(f"{url}/v2/contract/31337/{address}", params={"fields": "abi"}).json()
        assert source["address"].lower() == address
        assert source["runtimeBytecode"] == {"onchainBytecode": "0x600160"}
        assert source["compilation"]["name"] == "FernBadge"
        missing = httpx.get(f"{url}/v2/contract/31337/0x{'22' * 20}", params={"fields": "abi"})
        assert (missing.status_code, missing.json()["match"]) == (404, None)
        assert process.communicate()[0].strip() == "2"  # questions that the node had to answer
