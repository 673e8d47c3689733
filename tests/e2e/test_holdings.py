"""What a treasury holds beside plain tokens: ids of multi-tokens (ERC-1155), and tokens that only the user names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.build import Recipe, Workshop
from fixtures.contract import Contract
from fixtures.localchain import LocalChain
from fixtures.safes import V1_4_1, execute, make_safe
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import Env
from scanner.discovery.treasury.units import MAX_UNITS
from tests.e2e.conftest import Run, daoscan

_OZ5 = ("@openzeppelin/contracts/", "node_modules/@openzeppelin/contracts-5/")
_RECIPE = Recipe(("holdings/Units.sol",), "0.8.28", (_OZ5, ("holdings/", "tests/e2e/holdings/")))
_HUGE = 2**255 + 9


@dataclass(frozen=True)
class Purse:
    """A Safe of three owners with everything that was sent to it."""

    chain: LocalChain
    folder: Path
    safe: Contract
    tokens: dict[str, Contract]
    spender: str

    def scan(self, name: str, *options: str) -> Run:
        where = ("--rpc-url", self.chain.url, "--sourcify-url", "", "--no-cache", *options)
        return daoscan("scan", self.safe.address, *where, out=self.folder / name)

    def held(self, run: Run) -> dict[tuple[str, str], dict[str, Any]]:
        """Return balances by token and id."""
        names = {token.address: name for name, token in self.tokens.items()}
        found = _treasury(run, self.safe.address)["tokens"]["items"]
        assert len({(one["token"], one["token_id"]) for one in found}) == len(found)
        return {(names[one["token"]], one["token_id"]): one for one in found}


def _treasury(run: Run, address: str) -> dict[str, Any]:
    assert run.code in (0, 1, 3), run.stderr
    (found,) = [one for one in run.snapshot["treasury"]["items"] if one["address"] == address]
    return dict(found)


@pytest.fixture(scope="module")
def purse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Purse]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        people, shop = chain.accounts[:10], Workshop()
        env = Env(chain, shop, sourcify, people, chain.accounts[19])
        safe = make_safe(env, V1_4_1, people[:3], 2)
        names = ("Passes", "Silent", "SilentPiece", "Impostor")
        tokens = {name: env.deploy(shop.contract(_RECIPE, name)) for name in names}
        passes = tokens["Passes"]
        passes.send(people[0], "mint", safe.address, 7, 40)
        passes.send(people[0], "mintBatch", safe.address, [7, _HUGE, 8], [2, 1, 5])
        moved = passes.data("safeTransferFrom", safe.address, people[4], 8, 5, b"")
        execute(safe, people[:2], passes.address, moved)
        execute(safe, people[:2], passes.address, passes.data("setApprovalForAll", people[5], True))
        tokens["Silent"].send(people[0], "give", safe.address, 900)
        tokens["SilentPiece"].send(people[0], "give", safe.address)
        tokens["Impostor"].send(people[0], "garble", safe.address)
        yield Purse(chain, tmp_path_factory.mktemp("purse"), safe, tokens, people[5])


def test_each_id_that_is_left_is_a_balance_of_its_own(purse: Purse) -> None:
    run = purse.scan("plain")
    held = purse.held(run)
    assert {key: int(one["balance"]["value"]) for key, one in held.items()} == {
        ("Passes", "7"): 42,
        ("Passes", str(_HUGE)): 1,
    }
    seven = held["Passes", "7"]
    assert (seven["standard"]["value"], seven["symbol"]["value"]) == ("erc1155", "PASS")
    assert seven["decimals"]["reason"] == "off-chain"
    assert seven["balance"]["evidence"]
    assert "PASS #7" in (run.out / "report.html").read_text("utf-8")
    (allowed,) = _treasury(run, purse.safe.address)["allowances"]["items"]
    assert (allowed["spender"], allowed["every_unit"]) == (purse.spender, True)
    assert int(allowed["at_risk"]["value"]) == 43
    assert [gap["reason"] for gap in run.report["gaps"] if gap["subject"] == purse.tokens["Impostor"].address] == [
        "undecodable"
    ]


def test_tokens_that_the_user_names_are_asked_though_no_log_tells_of_them(purse: Purse) -> None:
    stranger = purse.chain.accounts[8]
    named = [purse.tokens["Silent"].address, purse.tokens["SilentPiece"].address]
    listed = purse.folder / "listed.txt"
    listed.write_text(f"{named[0]}\n{stranger}  # no token\n", encoding="utf-8")
    run = purse.scan("named", "--token", str(listed), "--token", named[1])
    assert [one["name"] for one in run.report["inputs"] if one["name"].startswith("tokens")] == ["tokens listed.txt"]
    found = {one["token"]: one for one in _treasury(run, purse.safe.address)["tokens"]["items"]}
    coin, piece = (found[address] for address in named)
    assert (coin["balance"]["value"], coin["symbol"]["value"], coin["standard"]["value"]) == (900, "HUSH", "erc20")
    assert (piece["balance"]["value"], piece["standard"]["value"], piece["decimals"]["value"]) == (1, "erc721", 0)
    assert found[stranger]["balance"]["status"] == "unknown"


def test_a_token_that_a_manifest_names_is_asked_too(purse: Purse) -> None:
    chain, token = f"eip155:{purse.chain.chain_id}", purse.tokens["Silent"].address
    manifest = purse.folder / "purse.yaml"
    manifest.write_text(
        f"schema: 1\nname: Purse\ntargets:\n  - {{id: '{chain}:{purse.safe.address}', role: safe}}\n"
        f"  - {{id: '{chain}:{token}', role: token}}\n",
        encoding="utf-8",
    )
    run = daoscan(
        "scan",
        str(manifest),
        "--rpc-url",
        purse.chain.url,
        "--sourcify-url",
        "",
        "--no-cache",
        out=purse.folder / "stated",
    )
    assert purse.held(run)["Silent", ""]["balance"]["value"] == 900


def test_ids_beyond_the_limit_leave_the_treasury_open(purse: Purse) -> None:
    purse.tokens["Impostor"].send(purse.chain.accounts[0], "spam", purse.safe.address, MAX_UNITS)
    run = purse.scan("spam")
    tokens = _treasury(run, purse.safe.address)["tokens"]
    assert not tokens["complete"]
    assert "more ids of ERC-1155 tokens" in tokens["reason"]
    assert purse.held(run)["Passes", "7"]["balance"]["value"] == 42, "what came first is still asked for"
