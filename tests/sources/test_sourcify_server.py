"""The local server answers as Sourcify's published API v2 does."""

from __future__ import annotations

import httpx
import pytest

from fixtures.sourcify_server import SourcifyServer
from tests.sources.support import ABI, ADDRESS, CHAIN, COMPILER, RUNTIME, STANDARD, add_club


def get(server: SourcifyServer, path: str, **params: str) -> httpx.Response:
    return httpx.get(server.url + path, params=params)


def test_minimal_answer(server: SourcifyServer) -> None:
    add_club(server, match="match")
    answer = get(server, f"/v2/contract/{CHAIN}/{ADDRESS}")
    assert answer.status_code == 200
    document = answer.json()
    assert set(document) == {"match", "creationMatch", "runtimeMatch", "chainId", "address", "verifiedAt", "matchId"}
    assert (document["match"], document["chainId"]) == ("match", str(CHAIN))
    assert document["address"].lower() == ADDRESS
    assert document["address"] != ADDRESS, "Sourcify answers with the checksum of EIP-55"


def test_fields(server: SourcifyServer) -> None:
    add_club(server)
    document = get(server, f"/v2/contract/{CHAIN}/{ADDRESS}", fields="abi,runtimeBytecode.onchainBytecode").json()
    assert document["abi"] == ABI
    assert document["runtimeBytecode"] == {"onchainBytecode": RUNTIME}
    assert "stdJsonInput" not in document


def test_all_and_omit(server: SourcifyServer) -> None:
    add_club(server)
    whole = get(server, f"/v2/contract/{CHAIN}/{ADDRESS}", fields="all").json()
    assert whole["stdJsonInput"] == STANDARD
    assert whole["compilation"]["compilerVersion"] == COMPILER
    part = get(server, f"/v2/contract/{CHAIN}/{ADDRESS}", omit="abi,sources").json()
    assert set(whole) - set(part) == {"abi", "sources"}


@pytest.mark.parametrize(
    "params", [{"fields": "nothing"}, {"fields": "abi", "omit": "abi"}, {"fields": "compilation.x"}]
)
def test_wrong_parameters(server: SourcifyServer, params: dict[str, str]) -> None:
    add_club(server)
    answer = get(server, f"/v2/contract/{CHAIN}/{ADDRESS}", **params)
    assert answer.status_code == 400
    assert answer.json()["customCode"] == "invalid_parameter"


def test_no_match(server: SourcifyServer) -> None:
    answer = get(server, f"/v2/contract/{CHAIN}/{ADDRESS}")
    assert answer.status_code == 404
    assert answer.json()["match"] is None


def test_no_route(server: SourcifyServer) -> None:
    answer = get(server, "/v1/anything")
    assert answer.status_code == 404
    assert answer.json()["customCode"] == "route_not_found"


def test_stopping_and_starting_again_keeps_contracts() -> None:
    server = SourcifyServer()
    add_club(server)
    with server:
        assert get(server, f"/v2/contract/{CHAIN}/{ADDRESS}").status_code == 200
    with pytest.raises(RuntimeError):
        _ = server.url
    with server:
        assert get(server, f"/v2/contract/{CHAIN}/{ADDRESS}").status_code == 200
    server.stop()
