"""Contracts that act by messages from another chain: the edge names that chain, whatever bridge hands them on."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain.abi import encode, selector
from scanner.chain.aliases import Away, aliases_of
from scanner.discovery.account import Account
from scanner.discovery.control import crossing
from scanner.discovery.control.holders import Path, Resolver
from scanner.discovery.links import getters_of
from scanner.discovery.world import World
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import changed
from tests.discovery.support import BLOCK, address, code, contract, eoa, log, parts, word, world

FAR, MESSENGER, KEY = address(50), address(51), address(52)
OP, POLYGON, ARBITRUM = 10, 137, 42161


def _code(*signatures: str) -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures)


def _receiver(*more: Any, functions: tuple[str, ...] = (), **answers: Any) -> Account:
    made = contract(1, *more, **answers)
    made.code = code(made.address, _code(*(f"{name}()" for name in answers), *functions))
    return made


def _world(account: Account, chain_id: int, *away: Away) -> World:
    key = eoa(52)
    made = world(account, key, contract(51))
    made.chain.block = changed(BLOCK, chain_id=chain_id)
    made.away = aliases_of(away)
    return made


def _paths(account: Account, chain_id: int, *away: Away) -> tuple[Path, ...]:
    return Resolver(_world(account, chain_id, *away), parts()).paths(account.address)


OF_OP = {"l1Owner": ("address", FAR), "messenger": ("address", MESSENGER)}
OF_POLYGON = {"fxRootSender": ("address", FAR), "fxChild": ("address", MESSENGER)}
OF_AAVE = {"getEthereumGovernanceExecutor": ("address", FAR), "getDelay": ("uint256", 172_800)}
OF_COMPOUND = {"govTimelock": ("address", FAR), "localTimelock": ("address", MESSENGER)}
OF_AXELAR = {"governanceChain": ("string", "Ethereum"), "governanceAddress": ("string", FAR.upper().replace("X", "x"))}
HEARS = crossing._RECEIVE[0]


def _peer(number: int, who: str, index: int = 0) -> Any:
    row = encode(("uint32", "bytes32"), (number, word(who)))
    return log(address(1), (crossing._PEER_SET,), row, index=index)


@pytest.mark.parametrize(
    ("account", "chain_id", "where", "delay"),
    [
        (_receiver(**OF_OP), OP, "chain 1", 0),
        (_receiver(**OF_OP), 901, "another chain", 0),
        (_receiver(**OF_POLYGON), POLYGON, "chain 1", 0),
        (_receiver(**OF_AAVE), ARBITRUM, "chain 1", 172_800),
        (_receiver(**OF_COMPOUND), OP, "chain 1", 0),
        (_receiver(**OF_AXELAR), 56, "chain 1", 0),
        (_receiver(_peer(30101, FAR), functions=(HEARS,), endpoint=("address", MESSENGER)), 56, "chain 1", 0),
        (
            _receiver(_peer(39999, FAR), functions=(HEARS,), endpoint=("address", MESSENGER)),
            56,
            "LayerZero chain 39999",
            0,
        ),
    ],
    ids=[
        "op",
        "unknown rollup",
        "polygon",
        "aave",
        "compound",
        "axelar",
        "layerzero",
        "layerzero of nobody knows where",
    ],
)
def test_an_edge_that_leaves_the_chain_names_the_other(account: Account, chain_id: int, where: str, delay: int) -> None:
    (path,) = _paths(account, chain_id)
    assert (path.actor, path.kind) == (FAR, ActorKind.UNRESOLVED)
    assert path.label.endswith(f"on {where}")
    told = path.delay.value if isinstance(path.delay, Known) else 0
    assert (told, isinstance(path.delay, Known)) == (delay, bool(delay)), "what waits over there is not nothing"
    assert path.evidence


def test_what_a_manifest_names_there_is_named_here() -> None:
    named = Away(1, FAR, "governor")
    (path,) = _paths(_receiver(**OF_OP), OP, named)
    assert path.label.endswith("(governor of the manifest) on chain 1")
    (path,) = _paths(_receiver(**OF_OP), OP, Away(137, FAR, "governor"))
    assert "manifest" not in path.label, "the same address on another chain is another account"


def test_an_owner_here_is_followed_as_well() -> None:
    found = _paths(_receiver(**OF_POLYGON, owner=("address", KEY)), POLYGON)
    assert {(one.actor, one.kind) for one in found} == {(FAR, ActorKind.UNRESOLVED), (KEY, ActorKind.EOA)}


def test_a_sender_without_its_bridge_is_no_sender() -> None:
    plain = _receiver(l1Owner=("address", FAR))
    (path,) = _paths(plain, OP)
    assert path.actor == plain.address
    unset = _receiver(**{**OF_OP, "messenger": ("address", "0x" + "00" * 20)})
    assert [one.actor for one in _paths(unset, OP)] == [unset.address]


def test_the_last_log_says_who_is_heard() -> None:
    logs = (_peer(30101, KEY, 0), _peer(30101, FAR, 1), _peer(30109, KEY, 2), _peer(30109, "0x" + "00" * 20, 3))
    account = _receiver(*logs, functions=(HEARS,), endpoint=("address", MESSENGER))
    assert [one.actor for one in _paths(account, 56)] == [FAR]
    old = encode(("uint16", "bytes"), (101, bytes.fromhex(FAR[2:] + KEY[2:])))
    trusted = log(address(1), (crossing._TRUSTED[0],), old)
    account = _receiver(trusted, functions=(crossing._RECEIVE[1],), lzEndpoint=("address", MESSENGER))
    assert [(one.actor, one.label[-7:]) for one in _paths(account, 56)] == [(FAR, "chain 1")]


def test_what_does_not_decode_or_is_no_address_is_left_open() -> None:
    broken = log(address(1), (crossing._PEER_SET,), "0x" + "ff" * 31)
    account = _receiver(broken, functions=(HEARS,), endpoint=("address", MESSENGER))
    (path,) = _paths(account, 56)
    assert "could not be decoded" in path.steps[0]
    account.logs = Unknown(reason=Reason.NO_LOGS, detail="none")
    assert "could not be read" in _paths(account, 56)[0].steps[0]
    (path,) = _paths(_receiver(**{**OF_AXELAR, "governanceAddress": ("string", "axelar1abc")}), 56)
    assert "no address of 20 bytes" in path.steps[0]


@pytest.mark.parametrize(
    ("chain_id", "messenger", "where"),
    [
        (10, "0x4200000000000000000000000000000000000007", "chain 1"),
        (204, "0x4200000000000000000000000000000000000007", "chain 56"),
        (100, "0x75df5af045d91108662d8080fd1fefad6aa0bb59", "chain 1"),
        (137, "0x4200000000000000000000000000000000000007", ""),
    ],
)
def test_a_messenger_that_owns_is_whoever_sends_messages(chain_id: int, messenger: str, where: str) -> None:
    vault = contract(1, owner=("address", messenger))
    made = _world(vault, chain_id)
    hands = contract(60)
    hands.address = messenger
    made.accounts[messenger] = hands
    (path,) = Resolver(made, parts()).paths(vault.address)
    assert path.kind is ActorKind.UNRESOLVED
    assert (f"messages from {where}," in path.steps[0]) is bool(where)


def test_only_what_may_be_a_receiver_is_asked() -> None:
    account = _receiver(**OF_OP)
    made = _world(account, OP)
    assert {"l1Owner()", "messenger()"} <= {one.signature for one in getters_of(made, account)}
    assert not list(crossing.crossing_getters(contract(2), _code("owner()", "messenger()")))
    hears = list(crossing.crossing_getters(account, _code(HEARS)))
    assert [one.topics[0] for one in hears if one.topics] == [crossing._PEER_SET]
