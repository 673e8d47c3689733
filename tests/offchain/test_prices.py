from __future__ import annotations

import pytest

from scanner.model.errors import UsageError
from scanner.model.observation import Known, Unknown
from scanner.model.snapshot import Snapshot
from scanner.offchain.prices import read_prices, with_prices
from tests.render.factory import snapshot as ordinary

_TOKEN = "0x" + "11" * 20


def test_prices_are_read_in_one_currency() -> None:
    (price,) = read_prices([f"{_TOKEN.upper().replace('0X', '0x')}=1.25 usd"])
    assert (price.asset, price.amount, price.currency) == (_TOKEN, "1.25", "USD")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["1.25"], "no price"),
        ([f"{_TOKEN}=-1USD"], "no price"),
        ([f"{_TOKEN}=1e9USD"], "no price"),
        ([f"{_TOKEN}=0.00USD"], "nothing"),
        ([f"{_TOKEN}=1USD", f"{_TOKEN}=2USD"], "two prices"),
        ([f"{_TOKEN}=1USD", "native=2EUR"], "EUR and USD"),
    ],
)
def test_what_is_no_price_is_an_error(texts: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_prices(texts)


def _token_of(snapshot: Snapshot) -> str:
    token = snapshot.governors.items[0].token
    assert isinstance(token, Known)
    return token.value


def test_votes_cost_what_their_units_cost_rounded_up() -> None:
    snapshot = ordinary()
    priced = with_prices(snapshot, read_prices([f"{_token_of(snapshot)}=0.015USD"]))
    governor = priced.governors.items[0]
    (token,) = (one for one in priced.tokens.items if one.address == _token_of(snapshot))
    assert isinstance(governor.quorum_votes, Known)
    assert isinstance(governor.quorum_cost, Known)
    assert isinstance(token.decimals, Known)
    exact = governor.quorum_votes.value * 15  # thousandths of a cent … of the smallest unit
    assert governor.quorum_cost.value == -(-exact // (10 * 10**token.decimals.value))
    assert governor.quorum_cost.evidence == governor.quorum_votes.evidence
    assert "0.015 USD" in governor.quorum_cost.derivation
    assert [one.name for one in priced.inputs].count("prices") == 1


def test_without_a_price_nothing_is_guessed() -> None:
    snapshot = ordinary()
    assert with_prices(snapshot, ()) is snapshot
    other = with_prices(snapshot, read_prices([f"{'0x' + '99' * 20}=1USD"]))
    assert isinstance(other.governors.items[0].quorum_cost, Unknown)
    assert all(isinstance(one.priced_worth, Unknown) for one in other.treasury.items)


def test_a_treasury_is_worth_what_has_a_price() -> None:
    snapshot = ordinary()
    priced = with_prices(snapshot, read_prices(["native=2000EUR"]))
    account = priced.treasury.items[0]
    assert isinstance(account.native_balance_wei, Known)
    assert isinstance(account.priced_worth, Known)
    assert account.priced_worth.value == -(-account.native_balance_wei.value * 200_000 // 10**18)


def test_prices_given_again_take_the_place_of_the_earlier_ones() -> None:
    snapshot = ordinary()
    token = _token_of(snapshot)
    once = with_prices(snapshot, read_prices([f"{token}=1USD"]))
    again = with_prices(once, read_prices([f"{token}=2USD"]))
    first, second = once.governors.items[0].quorum_cost, again.governors.items[0].quorum_cost
    assert isinstance(first, Known)
    assert isinstance(second, Known)
    assert second.value == 2 * first.value
    assert len(again.inputs) == len(once.inputs)
