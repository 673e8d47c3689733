"""Whether a vote decides what is executed, and how long after its end; each pattern beside its benign twin."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of, value

pytestmark = pytest.mark.compiler

OPEN = "unknown: unresolved"


@pytest.mark.parametrize(
    ("name", "by_count", "waits"),
    [
        ("BlindHall", False, False),
        ("CountingHall", True, False),
        ("PatientHall", True, OPEN),
        ("QueueingHall", True, OPEN),
        ("HastyHall", True, False),
        ("RipeningHall", True, OPEN),
        ("AskingHall", OPEN, False),
        ("OverridingHall", False, False),
        ("OfficeHall", "unknown: not-supported", "unknown: not-supported"),
    ],
)
def test_whether_the_count_decides_and_what_is_waited_for(name: str, by_count: bool | str, waits: bool | str) -> None:
    facts = facts_of("Deciding.sol")[name]
    assert value(facts.execution_by_count) == by_count
    assert value(facts.execution_waits) == waits


def test_code_without_votes_or_without_execution_says_nothing_of_it() -> None:
    facts = facts_of("Votes.sol")
    assert value(facts["FreeDeposits"].execution_by_count) == "unknown: not-supported"
    assert value(facts["PastBlockVotes"].execution_by_count) is True
