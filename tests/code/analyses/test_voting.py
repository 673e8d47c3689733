"""When weight is read, by what the count depends on; each pattern beside its benign twin."""

from __future__ import annotations

import pytest

from scanner.model.observation import Known
from tests.code.analyses.support import facts_of, value

pytestmark = pytest.mark.compiler

CALL_TIME, LOCKED, PAST = "call-time", "call-time-locked", "past-block"
NONE_HERE = "unknown: not-supported"


@pytest.mark.parametrize(
    ("name", "votes", "proposals"),
    [
        ("CallTimeVotes", CALL_TIME, CALL_TIME),
        ("PastBlockVotes", PAST, PAST),
        ("FreeDeposits", CALL_TIME, NONE_HERE),
        ("LockedDeposits", LOCKED, LOCKED),
        ("ChangeableVotes", PAST, NONE_HERE),
        ("CommitReveal", PAST, NONE_HERE),
        ("BoundDelegatecall", NONE_HERE, NONE_HERE),
    ],
)
def test_when_weight_is_read(name: str, votes: str, proposals: str) -> None:
    facts = facts_of("Votes.sol")[name]
    assert value(facts.vote_weight_time) == votes
    assert value(facts.proposal_power_time) == proposals


def test_weight_evidence_points_at_the_count_and_the_read() -> None:
    fact = facts_of("Votes.sol")["CallTimeVotes"].vote_weight_time
    assert isinstance(fact, Known)
    assert fact.derivation == "vote weight from balanceOf"
    files = {piece.file for piece in fact.evidence if piece.kind == "source"}
    assert files == {"analyses/Votes.sol"}
    assert all(piece.kind == "source" and piece.first_line <= piece.last_line < 70 for piece in fact.evidence)


def test_a_second_quicker_way_to_execute() -> None:
    facts = facts_of("Votes.sol")
    assert value(facts["CallTimeVotes"].emergency_execution) is True
    assert value(facts["PastBlockVotes"].emergency_execution) is False
    assert value(facts["FreeDeposits"].emergency_execution) == NONE_HERE


def test_execution_context() -> None:
    facts = facts_of("Votes.sol")
    assert value(facts["CallTimeVotes"].execution_context) == "delegatecall"
    assert value(facts["PastBlockVotes"].execution_context) == "call"
    assert value(facts["BoundDelegatecall"].execution_context) == "delegatecall-bound"
    assert value(facts["ChangeableVotes"].execution_context) == NONE_HERE


def test_limits_on_proposers() -> None:
    facts = facts_of("Votes.sol")
    assert value(facts["PastBlockVotes"].limits_live_proposals) is True
    assert value(facts["PastBlockVotes"].cancels_below_threshold) is True
    assert value(facts["CallTimeVotes"].limits_live_proposals) is False
    assert value(facts["CallTimeVotes"].cancels_below_threshold) is False


def test_changing_a_vote() -> None:
    facts = facts_of("Votes.sol")
    assert value(facts["ChangeableVotes"].vote_changeable) is True
    assert value(facts["PastBlockVotes"].vote_changeable) is False
    assert value(facts["BoundDelegatecall"].vote_changeable) == NONE_HERE


def test_secrecy_of_the_ballot() -> None:
    votes, privacy = facts_of("Votes.sol"), facts_of("Privacy.sol")
    assert value(votes["CommitReveal"].ballot_secrecy) == "during-vote"
    assert value(votes["PastBlockVotes"].ballot_secrecy) == "none"
    assert value(privacy["AnonymousVote"].ballot_secrecy) == "permanent"
    assert value(privacy["Board"].ballot_secrecy) == NONE_HERE


def test_one_ballot_per_proof() -> None:
    facts = facts_of("Privacy.sol")["AnonymousVote"]
    assert value(facts.vote_weight_time) == LOCKED
    assert value(facts.vote_changeable) is False
