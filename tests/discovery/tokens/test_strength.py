"""What it takes to pass a vote, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.discovery.tokens.strength import Votes, _to_pass, recent_block, strength
from scanner.model.evidence import BlockEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import world

MISSING = Unknown(reason=Reason.NO_LOGS, detail="no logs")


def known(value: Any) -> Known[Any]:
    return Known(value=value, evidence=())


def values(**changed: Any) -> dict[str, Any]:
    facts = {
        "delegates": known({"a": 50, "b": 30, "c": 15, "d": 5}),
        "quorum": known(40),
        "supply": known(1_000),
        "recent": known(frozenset({"b", "d", "stranger"})),
    }
    found = strength(Votes(**{**facts, **changed}))
    return {name: fact.value if isinstance(fact, Known) else fact.reason for name, fact in found.items()}


def test_the_figures_of_four_delegates() -> None:
    assert values() == {
        "delegates_for_majority": 2,
        "delegates_to_pass": 1,
        "majority_votes": 51,
        "majority_bps": 510,
        "active_voters": 3,
        "active_votes": 35,
        "active_bps": 350,
        "active_majority_votes": 18,
        "active_majority_bps": 180,
        "quorum_gap_votes": 5,
        "quorum_gap_bps": 50,
    }


def test_a_quorum_beyond_everybody_takes_one_more_than_there_are() -> None:
    assert values(quorum=known(101))["delegates_to_pass"] == 5


def test_nobody_delegated_and_nobody_voted() -> None:
    found = values(delegates=known({}), recent=known(frozenset()))
    assert (found["delegates_to_pass"], found["active_votes"], found["quorum_gap_votes"]) == (1, 0, 40)


@pytest.mark.parametrize(
    ("missing", "unread"),
    [
        ("recent", {
            "active_votes", "active_voters", "active_bps", "quorum_gap_votes", "quorum_gap_bps", "delegates_to_pass",
            "active_majority_votes", "active_majority_bps",
        }),
        ("quorum", {"quorum_gap_votes", "quorum_gap_bps", "delegates_to_pass"}),
        ("supply", {"active_bps", "majority_bps", "active_majority_bps", "quorum_gap_bps"}),
    ],
)  # fmt: skip
def test_what_was_not_read_leaves_what_rests_on_it_unknown(missing: str, unread: set[str]) -> None:
    found = values(**{missing: MISSING})
    assert {name for name, value in found.items() if value is Reason.NO_LOGS} == unread


@given(
    st.dictionaries(st.integers(0, 30), st.integers(0, 1_000), max_size=12),
    st.sets(st.integers(0, 30)),
    st.integers(0, 2_000),
)
def test_fewer_delegates_never_pass(held: dict[int, int], recent: set[int], quorum: int) -> None:
    named = {str(who): amount for who, amount in held.items()}
    active = {who: amount for who, amount in named.items() if int(who) in recent}
    count = _to_pass(named, active, quorum)
    ordered = sorted(named, key=lambda who: (-named[who], who))

    def passes(number: int) -> bool:
        mine = ordered[:number]
        against = sum(amount for who, amount in active.items() if who not in mine)
        return sum(named[who] for who in mine) >= max(1, quorum) and sum(named[who] for who in mine) > against

    assert not any(passes(number) for number in range(1, count))
    assert count > len(named) or passes(count)


def test_ninety_days_need_two_headers() -> None:
    empty = world()
    empty.earlier = MISSING
    assert recent_block(empty) == MISSING


def test_ninety_days_are_counted_by_the_average_block_time() -> None:
    made = world()
    block = made.chain.block
    header = BlockEvidence(
        chain_id=1, block_number=block.number - 100, block_hash="0x" + "01" * 32, timestamp=block.timestamp - 8_640_000
    )
    made.earlier = Known(value=header, evidence=(header,))
    found = recent_block(made)
    assert isinstance(found, Known)
    assert found.value == block.number - 90
