from __future__ import annotations

import pytest

from scanner.chain.aliases import PARENTS, PLAIN, Away, alias, aliases_of, original
from scanner.discovery.account import Account
from scanner.discovery.aliased import doubt_of
from scanner.discovery.control.holders import Resolver
from scanner.discovery.world import World
from scanner.model.evidence import AccountEvidence
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import changed
from tests.discovery.support import AT, BLOCK, address, contract, eoa, parts, world

_TIMELOCK = "0x" + "ab" * 20
_ROLLUP, _UNLISTED = 42161, 901


def _on(chain_id: int, account: Account, *, away: tuple[Away, ...] = ()) -> World:
    vault = contract(7, owner=("address", account.address))
    made = world(account, vault)
    made.chain.block = changed(BLOCK, chain_id=chain_id)
    made.away = aliases_of(away)
    return made


def _fresh(where: str = "", *, nonce: int = 0) -> Account:
    account = eoa(1)
    account.address = where or account.address
    state = AccountEvidence(**AT.model_dump(), address=account.address, balance_wei=0, nonce=nonce)
    account.state = Known(value=state, evidence=(state,))
    return account


def _kinds(made: World) -> list[ActorKind]:
    return [path.kind for path in Resolver(made, parts()).paths(address(7))]


def test_an_alias_and_what_it_is_the_alias_of_are_each_others_inverse() -> None:
    l1 = "0x702942b8205e5dedcd3374e5f4419843ada76eeb"
    assert alias(l1) == "0x813a42b8205e5dedcd3374e5f4419843ada77ffc"
    assert original(alias(l1)) == l1
    high = "0x" + "ff" * 20
    assert original(alias(high)) == high
    assert not PLAIN & set(PARENTS)


@pytest.mark.parametrize("chain_id", sorted(PLAIN))
def test_where_no_chain_has_aliases_an_account_without_code_is_a_key(chain_id: int) -> None:
    made = _on(chain_id, _fresh(alias(_TIMELOCK)), away=(Away(10, _TIMELOCK, "timelock"),))
    assert _kinds(made) == [ActorKind.EOA]


def test_on_a_rollup_a_fresh_account_is_no_proven_key_and_the_reason_says_where_to_look() -> None:
    made = _on(_ROLLUP, _fresh())
    resolver = Resolver(made, parts())
    (path,) = resolver.paths(address(7))
    assert path.kind is ActorKind.UNRESOLVED
    assert isinstance(path.delay, Unknown)
    assert f"code at {original(address(1))}" in path.delay.detail
    assert "chain 1" in path.delay.detail
    assert any(isinstance(item, AccountEvidence) and item.nonce == 0 for item in path.evidence)
    behind = resolver.kind_behind(Known(value=address(1), evidence=()))
    assert isinstance(behind, Unknown)
    assert behind.reason is Reason.UNRESOLVED
    assert original(address(1)) in behind.detail
    assert "key" not in resolver.label(address(1))


def test_on_a_rollup_an_account_that_sent_transactions_stays_a_key_and_so_does_one_with_delegated_code() -> None:
    assert _kinds(_on(_ROLLUP, _fresh(nonce=1))) == [ActorKind.EOA]
    delegated = _fresh()
    assert isinstance(delegated.code, Known)
    delegated.code = changed(delegated.code, value="0xef0100" + "ab" * 20)
    assert _kinds(_on(_ROLLUP, delegated)) == [ActorKind.EOA]


def test_where_the_nonce_was_not_read_a_rollups_account_is_no_proven_key() -> None:
    assert _kinds(_on(_ROLLUP, eoa(1))) == [ActorKind.UNRESOLVED]


@pytest.mark.parametrize("nonce", [0, 12])
@pytest.mark.parametrize("chain_id", [_ROLLUP, _UNLISTED])
def test_the_alias_of_a_contract_that_the_manifest_names_leads_to_it_whatever_its_nonce(
    chain_id: int, nonce: int
) -> None:
    made = _on(chain_id, _fresh(alias(_TIMELOCK), nonce=nonce), away=(Away(1, _TIMELOCK, "timelock"),))
    (path,) = Resolver(made, parts()).paths(address(7))
    assert (path.kind, path.actor) == (ActorKind.UNRESOLVED, _TIMELOCK)
    assert path.label.endswith("on chain 1")
    assert isinstance(path.signers, Unknown)
    assert "timelock" in path.signers.detail


def test_a_contract_of_another_chain_than_the_parent_has_no_alias() -> None:
    made = _on(_ROLLUP, _fresh(alias(_TIMELOCK), nonce=3), away=(Away(10, _TIMELOCK, "timelock"),))
    assert _kinds(made) == [ActorKind.EOA]


def test_a_chain_of_which_nothing_is_known_has_aliases_where_a_manifest_names_contracts_elsewhere() -> None:
    assert _kinds(_on(_UNLISTED, _fresh())) == [ActorKind.EOA]
    made = _on(_UNLISTED, _fresh(), away=(Away(1, _TIMELOCK), Away(8453, _TIMELOCK)))
    assert _kinds(made) == [ActorKind.UNRESOLVED]
    found = doubt_of(made, made.accounts[address(1)])
    assert found is not None
    assert "chain 1 or 8453" in found.reason


def test_one_address_on_several_chains_is_an_alias_where_one_of_them_is_the_parent() -> None:
    made = _on(_ROLLUP, _fresh(alias(_TIMELOCK), nonce=3), away=(Away(10, _TIMELOCK), Away(1, _TIMELOCK)))
    (path,) = Resolver(made, parts()).paths(address(7))
    assert path.label.endswith("on chain 1")
