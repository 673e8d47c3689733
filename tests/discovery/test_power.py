from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.discovery.battery import DELEGATE_VOTES_CHANGED, TRANSFER
from scanner.discovery.power import _balances, _delegates, fewest_to_reach, share_bps
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, log, word

_TOKEN = address(1)
_ZERO = word(0)


def _moved(source: str, target: str, amount: int, index: int) -> object:
    return log(_TOKEN, (TRANSFER, source, target), word(amount), index=index)


def test_transfers_add_up_to_balances() -> None:
    logs = (_moved(_ZERO, word(address(2)), 100, 0), _moved(word(address(2)), word(address(3)), 40, 1))
    found = _balances(logs, ())  # type: ignore[arg-type]
    assert isinstance(found, Known)
    assert found.value == {address(2): 60, address(3): 40}


def test_logs_that_do_not_add_up_are_unknown_not_a_guess() -> None:
    found = _balances((_moved(word(address(2)), word(address(3)), 1, 0),), ())  # type: ignore[arg-type]
    assert isinstance(found, Unknown)


def test_an_nft_counts_as_one_whatever_its_number() -> None:
    minted = log(_TOKEN, (TRANSFER, _ZERO, word(address(2)), word(777)))
    found = _balances((minted,), ())
    assert isinstance(found, Known)
    assert found.value == {address(2): 1}


def test_a_delegate_has_the_votes_of_its_last_change() -> None:
    logs = tuple(
        log(_TOKEN, (DELEGATE_VOTES_CHANGED, word(address(2))), word(before) + word(after)[2:], index=index)
        for index, (before, after) in enumerate(((0, 5), (5, 9)))
    )
    found = _delegates(logs, ())
    assert isinstance(found, Known)
    assert found.value == {address(2): 9}


@given(st.lists(st.integers(0, 10**30), max_size=20), st.integers(0, 10**31))
def test_fewest_to_reach_is_the_least_number_whose_votes_suffice(votes: list[int], needed: int) -> None:
    count = fewest_to_reach(votes, needed)
    ordered = sorted(votes, reverse=True)
    if count <= len(votes):
        assert sum(ordered[:count]) >= needed
        assert count == 0 or sum(ordered[: count - 1]) < needed
    else:
        assert sum(votes) < needed


def test_a_share_is_rounded_down_and_of_nothing_is_nothing() -> None:
    assert share_bps(1, 3) == 3_333
    assert share_bps(5, 0) == 0
