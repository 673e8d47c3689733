"""Who holds each power over a token, where only the code says which office a function asks for.

The administrator of every role is the vote's timelock, and the twin leaves all offices to it. In the other token each
office is a key's, and no office has a name that other projects use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fixtures.build import Recipe, Workshop
from fixtures.contract import Contract
from fixtures.localchain import LocalChain
from fixtures.oztimelock import hand_over, make_timelock
from fixtures.sourcify_server import SourcifyServer
from fixtures.story import Env
from tests.e2e.conftest import Run, daoscan
from tests.e2e.puppets import Answer, Stage, reply

_OZ5 = ("@openzeppelin/contracts/", "node_modules/@openzeppelin/contracts-5/")
_RECIPE = Recipe(("rights/Rights.sol",), "0.8.28", (_OZ5, ("rights/", "tests/e2e/rights/")))
_ADMIN = "0x" + "00" * 32
_POWERS = ("mint", "pause", "seize", "freeze", "fee", "upgrade")


@dataclass(frozen=True)
class Seen:
    """A scan of one token's DAO."""

    run: Run
    token: str
    keys: tuple[str, ...]

    def power(self, name: str) -> dict[str, Any]:
        (token,) = [one for one in self.run.snapshot["tokens"]["items"] if one["address"] == self.token]
        (found,) = [one for one in token["powers"]["items"] if one["power"] == name]
        return dict(found)

    def actors(self, capability: str) -> set[str]:
        return {
            one["actor"]
            for one in self.run.snapshot["controls"]["items"]
            if one["contract"] == self.token and one["capability"] == capability
        }

    def statuses(self, rule: str) -> set[str]:
        """Return what a rule says of the token."""
        return {
            one["status"]
            for one in self.run.report["outcomes"]
            if one["rule_id"] == rule and one["subject"]["id"].endswith(self.token)
        }


@dataclass(frozen=True)
class Yard:
    """A chain on which DAOs are made that differ in who holds the offices of their token."""

    env: Env
    stage: Stage
    folder: Path

    def scan(self, name: str, offices: list[str] | None, *, patron: str = "") -> Seen:
        """Make a DAO and scan it. Without `offices` they are all the timelock's."""
        env, shop = self.env, self.env.workshop
        timelock = make_timelock(env, 172_800)
        held = offices or [timelock.address] * 6
        code = env.deploy(shop.contract(_RECIPE, "Units"))
        first = code.data("set", env.people[0], held[:5], held[5])
        front = env.deploy(shop.contract(_RECIPE, "Front"), code.address, first)
        token = Contract(env.chain, front.address, code.abi)
        if patron:
            token.send(env.people[0], "sponsor", token.call("ISSUER"), patron)
        token.send(env.people[0], "grantRole", _ADMIN, timelock.address)
        token.send(env.people[0], "renounceRole", _ADMIN, env.people[0])
        return Seen(self.scan_dao(name, timelock, {}, token=token.address), token.address, tuple(held))

    def scan_dao(self, name: str, timelock: Contract, links: dict[str, Answer], *, token: str = "") -> Run:
        """Give the timelock to a governor, and scan that."""
        env = self.env
        token = token or self.stage.token().address
        governor = self.stage.governor({"timelock()": reply("address", timelock.address), **links}, token=token)
        hand_over(timelock, env.people[0], governor.address)
        assert env.sourcify is not None
        where = ("--rpc-url", env.chain.url, "--sourcify-url", env.sourcify.url, "--no-cache")
        run = daoscan("scan", governor.address, *where, out=self.folder / name)
        assert run.code in (0, 1, 3), run.stderr[-3000:]
        return run


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        env = Env(chain, Workshop(), sourcify, chain.accounts[:10], chain.accounts[19])
        yield Yard(env, Stage(chain), tmp_path_factory.mktemp("yard"))


@pytest.fixture(scope="module")
def keys(yard: Yard) -> Seen:
    return yard.scan("keys", list(yard.env.people[3:9]))


@pytest.mark.parametrize("power", _POWERS)
def test_the_key_that_the_code_asks_for_holds_the_power(keys: Seen, power: str) -> None:
    found = keys.power(power)
    assert found["guard"]["value"] == "caller" if power != "upgrade" else True
    assert (found["holder_kind"].get("value"), found["delay_seconds"].get("value")) == ("eoa", 0), found


@pytest.fixture(scope="module")
def vote(yard: Yard) -> Seen:
    return yard.scan("vote", None)


@pytest.mark.parametrize("power", [one for one in _POWERS if one != "pause"])
def test_the_vote_that_the_code_asks_for_holds_the_power(vote: Seen, power: str) -> None:
    found = vote.power(power)
    assert (found["holder_kind"].get("value"), found["delay_seconds"].get("value")) == ("token-vote", 172_800), found


def test_a_list_that_nobody_can_enumerate_leaves_a_vote_undecided(vote: Seen) -> None:
    assert vote.power("pause")["holder_kind"]["status"] == "unknown"


def test_lines_of_control_end_in_the_same_holders(yard: Yard, keys: Seen, vote: Seen) -> None:
    people = yard.env.people
    assert keys.actors("mint") >= {people[3]}
    assert keys.actors("confiscate") >= {people[4], people[6]}
    assert keys.actors("pause") >= {people[8]}
    assert keys.actors("upgrade") >= {people[5]}
    assert not {*people} & {who for one in ("mint", "pause", "confiscate", "upgrade") for who in vote.actors(one)}
    for seen, status in ((keys, {"finding"}), (vote, {"pass"})):
        for rule in ("TOK-001", "CTL-006"):
            assert seen.statuses(rule) == status, rule


def test_whoever_appoints_the_issuer_can_issue(yard: Yard) -> None:
    seen = yard.scan("patron", None, patron=yard.env.people[9])
    assert seen.power("mint")["holder_kind"].get("value") == "eoa"
    assert yard.env.people[9] in seen.actors("mint")
    assert seen.power("seize")["holder_kind"].get("value") == "token-vote"


def test_nobody_holds_what_was_given_to_nobody(yard: Yard) -> None:
    nobody = "0x" + "00" * 20
    people = yard.env.people
    seen = yard.scan("nobody", [people[3], people[4], people[5], nobody, nobody, people[8]])
    for power in ("freeze", "fee"):
        assert seen.power(power)["holder_kind"].get("value") == "nobody", power


def test_whoever_makes_a_vault_pay_moves_its_assets(yard: Yard) -> None:
    """Its administrator is the vote's timelock; payments are made by whom the code of `pay` asks for."""
    people, found = yard.env.people, {}
    for name, treasurer in (("key", people[3]), ("vote", "")):
        timelock = make_timelock(yard.env, 172_800)
        vault = yard.env.deploy(
            yard.env.workshop.contract(_RECIPE, "Vault"), timelock.address, treasurer or timelock.address
        )
        run = yard.scan_dao(f"vault-{name}", timelock, {"treasury()": reply("address", vault.address)})
        (held,) = [one for one in run.snapshot["treasury"]["items"] if one["address"] == vault.address]
        found[name] = (
            held["bypass_vote"].get("value"),
            held["bypass_actor_kind"].get("value"),
            held["fastest_seconds"].get("value"),
        )
    assert found == {"key": (True, "eoa", 0), "vote": (False, "nobody", 172_800)}


def test_whoever_makes_a_proposer_act_can_propose(yard: Yard) -> None:
    people, found = yard.env.people, {}
    for name, clerk in (("key", people[3]), ("vote", "")):
        timelock = make_timelock(yard.env, 172_800)
        relay = yard.env.deploy(
            yard.env.workshop.contract(_RECIPE, "Relay"), timelock.address, timelock.address, clerk or timelock.address
        )
        timelock.send(people[0], "grantRole", timelock.call("PROPOSER_ROLE"), relay.address)
        run = yard.scan_dao(f"relay-{name}", timelock, {})
        (held,) = [one for one in run.snapshot["treasury"]["items"] if one["address"] == timelock.address]
        found[name] = (held["bypass_vote"].get("value"), held["bypass_actor_kind"].get("value"))
    assert found == {"key": (True, "eoa"), "vote": (False, "nobody")}
