from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.chain.interface import FoldRead, Read
from scanner.discovery.battery import DELEGATE_VOTES_CHANGED, TRANSFER
from scanner.discovery.tokens.voting_power import (
    Counting,
    PowerFold,
    _balances,
    _delegates,
    fewest_to_reach,
    read_token_logs,
    share_bps,
)
from scanner.discovery.world import CrawlLimits
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import SilentChain, address, contract, log, word, world

_TOKEN = address(1)
_ZERO = word(0)


def _moved(source: str, target: str, amount: int, index: int) -> LogEvidence:
    return log(_TOKEN, (TRANSFER, source, target), word(amount), index=index)


def _summed(*logs: LogEvidence) -> dict[str, dict[str, int]]:
    fold = PowerFold()
    state = fold.start()
    fold.add(state, ((one.topics, one.data) for one in logs))
    return state


def test_transfers_add_up_to_balances() -> None:
    logs = (_moved(_ZERO, word(address(2)), 100, 0), _moved(word(address(2)), word(address(3)), 40, 1))
    found = _balances(_summed(*logs)["held"], ())
    assert isinstance(found, Known)
    assert found.value == {address(2): 60, address(3): 40}


def test_logs_that_do_not_add_up_are_unknown_not_a_guess() -> None:
    found = _balances(_summed(_moved(word(address(2)), word(address(3)), 1, 0))["held"], ())
    assert isinstance(found, Unknown)


def test_an_nft_counts_as_one_whatever_its_number() -> None:
    minted = log(_TOKEN, (TRANSFER, _ZERO, word(address(2)), word(777)))
    found = _balances(_summed(minted)["held"], ())
    assert isinstance(found, Known)
    assert found.value == {address(2): 1}


def test_a_delegate_has_the_votes_of_its_last_change() -> None:
    logs = tuple(
        log(_TOKEN, (DELEGATE_VOTES_CHANGED, word(address(2))), word(before) + word(after)[2:], index=index)
        for index, (before, after) in enumerate(((0, 5), (5, 9)))
    )
    found = _delegates(_summed(*logs)["votes"], ())
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


class _Busy(SilentChain):
    """A chain whose token moved 100 times in the latest blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[FoldRead] = []

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        self.asked += [read for read in reads if isinstance(read, FoldRead)]
        moved = tuple(_moved(_ZERO, word(address(2)), 1, index) for index in range(100))
        answers = (
            {"count": len(moved)} if isinstance(read, FoldRead) and isinstance(read.fold, Counting) else _summed(*moved)
            for read in reads
        )
        return tuple(Known(value=answer, evidence=()) for answer in answers)


@pytest.mark.parametrize(("limit", "read"), [(50, False), (1_000, True)])
def test_a_token_with_more_transfers_than_are_read_is_read_without_holders(limit: int, read: bool) -> None:
    token = contract(1)
    here = world(token)
    chain = _Busy()
    here.chain, here.limits = chain, CrawlLimits(max_transfers=limit)
    logs = read_token_logs(here, [token.address], [])
    assert isinstance(logs.powers[token.address].balances, Known) is read
    assert any(TRANSFER in one.topics[0] and DELEGATE_VOTES_CHANGED in one.topics[0] for one in chain.asked) is read
    assert [gap.reason for gap in here.gaps] == ([] if read else [Reason.LIMIT])
