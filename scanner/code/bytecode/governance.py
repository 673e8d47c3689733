"""What the bytecode of known governor functions shows. Answers only where there is one reading."""

from __future__ import annotations

from collections.abc import Callable

from scanner.code.analyses.program import selector_of
from scanner.code.bytecode.features import Answer
from scanner.code.bytecode.reading import Reading
from scanner.model.kinds import VoteTime


def _selectors(*signatures: str) -> frozenset[str]:
    return frozenset(selector_of(signature) for signature in signatures)


VOTES = _selectors(
    "castVote(uint256,bool)",
    "castVote(uint256,uint8)",
    "castVoteWithReason(uint256,uint8,string)",
    "castVoteBySig(uint256,bool,uint8,bytes32,bytes32)",
    "castVoteBySig(uint256,uint8,uint8,bytes32,bytes32)",
)
PROPOSES = _selectors(
    "propose(address[],uint256[],string[],bytes[],string)",
    "propose(address[],uint256[],bytes[],string)",
)
EXECUTES = _selectors("execute(uint256)", "execute(address[],uint256[],bytes[],bytes32)")
CANCELS = _selectors("cancel(uint256)")
LATEST = selector_of("latestProposalIds(address)")
PAST = {
    selector_of(signature): signature
    for signature in (
        "getPriorVotes(address,uint256)",
        "getPastVotes(address,uint256)",
        "balanceOfAt(address,uint256)",
    )
}
LIVE = _selectors("balanceOf(address)", "getVotes(address)", "getCurrentVotes(address)", "votingPower(address)")


def vote_weight_time(reading: Reading) -> Answer:
    """Known as past-block where voting calls a past-votes function and the code calls none of the present."""
    return _time(reading, VOTES, "no vote counting in this code")


def proposal_power_time(reading: Reading) -> Answer:
    """The same for proposing."""
    return _time(reading, PROPOSES, "no proposals in this code")


def _time(reading: Reading, functions: frozenset[str], absent: str) -> Answer:
    bodies = reading.bodies(functions)
    if not bodies:
        # A function of another name may count votes all the same.
        return None
    found: dict[str, int] = {}
    for blocks in bodies.values():
        found.update({selector: offset for selector, offset in reading.calls(blocks).items() if selector in PAST})
    if not found or set(reading.called) & LIVE:
        return reading.unknown("what the weight is read from could not be told for certain")
    names = ", ".join(sorted(PAST[selector] for selector in found))
    return reading.known(VoteTime.PAST_BLOCK.value, f"calls {names} (medium confidence)", *found.values())


def limits_live_proposals(reading: Reading) -> Answer:
    """Known where proposing reads the very mapping that latestProposalIds answers from."""
    if LATEST not in reading.graph.selectors:
        return None
    getter = LATEST.removeprefix("0x")
    proposing = {selector.removeprefix("0x") for selector in PROPOSES}
    for record in reading.graph.storage:
        if getter in record.reads and proposing & set(record.reads):
            function = next(f for f in reading.graph.functions if f.selector in PROPOSES)
            detail = f"propose reads what latestProposalIds answers from (slot {int(record.slot, 16)})"
            return reading.known(True, detail, function.offset)
    return None


def cancels_below_threshold(reading: Reading) -> Answer:
    """Known where cancel(uint256) looks at past votes."""
    for blocks in reading.bodies(CANCELS).values():
        past = {s: o for s, o in reading.calls(blocks).items() if s in PAST}
        if past:
            return reading.known(True, "cancel measures votes", *past.values())
    return None


def execution_context(reading: Reading) -> Answer:
    """Known as call where a governor executes, and its code holds no DELEGATECALL at all."""
    executing = [f for f in reading.graph.functions if f.selector in EXECUTES]
    if not executing or reading.graph.swept & {"DELEGATECALL", "CALLCODE"}:
        return None
    return reading.known("call", "no DELEGATECALL in the code", *(f.offset for f in executing))


def ballot_secrecy(reading: Reading) -> Answer:
    """Known as none where a standard vote function takes the choice in plain."""
    voting = [f for f in reading.graph.functions if f.selector in VOTES]
    if not voting:
        return None
    return reading.known("none", "the vote function takes the choice in plain", *(f.offset for f in voting))


FACTS: tuple[tuple[str, Callable[[Reading], Answer]], ...] = (
    ("vote_weight_time", vote_weight_time),
    ("proposal_power_time", proposal_power_time),
    ("limits_live_proposals", limits_live_proposals),
    ("cancels_below_threshold", cancels_below_threshold),
    ("execution_context", execution_context),
    ("ballot_secrecy", ballot_secrecy),
)
