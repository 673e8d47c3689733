from __future__ import annotations

import json
import logging

import pytest

from scanner.model.errors import UsageError
from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.bundle import standard_json
from scanner.sources.etherscan import Etherscan
from scanner.sources.interface import NoSource, VerifiedSource
from tests.sources.support import ABI, ADDRESS, CHAIN, DEPLOYED, QUICK, STANDARD, Explorer

KEY = "THISISASECRETKEY"


def entry(code: str, **changes: str) -> dict[str, str]:
    return {
        "SourceCode": code,
        "ABI": json.dumps(ABI),
        "ContractName": "Club",
        "CompilerVersion": "v0.8.28+commit.7893614a",
        "OptimizationUsed": "1",
        "Runs": "999",
        "EVMVersion": "Paris",
        "Library": "",
        "Proxy": "0",
        **changes,
    }


def fetch(explorer: Explorer) -> VerifiedSource | NoSource:
    provider = Etherscan(KEY, explorer.url, QUICK)
    try:
        return provider.fetch(DEPLOYED)
    finally:
        provider.close()


def found(explorer: Explorer) -> VerifiedSource:
    answer = fetch(explorer)
    assert isinstance(answer, VerifiedSource), answer
    return answer


def test_plain_source(etherscan: Explorer) -> None:
    etherscan.entry = entry("contract Club {}", Library="Maths:" + "CD" * 20)
    answer = found(etherscan)
    assert answer.verification is Verification.ASSERTED
    assert answer.detail == "etherscan: not compared with the deployed code"
    assert answer.abi == tuple(ABI)
    assert answer.bundle.contract_path == "Club.sol"
    assert standard_json(answer.bundle) == {
        "language": "Solidity",
        "sources": {"Club.sol": {"content": "contract Club {}"}},
        "settings": {
            "optimizer": {"enabled": True, "runs": 999},
            "evmVersion": "paris",
            "libraries": {"": {"Maths": "0x" + "cd" * 20}},
        },
    }
    assert etherscan.queries == [
        {"chainid": str(CHAIN), "module": "contract", "action": "getsourcecode", "address": ADDRESS, "apikey": KEY}
    ]


def test_standard_json_in_double_braces(etherscan: Explorer) -> None:
    etherscan.entry = entry("{" + json.dumps(STANDARD) + "}", ContractFileName="contracts/Club.sol")
    bundle = found(etherscan).bundle
    assert bundle.contract_path == "contracts/Club.sol"
    assert standard_json(bundle)["settings"] == {"optimizer": {"enabled": True, "runs": 200}}
    assert len(bundle.files) == 2


def test_map_of_files(etherscan: Explorer) -> None:
    etherscan.entry = entry(json.dumps(STANDARD["sources"]), EVMVersion="Default", OptimizationUsed="0")
    bundle = found(etherscan).bundle
    assert [file.path for file in bundle.files] == ["contracts/Base.sol", "contracts/Club.sol"]
    assert standard_json(bundle)["settings"] == {"optimizer": {"enabled": False, "runs": 999}}
    assert bundle.contract_path == ""


def test_standard_json_in_single_braces(etherscan: Explorer) -> None:
    etherscan.entry = entry(json.dumps(STANDARD))
    assert len(found(etherscan).bundle.files) == 2


def test_vyper(etherscan: Explorer) -> None:
    etherscan.entry = entry("owner: public(address)", CompilerVersion="vyper:0.3.10")
    bundle = found(etherscan).bundle
    assert (bundle.language, bundle.compiler, bundle.files[0].path) == ("Vyper", "0.3.10", "Club.vy")


def test_not_verified(etherscan: Explorer) -> None:
    etherscan.entry = entry("", ABI="Contract source code not verified")
    assert fetch(etherscan) == NoSource(Reason.NOT_VERIFIED, "etherscan: not verified")


@pytest.mark.parametrize(
    ("result", "reason", "words", "asked"),
    [
        ("Max rate limit reached", Reason.EXPLORER_DOWN, "rate limit", QUICK.attempts),
        ("Max calls per sec rate limit reached (3/sec)", Reason.EXPLORER_DOWN, "rate limit", QUICK.attempts),
        ("Invalid API Key", Reason.EXPLORER_DOWN, "check --etherscan-key", 1),
        ("Too many invalid api key attempts, please try again later", Reason.EXPLORER_DOWN, "key was refused", 1),
        ("Missing or unsupported chainid parameter", Reason.NO_SOURCE_PROVIDER, "not served", 1),
        ("Free API access is not supported for this chain.", Reason.NO_SOURCE_PROVIDER, "not served", 1),
        ("Contract source code not verified", Reason.NOT_VERIFIED, "not verified", 1),
        (f"Unexpected \x1b[31m{KEY}", Reason.EXPLORER_DOWN, "***", 1),
    ],
)
def test_refusals(etherscan: Explorer, result: str, reason: Reason, words: str, asked: int) -> None:
    etherscan.error = result
    answer = fetch(etherscan)
    assert isinstance(answer, NoSource)
    assert answer.reason is reason
    assert words in answer.detail
    assert KEY not in answer.detail
    assert "\x1b" not in answer.detail
    assert len(etherscan.queries) == asked


def test_rate_limit_that_passes(etherscan: Explorer) -> None:
    etherscan.entry = entry("contract Club {}")
    etherscan.error, etherscan.error_count = "Max rate limit reached", 1
    assert isinstance(fetch(etherscan), VerifiedSource)
    assert len(etherscan.queries) == 2


def test_a_refused_key_is_not_tried_again(etherscan: Explorer) -> None:
    etherscan.error = "Invalid API Key"
    provider = Etherscan(KEY, etherscan.url, QUICK)
    first, second = provider.fetch(DEPLOYED), provider.fetch(DEPLOYED)
    provider.close()
    assert first == second
    assert provider.key_refused
    assert provider.requests == 1


def test_the_key_is_never_shown(etherscan: Explorer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    etherscan.entry = entry("contract Club {}")
    provider = Etherscan(KEY, etherscan.url, QUICK)
    answer = provider.fetch(DEPLOYED)
    shown = caplog.text + repr(answer) + repr(provider.__dict__)
    provider.close()
    assert etherscan.queries[0]["apikey"] == KEY
    assert "HTTP Request" in caplog.text
    assert KEY not in shown


def test_an_empty_key_is_the_users_mistake() -> None:
    with pytest.raises(UsageError) as raised:
        Etherscan(" ")
    assert raised.value.where == "--etherscan-key"


@pytest.mark.parametrize(
    "changes",
    [
        {"SourceCode": "{{broken}}"},
        {"SourceCode": '{{"language": "Solidity", "sources": {}}}'},
        {"CompilerVersion": "../../solc"},
        {"CompilerVersion": ""},
        {"ContractName": "a; rm -rf"},
        {"SourceCode": '{{"language": "Solidity", "sources": {"a.sol": {"urls": ["ipfs://x"]}}}}'},
    ],
)
def test_malformed_source_is_unknown_with_its_reason(etherscan: Explorer, changes: dict[str, str]) -> None:
    etherscan.entry = entry("contract Club {}", **changes)
    answer = fetch(etherscan)
    assert isinstance(answer, NoSource)
    assert answer.reason is Reason.UNDECODABLE


def test_a_malformed_abi_costs_only_the_abi(etherscan: Explorer) -> None:
    etherscan.entry = entry("contract Club {}", ABI="Contract source code not verified")
    assert found(etherscan).abi == ()
