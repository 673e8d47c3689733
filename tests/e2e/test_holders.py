"""Who the ten largest holders are: contracts by what proves it, people only as a sum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fixtures.build import Recipe, Workshop
from fixtures.contract import Contract
from fixtures.localchain import LocalChain
from fixtures.safes import V1_4_1, make_safe
from fixtures.story import CREATE2_DEPLOYER, Env
from tests.e2e.conftest import Run, daoscan

_OZ5 = ("@openzeppelin/contracts/", "node_modules/@openzeppelin/contracts-5/")
_RECIPE = Recipe(("holders/Holders.sol",), "0.8.28", (_OZ5, ("holders/", "tests/e2e/holders/")))
_DEAD = "0x000000000000000000000000000000000000dead"


@dataclass(frozen=True)
class Register:
    """One token, scanned, with its holders by name."""

    run: Run
    names: dict[str, str]

    @property
    def token(self) -> dict[str, Any]:
        (token,) = self.run.snapshot["tokens"]["items"]
        return dict(token)

    @property
    def told(self) -> dict[str, tuple[str, str, str, int]]:
        """Return kind (or ? with the claim), basis and share by name."""
        return {
            self.names[one["address"]]: (
                one["kind"].get("value", "?"),
                one["claims"],
                one["basis"]["value"],
                one["share_bps"]["value"],
            )
            for one in self.token["top_holders"]["items"]
        }

    def one(self, name: str) -> dict[str, Any]:
        return next(one for one in self.token["top_holders"]["items"] if self.names[one["address"]] == name)


@dataclass(frozen=True)
class Town:
    """A chain with two tokens and everybody who holds them."""

    chain: LocalChain
    people: tuple[str, ...]
    safe: Contract
    first: Register
    second: Register


def _singleton(chain: LocalChain, safe: Contract) -> str:
    return "0x" + str(chain.rpc("eth_getStorageAt", safe.address, "0x0", "latest"))[-40:]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with LocalChain() as chain:
        people, shop = tuple(chain.accounts[:10]), Workshop()
        env = Env(chain, shop, None, people, chain.accounts[19])
        make = lambda name, *arguments: env.deploy(shop.contract(_RECIPE, name), *arguments)  # noqa: E731
        safe = make_safe(env, V1_4_1, people[1:4], 2)
        folder = tmp_path_factory.mktemp("town")

        def scan(name: str, coin: Contract, named: dict[str, Contract | str]) -> Register:
            where = ("--rpc-url", chain.url, "--sourcify-url", "", "--no-cache")
            run = daoscan("scan", coin.address, *where, out=folder / name)
            assert run.code in (0, 1, 3), run.stderr
            return Register(run, {str(getattr(one, "address", one)): what for what, one in named.items()})

        def users(coin: Contract, amount: int, place: Contract, function: str, *arguments: Any) -> Contract:
            coin.send(people[0], "approve", place.address, amount)
            place.send(people[0], function, *arguments)
            return place

        lock = make("Lock", [people[5]])
        coin, factory = make("Coin", lock.address), make("Factory")
        holders: dict[str, Contract | str] = {
            "pair": make("Pair", factory.address, coin.address),
            "liar": make("Pair", factory.address, coin.address),
            "parrot": make("Parrot", coin.address),
            "vesting": make("Vesting", people[6]),
            "safe": safe,
            "lock": lock,
            "burnt": _DEAD,
            "coin": coin,
        }
        amounts = {"pair": 2_500, "liar": 1_000, "parrot": 500, "vesting": 700, "safe": 900, "lock": 600}
        for name, amount in {**amounts, "burnt": 400, "coin": 100}.items():
            coin.send(people[0], "transfer", getattr(holders[name], "address", holders[name]), amount)
        for name in ("pair", "liar"):
            holders[name].send(people[0], "sync")  # type: ignore[union-attr]
        factory.send(people[0], "setPair", holders["pair"].address)  # type: ignore[union-attr]
        vault = make("Vault", coin.address)
        holders["vault"] = users(coin, 1_200, vault, "deposit", 1_200, people[0])
        coin.send(people[0], "transfer", people[8], 2_100)
        first = scan("first", coin, holders)

        coin = make("Coin", factory.address)
        holders = {
            "pool": make("Pool", factory.address, coin.address),
            "empty": make("EmptyVault", coin.address),
            "mute": make("Mute"),
            "no safe": make("NoSafe", _singleton(chain, safe)),
            "listed": CREATE2_DEPLOYER,
        }
        for name, amount in {"pool": 2_000, "empty": 800, "mute": 300, "no safe": 200, "listed": 150}.items():
            coin.send(people[0], "transfer", getattr(holders[name], "address", holders[name]), amount)
        factory.send(people[0], "setPool", holders["pool"].address)  # type: ignore[union-attr]
        wrapped = make("Wrapped", coin.address)
        holders["wrapped"] = users(coin, 600, wrapped, "depositFor", people[7], 600)
        holders["escrow"] = users(coin, 500, make("Escrow", coin.address), "create_lock", 500, 9)
        holders["stakes"] = users(coin, 400, make("Stakes", coin.address), "stake", 400)
        coin.send(people[0], "transfer", people[7], 100)
        coin.send(people[0], "transfer", people[8], 4_950)
        second = scan("second", coin, holders)
        yield Town(chain, people, safe, first, second)


def test_what_others_or_books_confirm_is_named(town: Town) -> None:
    found = town.first.told
    assert found == {
        "pair": ("pool", "", "checked", 2_500),
        "vault": ("vault", "", "answers", 1_200),
        "liar": ("?", "pool", "none", 1_000),
        "safe": ("safe", "", "checked", 900),
        "vesting": ("vesting", "", "answers", 700),
        "lock": ("timelock", "", "part", 600),
        "parrot": ("?", "", "none", 500),
        "burnt": ("burn", "", "constant", 400),
        "coin": ("token", "", "part", 100),
    }
    assert town.first.one("lock")["treasury"]
    assert not town.first.one("vault")["in_scope"]
    assert town.first.one("safe")["label"].startswith("Safe 2 of 3")


def test_what_only_the_contract_itself_says_stays_unknown(town: Town) -> None:
    found = town.second.told
    assert found["pool"] == ("pool", "", "checked", 2_000)
    assert found["wrapped"] == ("wrapper", "", "answers", 600)
    assert found["escrow"] == ("escrow", "", "answers", 500)
    assert found["stakes"] == ("staking", "", "answers", 400)
    assert found["empty"] == ("?", "vault", "none", 800)
    assert found["no safe"] == ("?", "safe", "none", 200)
    assert found["mute"] == ("?", "", "none", 300)
    assert found["listed"] == ("labelled", "", "list", 150)
    assert "does not name it" in town.first.one("liar")["kind"]["detail"]
    assert "whatever it is asked" in town.first.one("parrot")["kind"]["detail"]
    assert "source:" in town.second.one("listed")["kind"]["derivation"]


def test_people_are_a_sum_and_nowhere_named(town: Town) -> None:
    for register, count, share in ((town.first, 1, 2_100), (town.second, 2, 5_050)):
        token = register.token
        assert (token["top_accounts"]["value"], token["top_accounts_bps"]["value"]) == (count, share)
        text = (register.run.out / "snapshot.json").read_text("utf-8")
        # Neither who holds, nor the owners of the Safe, nor for whom units vest.
        assert not [one for one in (*town.people[1:4], *town.people[6:9]) if one[2:].lower() in text]


def test_a_share_of_pools_is_not_known_while_a_contract_is_not(town: Town) -> None:
    token = town.first.token
    assert token["top_contract_unknown_bps"]["value"] == 1_500
    assert token["pool_bps"]["status"] == token["exchange_bps"]["status"] == "unknown"
    assert "2500 hundredths" in token["pool_bps"]["detail"]


def test_every_piece_of_evidence_can_be_read_again(town: Town) -> None:
    for register in (town.first, town.second):
        done = daoscan("verify", str(register.run.out / "snapshot.json"), "--rpc-url", town.chain.url)
        assert done.code == 0, done.stdout + done.stderr
