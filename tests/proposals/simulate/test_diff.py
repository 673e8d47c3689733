from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.chain import wire
from scanner.proposals.simulate.diff import ZERO_WORD, AccountChange, StateDiff, read_diff

A, B = "0x" + "aa" * 20, "0x" + "bb" * 20


def word(number: int) -> str:
    return f"0x{number:064x}"


def test_what_is_missing_on_one_side_was_or_becomes_zero() -> None:
    pre = {A: {"balance": "0x5", "storage": {word(1): word(7)}}, B: {"balance": "0x1", "code": "0x6001"}}
    post = {A: {"balance": "0x3", "storage": {word(2): word(9)}}}
    diff = read_diff({"pre": pre, "post": post})
    assert diff.accounts[A] == AccountChange(
        (5, 3), None, None, {word(1): (word(7), ZERO_WORD), word(2): (ZERO_WORD, word(9))}
    )
    assert diff.accounts[B] == AccountChange((1, 0), None, ("0x6001", "0x"), {}), "an account that is gone"


def test_accounts_that_did_not_change_are_left_out() -> None:
    assert read_diff({"pre": {A: {"balance": "0x5"}}, "post": {A: {"balance": "0x5"}}}).accounts == {}


@pytest.mark.parametrize(
    "answer",
    [None, [], {"pre": {}}, {"pre": {}, "post": {"0x1": {"balance": "0x1"}}}, {"pre": {}, "post": {A: {"nonce": -1}}}],
)
def test_a_malformed_difference_is_refused(answer: Any) -> None:
    with pytest.raises(wire.Malformed):
        read_diff(answer)


changes = st.builds(
    AccountChange,
    balance=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)),
    nonce=st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)),
    slots=st.dictionaries(
        st.integers(0, 3).map(word), st.tuples(st.integers(0, 9).map(word), st.integers(0, 9).map(word))
    ),
)
diffs = st.dictionaries(st.sampled_from([A, B]), changes).map(StateDiff)


@given(diffs)
def test_the_inverse_of_the_inverse_is_the_same(diff: StateDiff) -> None:
    assert diff.inverse().inverse() == diff
    assert diff.inverse().written == diff.written


@given(diffs, diffs)
def test_one_after_the_other_ends_where_the_later_ends(first: StateDiff, later: StateDiff) -> None:
    both = first.then(later)
    assert both.written == first.written | later.written
    for address, change in later.accounts.items():
        for slot, (_, after) in change.slots.items():
            assert both.accounts[address].slots[slot][1] == after
    for address, change in first.accounts.items():
        for slot, (before, _) in change.slots.items():
            assert both.accounts[address].slots[slot][0] == before


def test_it_is_laid_over_a_fork_by_plain_calls() -> None:
    diff = StateDiff({A: AccountChange((1, 2), (3, 4), ("0x", "0x00"), {word(1): (ZERO_WORD, word(5))})})
    assert list(diff.requests()) == [
        ("anvil_setBalance", [A, "0x2"]),
        ("anvil_setNonce", [A, "0x4"]),
        ("anvil_setCode", [A, "0x00"]),
        ("anvil_setStorageAt", [A, word(1), word(5)]),
    ]
    assert diff.without(A).accounts == {}
