"""Each power over a token by itself, beside tokens that do not have it."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of, value

pytestmark = pytest.mark.compiler

NONE = "no-function"


@pytest.mark.parametrize(
    ("name", "seizure", "freeze", "fee", "fee_guard", "rebase"),
    [
        ("Plain", NONE, NONE, False, NONE, NONE),
        ("Taxed", NONE, NONE, True, "caller", NONE),
        ("FixedFee", NONE, NONE, True, NONE, NONE),
        ("Rebasing", NONE, NONE, False, NONE, "caller"),
        ("Listing", NONE, "caller", False, NONE, NONE),
        ("Seizing", "caller", NONE, False, NONE, NONE),
    ],
)
def test_each_power_is_told_apart(name: str, seizure: str, freeze: str, fee: bool, fee_guard: str, rebase: str) -> None:
    facts = facts_of("Powers.sol")[name]
    stated = (facts.seizure_guard, facts.freeze_guard, facts.transfer_fee, facts.fee_guard, facts.rebase_guard)
    assert tuple(value(fact) for fact in stated) == (seizure, freeze, fee, fee_guard, rebase)


def test_code_that_keeps_no_units_has_nothing_to_say() -> None:
    facts = facts_of("Powers.sol")["Books"]
    for fact in (facts.seizure_guard, facts.freeze_guard, facts.transfer_fee, facts.fee_guard, facts.rebase_guard):
        assert value(fact) == "unknown: not-supported"


@pytest.mark.parametrize("name", ["OwnerMint", "RoleMint", "FlashMintable", "Wrapped", "FreeNft"])
def test_ordinary_tokens_have_none_of_them(name: str) -> None:
    facts = facts_of("Tokens.sol")[name]
    stated = (facts.seizure_guard, facts.freeze_guard, facts.transfer_fee, facts.fee_guard, facts.rebase_guard)
    assert tuple(value(fact) for fact in stated) == (NONE, NONE, False, NONE, NONE)


def test_a_holder_whom_the_caller_names_has_to_be_the_one_on_record() -> None:
    facts = facts_of("Cards.sol")
    assert value(facts["NamedHolder"].confiscation_guard) == NONE
    assert value(facts["NamedStranger"].confiscation_guard) != NONE


def test_functions_say_which_power_they_carry_and_which_they_appoint_to() -> None:
    marked = {
        name: {
            (fact.signature, fact.powers, fact.appoints)
            for fact in facts.functions.items
            if fact.powers or fact.appoints
        }
        for name, facts in facts_of("Powers.sol").items()
    }
    assert marked["Plain"] == set()
    assert marked["Taxed"] == {
        ("setRate(uint256)", ("fee",), ()),
        ("transferOwnership(address)", (), ("fee",)),
        ("renounceOwnership()", (), ("fee",)),
    }
    assert ("seize(address,address,uint256)", ("seize",), ()) in marked["Seizing"]
