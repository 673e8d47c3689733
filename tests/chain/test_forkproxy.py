from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.localchain import LocalChain
from scanner.chain.cache import Cache
from scanner.chain.forkproxy import MAX_BATCH, MAX_BODY_BYTES, ForkProxy
from scanner.chain.node import ChainOptions, NodeChain, open_chain

pytestmark = pytest.mark.node

CODE = "0x" + "ab" * 20


@pytest.fixture(scope="module")
def local() -> Iterator[LocalChain]:
    with LocalChain() as chain:
        chain.rpc("anvil_setCode", CODE, "0x60015f5500")
        chain.set_storage(CODE, 3, 77)
        chain.mine(5)
        yield chain


@contextmanager
def proxied(local: LocalChain, cache: Cache | None = None, **options: int) -> Iterator[tuple[ForkProxy, NodeChain]]:
    chain = open_chain(local.url, ChainOptions(block=4, cache=cache))
    with ForkProxy(chain, **options) as proxy:
        yield proxy, chain
    chain.close()


def post(proxy: ForkProxy, asked: Any, *, path: str = "", host: str = "") -> httpx.Response:
    url = proxy.url if not path else f"http://127.0.0.1:{proxy.port}{path}"
    headers = {"Host": host} if host else {}
    with httpx.Client(trust_env=False) as client:
        return client.post(url, json=asked, headers=headers)


def ask(proxy: ForkProxy, method: str, *params: Any) -> Any:
    return post(proxy, {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()


def test_what_a_fork_asks_is_answered_as_the_node_would(local: LocalChain) -> None:
    with proxied(local) as (proxy, chain):
        tag = hex(chain.block.number)
        for method, params in (
            ("eth_getCode", [CODE, tag]),
            ("eth_getBalance", [local.accounts[0], tag]),
            ("eth_getTransactionCount", [local.accounts[0], tag]),
            ("eth_getStorageAt", [CODE, "0x3", tag]),
            ("eth_chainId", []),
            ("net_version", []),
        ):
            assert ask(proxy, method, *params)["result"] == local.rpc(method, *params), method
        block = ask(proxy, "eth_getBlockByNumber", tag, False)["result"]
        assert block == local.rpc("eth_getBlockByNumber", tag, False) | {"transactions": [], "uncles": []}
        assert ask(proxy, "eth_getBlockByNumber", "0x2", False)["result"]["number"] == "0x2"
        info = ask(proxy, "eth_getAccountInfo", CODE, tag)["result"]
        assert info == {"balance": "0x0", "nonce": "0x0", "code": "0x60015f5500"}


def test_only_the_pinned_block_is_read_and_its_future_does_not_exist(local: LocalChain) -> None:
    with proxied(local) as (proxy, chain):
        assert local.block_number > chain.block.number
        for tag in ("0x3", "0x5", "pending", "finalized", {"blockHash": "0x" + "00" * 32}, None):
            assert "only the pinned block" in ask(proxy, "eth_getCode", CODE, tag)["error"]["message"], tag
        assert ask(proxy, "eth_getCode", CODE, {"blockHash": chain.block.hash})["result"] == "0x60015f5500"
        assert ask(proxy, "eth_getBlockByNumber", "0x5", False)["result"] is None


@pytest.mark.parametrize(
    "method",
    [
        "eth_sendRawTransaction",
        "eth_sendTransaction",
        "eth_call",
        "eth_getLogs",
        "eth_accounts",
        "personal_unlockAccount",
        "anvil_setBalance",
        "debug_traceCall",
    ],
)
def test_writes_and_every_other_method_are_refused(local: LocalChain, method: str) -> None:
    with proxied(local) as (proxy, chain):
        before = chain.trips.requests
        assert ask(proxy, method, {"to": CODE}, "latest")["error"]["code"] == -32601
        assert proxy.refused == [method]
        assert chain.trips.requests == before, "nothing was sent on"


def test_without_the_secret_path_or_by_another_name_nobody_is_served(local: LocalChain) -> None:
    asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    with proxied(local) as (proxy, _):
        assert post(proxy, asked, path="/").status_code == 404
        assert post(proxy, asked, path="/x" * 20).status_code == 404
        assert post(proxy, asked, host="attacker.example").status_code == 404
        with httpx.Client(trust_env=False) as client:
            assert client.get(proxy.url).status_code == 501
        assert post(proxy, asked).status_code == 200


def test_bad_requests_are_errors_and_no_crash(local: LocalChain) -> None:
    with proxied(local) as (proxy, _):
        with httpx.Client(trust_env=False) as client:
            assert client.post(proxy.url, content=b"{").json()["error"]["code"] == -32700
            assert client.post(proxy.url, content=b"[" * 5000).json()["error"]["code"] == -32700
            assert client.post(proxy.url, content=b"0" * (MAX_BODY_BYTES + 1)).status_code == 413
        assert post(proxy, []).json()["error"]["code"] == -32600
        assert post(proxy, [{}] * (MAX_BATCH + 1)).json()["error"]["code"] == -32600
        assert [item["error"]["code"] for item in post(proxy, [1, {"method": 5}]).json()] == [-32600, -32601]
        for params in ([], ["0x12", "latest"], [CODE], [7, "latest"], "latest"):
            body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getCode", "params": params}
            assert "error" in post(proxy, body).json(), params
        assert ask(proxy, "eth_getStorageAt", CODE, "0xzz", "latest")["error"]["code"] == -32602
        assert ask(proxy, "eth_getBlockByNumber", "-1", False)["error"]["code"] == -32602


def test_reads_are_bounded(local: LocalChain) -> None:
    with proxied(local, max_reads=2) as (proxy, _):
        assert "result" in ask(proxy, "eth_getCode", CODE, "latest")
        assert "result" in ask(proxy, "eth_getStorageAt", CODE, "0x3", "latest")
        assert "limit of reads" in ask(proxy, "eth_getStorageAt", CODE, "0x4", "latest")["error"]["message"]


def test_nothing_is_fetched_twice_and_threads_share_the_cache(local: LocalChain, tmp_path: Path) -> None:
    warnings: list[str] = []
    requests = []
    for _ in range(2):
        with Cache(tmp_path / "chain.sqlite", warnings.append) as cache, proxied(local, cache) as (proxy, chain):
            before = chain.trips.requests
            ask(proxy, "eth_getStorageAt", CODE, "0x3", "latest")
            ask(proxy, "eth_getBlockByNumber", "0x2", False)
            ask(proxy, "eth_getBlockByNumber", "0x4", False)
            ask(proxy, "eth_getBlockByNumber", "0x4", False)
            requests.append(chain.trips.requests - before)
    assert requests == [3, 0]
    assert warnings == []


def test_why_a_node_does_not_answer_is_kept_without_its_url(local: LocalChain) -> None:
    from tests.e2e.test_poor_node import poorer

    def refuse(request: dict[str, Any]) -> str:
        refused = request["method"] in ("eth_getProof", "eth_getStorageAt")
        return f"the method {request['method']} does not exist" if refused else ""

    with poorer(local.url, refuse) as url:
        chain = open_chain(url, ChainOptions(block=4))
        with ForkProxy(chain) as proxy:
            said = ask(proxy, "eth_getStorageAt", CODE, "0x3", "latest")["error"]["message"]
            again = ask(proxy, "eth_getStorageAt", CODE, "0x3", "latest")
        chain.close()
    assert said.startswith("not-supported: the method eth_getStorageAt does not exist")
    assert "error" in again
    assert [fault.reason.value for fault in proxy.faults] == ["not-supported"]
    assert url not in json.dumps(said)
