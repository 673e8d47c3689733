"""Who can create, move, stop or take units; each way in beside the one it must not be taken for."""

from __future__ import annotations

import pytest

from scanner.model.observation import Known
from tests.code.analyses.support import facts_of, guards, value

pytestmark = pytest.mark.compiler

ABSENT = "no-function"


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("FixedVotes", ABSENT),
        ("OpenMint", "none"),
        ("OwnerMint", "caller"),
        ("RoleMint", "caller"),
        ("PayableMint", "payment"),
        ("MerkleMint", "proof"),
        ("CouponMint", "proof"),
        ("Wrapped", "payment"),
        ("FlashMintable", ABSENT),
        ("BlockList", ABSENT),
        ("ForcedTransfer", ABSENT),
        ("Soulbound", "caller"),
        ("FreeNft", "none"),
        ("AllowListed", ABSENT),
    ],
)
def test_the_weakest_way_to_create_units(name: str, guard: str) -> None:
    assert value(facts_of("Tokens.sol")[name].mint_guard) == guard


def test_mint_names_the_function_and_the_condition() -> None:
    fact = facts_of("Tokens.sol")["RoleMint"].mint_guard
    assert isinstance(fact, Known)
    assert fact.derivation == "issue(address,uint256): _roles.hasRole[msg.sender][MINTER_ROLE]"


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("FixedVotes", ABSENT),
        ("OwnerMint", ABSENT),
        ("RoleMint", ABSENT),
        ("Wrapped", ABSENT),
        ("FlashMintable", ABSENT),
        ("BlockList", "caller"),
        ("ForcedTransfer", "caller"),
        ("Soulbound", "caller"),
        ("FreeNft", ABSENT),
        ("AllowListed", "caller"),
    ],
)
def test_taking_units_of_somebody_else(name: str, guard: str) -> None:
    assert value(facts_of("Tokens.sol")[name].confiscation_guard) == guard


def test_pausing() -> None:
    facts = facts_of("Tokens.sol")
    assert value(facts["RoleMint"].pause_guard) == "caller"
    assert value(facts["BlockList"].pause_guard) == ABSENT


def test_transfers() -> None:
    facts = facts_of("Tokens.sol")
    assert value(facts["Soulbound"].transfer_restricted) is True
    assert value(facts["AllowListed"].transfer_restricted) is True
    # A block list keeps those on it from transferring, and nobody else; a pause is no restriction of its own.
    assert value(facts["BlockList"].transfer_restricted) is False
    assert value(facts["RoleMint"].transfer_restricted) is False
    assert value(facts["FreeNft"].transfer_restricted) is False


def test_flash_minting() -> None:
    facts = facts_of("Tokens.sol")
    assert value(facts["FlashMintable"].flash_mint) is True
    assert value(facts["FixedVotes"].flash_mint) is False


def test_units_that_are_given_out_once() -> None:
    managed = facts_of("Governors.sol")["Managed"]
    assert value(managed.mint_guard) == ABSENT
    assert value(facts_of("Calls.sol")["Initialised"].mint_guard) == ABSENT
    once = {fact.signature: fact for fact in managed.functions.items}["initialize(address)"]
    assert (once.guard, once.guarded_by) == ("none", "initializer")


def test_code_without_units_says_so() -> None:
    facts = facts_of("Calls.sol")["AnyCall"]
    for name in ("mint_guard", "transfer_restricted", "confiscation_guard", "flash_mint"):
        assert value(getattr(facts, name)) == "unknown: not-supported", name


def test_openzeppelin_4_tokens() -> None:
    facts = facts_of("FourGovernor.sol")
    for name in ("FourVotes", "FourNft"):
        assert value(facts[name].mint_guard) == "caller"
        assert value(facts[name].confiscation_guard) == ABSENT
        assert value(facts[name].transfer_restricted) is False
    assert guards(facts["FourVotes"])["transferOwnership"] == "caller"


def test_sums_through_a_library() -> None:
    facts = facts_of("Old.sol")["OldToken"]
    assert value(facts.mint_guard) == "caller"
    assert value(facts.confiscation_guard) == ABSENT
    assert value(facts.transfer_restricted) is False


def test_joining_leaving_and_being_thrown_out() -> None:
    facts = facts_of("Calls.sol")
    assert value(facts["Club"].mint_guard) == "none"
    assert value(facts["Club"].expulsion_guard) == "caller"
    assert value(facts["Club"].exit_right) == "redeem"
    assert value(facts["Guild"].exit_right) == "ragequit"
    assert value(facts["Guild"].expulsion_guard) == "caller"
    assert value(facts["AnyCall"].expulsion_guard) == ABSENT
    assert value(facts["AnyCall"].exit_right) == "none"


@pytest.mark.parametrize(("name", "guard"), [("Weighed", "caller"), ("Kept", ABSENT), ("Own", ABSENT)])
def test_who_sets_the_weight_of_a_vote_at_nothing_throws_out(name: str, guard: str) -> None:
    assert value(facts_of("Lists.sol")[name].expulsion_guard) == guard


def test_gates() -> None:
    gated, open_club = facts_of("Calls.sol")["GatedClub"], facts_of("Calls.sol")["Club"]
    for name in ("identity_gate", "sanctions_gate", "sybil_gate"):
        assert value(getattr(gated, name)) is True, name
        assert value(getattr(open_club, name)) is False, name
