"""Endpoints: keys come from the environment, and errors say where."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.fleet.endpoints import Endpoint, find_endpoint, read_endpoints, variables_of
from scanner.model.errors import DaoscanError


def write(folder: Path, text: str) -> Path:
    path = folder / "endpoints.yaml"
    path.write_text(text)
    return path


def test_addresses_and_variables(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'chains:\n  eip155:1: {rpc_url_env: MAIN, requests_per_second: 12.5}\n  "10": {rpc_url: "http://127.0.0.1:1"}\n',
    )
    found = read_endpoints(path, {"MAIN": "https://node.example/secret"})
    assert found == {1: Endpoint(1, "https://node.example/secret", 12.5), 10: Endpoint(10, "http://127.0.0.1:1")}
    assert "secret" not in repr(found)
    assert "secret" not in found[1].key
    assert variables_of(path) == ("MAIN",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chain: {}\n", "no chains"),
        ("chains: {one: {rpc_url: x}}\n", "not a chain id"),
        ("chains: {eip155:1: {}}\n", "one of rpc_url and rpc_url_env"),
        ("chains: {eip155:1: {rpc_url: x, rpc_url_env: Y}}\n", "one of rpc_url and rpc_url_env"),
        ("chains: {eip155:1: {rpc_url_env: NOT_SET}}\n", "the environment has no NOT_SET"),
        ("chains: {eip155:1: {rpc_url: x, requests_per_second: -1}}\n", "above 0"),
        ("chains: {eip155:1: {rpc_url: x, speed: 1}}\n", "no such field"),
        ("chains: [1]\n", "a mapping is wanted"),
    ],
)
def test_errors_say_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DaoscanError, match=said) as caught:
        read_endpoints(write(tmp_path, text), {})
    assert "endpoints.yaml:1:" in caught.value.where


def test_only_the_chains_of_a_run_need_their_variables(tmp_path: Path) -> None:
    path = write(tmp_path, "chains:\n  eip155:1: {rpc_url_env: MAIN}\n  eip155:10: {rpc_url_env: OTHER}\n")
    environment = {"DAOSCAN_ENDPOINTS": str(path), "MAIN": "http://a"}
    assert find_endpoint(1, environment).url == "http://a"
    with pytest.raises(DaoscanError, match="the environment has no OTHER"):
        find_endpoint(10, environment)
    write(tmp_path, "chains:\n  eip155:1: {rpc_url_env: MAIN}\n  eip155:10: {rpc_urls: x}\n")
    with pytest.raises(DaoscanError, match="no such field"):
        find_endpoint(1, environment)


def test_the_node_of_a_chain(tmp_path: Path) -> None:
    path = write(tmp_path, 'chains: {eip155:1: {rpc_url: "http://a"}}\n')
    environment = {"DAOSCAN_ENDPOINTS": str(path)}
    assert find_endpoint(1, environment).url == "http://a"
    assert find_endpoint(5, {**environment, "DAOSCAN_RPC_URL": "http://b"}).url == "http://b"
    with pytest.raises(DaoscanError, match="no node is named for chain 5"):
        find_endpoint(5, environment)
