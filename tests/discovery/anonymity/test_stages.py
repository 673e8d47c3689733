"""A feature is exercised by calls of its own functions, not by whatever else a vote did with the contract."""

from __future__ import annotations

import pytest

from scanner.chain.abi import selector
from scanner.discovery.anonymity.settle import privacy_data, stages
from scanner.model.kinds import Stage
from scanner.model.observation import Known
from tests.code.analyses.support import facts_of
from tests.discovery.support import BLOCK, contract, world

pytestmark = pytest.mark.compiler


def stage(name: str, feature: str, *called: str) -> str:
    """Return the stage of a feature where executed proposals called these functions (empty: a plain payment)."""
    account = contract(1)
    account.why = ["token() on 0x01"]
    selectors = {selector(text)[2:] if text else "" for text in called}
    executed = {account.address: selectors} if called else {}
    found = getattr(stages(world(account), account, facts_of("Privacy.sol")[name], executed=executed), feature)
    assert isinstance(found, Known)
    return str(found.value)


def test_a_board_is_used_when_a_vote_posts_on_it() -> None:
    assert stage("Board", "message_board") == Stage.CONFIGURED
    assert stage("Board", "message_board", "post(string)") == Stage.EXERCISED
    assert stage("Board", "message_board", "setOwner(address)", "") == Stage.CONFIGURED


def test_a_hook_that_tokens_call_is_no_board_whatever_a_vote_does_there() -> None:
    calls = ("execute(address,uint256,bytes)", "onERC721Received(address,address,uint256,bytes)")
    assert stage("Keeper", "message_board", *calls) == Stage.ABSENT


def test_a_pool_is_used_by_what_goes_in_or_out() -> None:
    assert stage("NotePool", "mixer", "deposit(bytes32)") == Stage.EXERCISED
    assert stage("NotePool", "mixer", "setFee(uint256)", "") == Stage.CONFIGURED
    assert stage("ClassicPool", "mixer", "updateVerifier(address)") == Stage.CONFIGURED


def test_a_labelled_pool_is_nothing_but_a_pool() -> None:
    label = next(
        one for (chain, one), (category, _) in sorted(privacy_data().addresses.items())
        if chain == BLOCK.chain_id and category == "anon.mixer"
    )  # fmt: skip
    account = contract(1)
    account.address = label
    facts = facts_of("Privacy.sol")["Vault"]
    assert stages(world(account), account, facts, executed={label: {""}}).mixer.value == Stage.EXERCISED
    assert stages(world(account), account, facts, executed={}).mixer.value == Stage.CONFIGURED
