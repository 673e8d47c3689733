"""Powers over units that stand where they are easily missed, beside tokens that look alike and have none."""

from __future__ import annotations

import pytest

from scanner.model.code import CodeFacts
from scanner.model.observation import Unknown
from tests.code.analyses.support import facts_of, value

pytestmark = pytest.mark.compiler

NONE = "no-function"
ELSEWHERE = "unknown: unresolved"
_ELSEWHERE = ("Assembled", "Fronted", "IndexElsewhere")


def _of(name: str) -> CodeFacts:
    return facts_of("Elsewhere.sol" if name in _ELSEWHERE else "Hidden.sol")[name]


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("LimitedBridgeCoin", "caller"),  # by a limit that was allotted to the bridge
        ("SecretMint", "caller"),  # in a branch of `transfer`
        ("FlashWrap", "payment"),  # what a flash loan gives it takes back
        ("Assembled", "caller"),
        ("Applied", "member"),  # whom the members voted in
        ("Pooled", "none"),  # open to everybody once enough members joined
        ("Dues", "payment"),
        ("ListMint", "proof"),  # a tree that the contract climbs itself
        ("Claimable", "caller"),
        ("Fronted", ELSEWHERE),
        ("MaxTx", NONE),
    ],
)
def test_who_creates_units(name: str, guard: str) -> None:
    assert value(_of(name).mint_guard) == guard


@pytest.mark.parametrize(
    ("name", "seizure", "freeze", "pause"),
    [
        ("LimitedBridgeCoin", NONE, NONE, NONE),
        ("Operators", "caller", NONE, NONE),  # operators of everybody, by ERC-777
        ("PrivilegedSpender", "caller", NONE, NONE),  # a router that needs no allowance
        ("AdminApproves", "caller", NONE, NONE),  # allowances that an owner gives in others' names
        ("Assembled", "caller", NONE, NONE),
        ("PartFrozen", NONE, "caller", NONE),
        ("LockUntil", NONE, "caller", NONE),
        ("Launch", NONE, "caller", "caller"),
        ("MaxTx", NONE, NONE, "caller"),
        ("Dues", NONE, NONE, NONE),
        ("Aged", NONE, NONE, NONE),  # new units rest for a while
        ("ListedElsewhere", NONE, ELSEWHERE, NONE),
        ("Hooked", NONE, "caller", NONE),  # whoever replaces the hook
        ("Fronted", ELSEWHERE, ELSEWHERE, ELSEWHERE),
    ],
)
def test_who_takes_freezes_or_stops(name: str, seizure: str, freeze: str, pause: str) -> None:
    facts = _of(name)
    assert tuple(map(value, (facts.seizure_guard, facts.freeze_guard, facts.pause_guard))) == (seizure, freeze, pause)


def test_a_flash_loan_by_another_name_is_one() -> None:
    assert value(_of("FlashWrap").flash_mint) is True
    assert value(_of("LimitedBridgeCoin").flash_mint) is False


def test_fees_and_balances_that_another_contract_computes_are_not_known() -> None:
    fee, index = _of("FeeElsewhere"), _of("IndexElsewhere")
    assert (value(fee.transfer_fee), value(fee.fee_guard)) == (True, ELSEWHERE)
    assert (value(index.rebase_guard), value(index.fee_guard)) == (ELSEWHERE, NONE)
    assert isinstance(index.rebase_guard, Unknown)
    assert "index()" in index.rebase_guard.detail


def test_what_is_asked_of_another_contract_is_told_with_who_is_asked() -> None:
    asked = {(one.power, one.question, one.target) for one in _of("ListedElsewhere").asks.items}
    assert asked == {("freeze", "isBlacklisted(address)", "list()")}
    assert {one.power for one in _of("IndexElsewhere").asks.items} == {"rebase"}
    assert _of("LimitedBridgeCoin").asks.items == ()


def test_the_other_contract_says_who_changes_its_answer() -> None:
    settling = {fact.signature: fact.settles for fact in _of("BlackList").functions.items if fact.settles}
    assert settling == {
        "set(address,bool)": ("isBlacklisted(address)",),
        "setOwner(address)": ("isBlacklisted(address)",),
    }


def test_whoever_allots_a_limit_appoints_who_mints() -> None:
    marked = {fact.signature: (fact.powers, fact.appoints) for fact in _of("LimitedBridgeCoin").functions.items}
    assert marked["mint(address,uint256)"][0] == ("mint",)
    assert "mint" in marked["setLimits(address,uint256,uint256)"][1]


def test_an_office_that_anyone_takes_opens_what_it_may_do() -> None:
    opens = {fact.signature: fact.opens for fact in _of("Claimable").functions.items if fact.opens}
    assert opens == {"claimOffice()": ("mint",)}
    assert not any(fact.opens for fact in _of("Operators").functions.items)
