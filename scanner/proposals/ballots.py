"""Votes on a proposal: how many, from whom, how late, and how new to those who cast them. Voters stay aggregates."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from scanner.discovery.account import combine, nonzero
from scanner.discovery.clock import in_seconds, seconds_per_block
from scanner.discovery.discover import Found
from scanner.discovery.families.told import RawProposal, Vote
from scanner.discovery.tokens.voting_power import share_bps
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.collect import ProposalData
from scanner.proposals.ends import Ends, Question

LIVE = ("Pending", "Active", "Succeeded", "Queued")
_WEEK = 7 * 86_400
_DAY = 86_400
_NO_PERIOD = "no vote that opens and ends was found for it"
_LARGE_BPS = 500
"""A voter counts as large with a twentieth of the votes for; of those as many are asked about as can be."""
_TENTH = 10
_PAST_VOTES = ("getPastVotes(address,uint256)", "getPriorVotes(address,uint256)", "balanceOfAt(address,uint256)")
_PAST_SUPPLY = ("getPastTotalSupply(uint256)", "totalSupplyAt(uint256)")
_NO_VOTES_THEN = "there were no votes at all a week before this one began: the token is younger"


def ballot_facts(found: Found, data: ProposalData, one: RawProposal) -> dict[str, Any]:
    """Return voter count, concentration and lateness, from the vote logs."""
    logs = found.world.accounts[one.governor].logs
    if isinstance(logs, Unknown):
        return {"voters": logs, "top_voter_bps": logs, "votes_moved_at_end": logs}
    votes = data.votes.get((one.governor, one.id), ())
    supporters = [vote for vote in votes if vote.support == 1]
    weight = sum(vote.weight for vote in supporters)
    top = max((vote.weight for vote in supporters), default=0)
    declared = data.states[(one.governor, one.id)].for_votes
    if isinstance(declared, Unknown) and declared.reason is Reason.NOT_SUPPORTED:
        return {"voters": declared, "top_voter_bps": declared, "votes_moved_at_end": declared}
    if isinstance(declared, Known) and declared.value != weight:
        detail = "the vote logs do not add up to the votes that the governor counts"
        missing = Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=logs.evidence)
        return {"voters": missing, "top_voter_bps": missing, "votes_moved_at_end": missing}
    return {
        "voters": Known(value=len({vote.voter for vote in votes}), evidence=logs.evidence),
        "top_voter_bps": Known(value=share_bps(top, weight), evidence=logs.evidence),
        "votes_moved_at_end": _late(found, data, one, supporters),
    }


def _late(found: Found, data: ProposalData, one: RawProposal, supporters: list[Vote]) -> Known[bool] | Unknown:
    mode = _clock(found, one)
    if isinstance(mode, Unknown):
        return mode
    if one.vote_end <= one.vote_start:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=_NO_PERIOD, evidence=mode.evidence)
    last_tenth = one.vote_end - Fraction(one.vote_end - one.vote_start, 10)
    late = 0
    evidence = mode.evidence
    for vote in supporters:
        at: Known[int] | Unknown = Known(value=vote.log.block_number, evidence=(vote.log,))
        if mode.value == "timestamp":
            at = data.time_of(vote.log.block_number)
        if isinstance(at, Unknown):
            return at
        if at.value >= last_tenth:
            late += vote.weight
            evidence += (vote.log,)
    total = sum(vote.weight for vote in supporters)
    return Known(
        value=2 * late > total, evidence=evidence, derivation="weight of votes for in the last tenth of the period"
    )


def _clock(found: Found, one: RawProposal) -> Known[str] | Unknown:
    return found.parts.makers[one.governor].clock(found.world.accounts[one.governor])


def turnout(found: Found, data: ProposalData, one: RawProposal) -> Known[int] | Unknown:
    """Return all votes cast as a share of all votes: of its time where the state tells, else of the pinned block."""
    token = nonzero(found.parts.vote_tokens[one.governor])
    carrier = found.world.get(token) if token else None
    total = found.parts.makers[one.governor].total_votes(found.world.accounts[one.governor])
    supply = total or (carrier.ask("totalSupply()") if carrier is not None else None)
    state = data.states[(one.governor, one.id)]
    if state.all_votes is not None:
        supply = state.all_votes
    if supply is None:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="no token that carries the vote was found")
    return combine(
        {
            "supply": supply,
            "yes": state.for_votes,
            "no": state.against_votes,
            "abstain": state.abstain_votes,
        },
        lambda supply, yes, no, abstain: share_bps(yes + no + abstain, supply),
        "votes cast as a share of all votes of its time"
        if state.all_votes is not None
        else "votes cast as a share of the supply at the pinned block",
    )


# -------------------------------------------------------------------------------------------- how new votes are


def power_questions(found: Found, data: ProposalData) -> Iterable[tuple[Question, str]]:
    """Yield what is asked of voting tokens: the votes of proposers and large voters of open proposals, then and now."""
    for one in data.raw:
        token, times = _token(found, one), _times(found, data, one)
        if token is None or isinstance(times, Unknown) or not _open(data, one):
            continue
        for account in dict.fromkeys((one.proposer, *(vote.voter for vote in _large(data, one)))):
            for time in times:
                yield from (((token, getter, (account, time)), "uint256") for getter in _PAST_VOTES)
        yield from (((token, getter, (times[0],)), "uint256") for getter in _PAST_SUPPLY)


def _token(found: Found, one: RawProposal) -> str | None:
    return nonzero(found.parts.vote_tokens[one.governor])


def _open(data: ProposalData, one: RawProposal) -> bool:
    state = data.states[(one.governor, one.id)].state
    return isinstance(state, Known) and state.value in LIVE


def _large(data: ProposalData, one: RawProposal) -> list[Vote]:
    supporters = [vote for vote in data.votes.get((one.governor, one.id), ()) if vote.support == 1]
    weight = sum(vote.weight for vote in supporters)
    return [vote for vote in supporters if vote.weight and share_bps(vote.weight, weight) >= _LARGE_BPS]


def _times(found: Found, data: ProposalData, one: RawProposal) -> tuple[int, int, int] | Unknown:
    """Return a week before the snapshot, the snapshot (or now, where it is still to come), and now: in token time."""
    account = found.world.accounts[one.governor]
    mode = _clock(found, one)
    if isinstance(mode, Unknown):
        return mode
    if not one.vote_end and one.weighed_at is None:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=_NO_PERIOD, evidence=mode.evidence)
    block = found.world.chain.block
    week: Fraction | int = _WEEK
    now = block.timestamp - 1
    if mode.value == "blocknumber" or one.weighed_at is not None:
        rate = seconds_per_block(found.world, account)
        if isinstance(rate, Unknown):
            return rate
        week = Fraction(_WEEK) / rate.value if rate.value else _WEEK
        now = block.number - 1
    then = min(one.vote_start if one.weighed_at is None else one.weighed_at, now)
    if then - week < 0:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="the chain is younger than a week before this vote")
    return int(then - week), then, now


def _votes_of(ends: Ends, token: str, account: str, time: int) -> Known[int] | Unknown:
    answers = [ends.answer(token, getter, (account, time)) for getter in _PAST_VOTES]
    return next((answer for answer in answers if isinstance(answer, Known)), answers[0])


def power_facts(ends: Ends, data: ProposalData, one: RawProposal) -> dict[str, Known[Any] | Unknown]:
    """Return how much of the votes for is new, and whether votes are gone again by now.

    New: from large voters who had less than a tenth of them a week before the snapshot. Gone: one of them, or the
    proposer, has less than a tenth by now.
    """
    missing = _why_not(ends, data, one)
    if missing is not None:
        return {"recent_votes_bps": missing, "votes_given_back": missing}
    token, times = _token(ends.found, one), _times(ends.found, data, one)
    assert token is not None
    assert not isinstance(times, Unknown)
    supplies = [ends.answer(token, getter, (times[0],)) for getter in _PAST_SUPPLY]
    supply = next((answer for answer in supplies if isinstance(answer, Known)), supplies[0])
    if isinstance(supply, Known) and not supply.value:
        young = Unknown(reason=Reason.NOT_SUPPORTED, detail=_NO_VOTES_THEN, evidence=supply.evidence)
        return {"recent_votes_bps": young, "votes_given_back": young}
    large = {vote.voter: vote.weight for vote in _large(data, one)}
    total = sum(vote.weight for vote in data.votes.get((one.governor, one.id), ()) if vote.support == 1)
    recent, gone = 0, False
    evidence: tuple[Any, ...] = ()
    for account in dict.fromkeys((one.proposer, *large)):
        answers = [_votes_of(ends, token, account, time) for time in times]
        for answer in answers:
            if isinstance(answer, Unknown):
                return {"recent_votes_bps": answer, "votes_given_back": answer}
        before, then, now = (int(answer.value) for answer in answers if isinstance(answer, Known))
        if then and _TENTH * before < then:
            recent += large.get(account, 0)
            evidence += tuple(item for answer in answers for item in answer.evidence)
        gone = gone or bool(then and _TENTH * now < then)
    return {
        "recent_votes_bps": Known(value=share_bps(recent, total), evidence=evidence, derivation="past votes"),
        "votes_given_back": Known(value=gone, evidence=evidence, derivation="past votes"),
    }


def _why_not(ends: Ends, data: ProposalData, one: RawProposal) -> Unknown | None:
    if not _open(data, one):
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="asked of proposals that are still open only")
    if _token(ends.found, one) is None:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="no token that carries the vote was found")
    times = _times(ends.found, data, one)
    return times if isinstance(times, Unknown) else None


# ------------------------------------------------------------------------------------------------- days of the week


def weekend_share(found: Found, data: ProposalData, one: RawProposal) -> Known[int] | Unknown:
    """Return the share of the voting period that lies on Saturdays and Sundays, UTC."""
    account = found.world.accounts[one.governor]
    mode = _clock(found, one)
    length = in_seconds(found.world, account, mode, Known(value=one.vote_end - one.vote_start, evidence=()))
    if isinstance(mode, Known) and mode.value == "timestamp":
        begin: Known[int] | Unknown = Known(value=one.vote_start, evidence=())
    else:
        wait = in_seconds(found.world, account, mode, Known(value=one.vote_start - one.log.block_number, evidence=()))
        created = data.time_of(one.log.block_number)
        begin = combine({"made": created, "wait": wait}, lambda made, wait: made + wait, "creation and voting delay")
    return combine({"begin": begin, "length": length}, _on_weekends, "the voting period in days of the week")


def _on_weekends(begin: int, length: int) -> int:
    """Return the weekend's share of a period. Day 0 of 1970 was a Thursday: its days 2 and 3 are a weekend's."""
    if length <= 0:
        return 0
    if length >= 52 * _WEEK:
        return 10_000 * 2 // 7
    end, inside = begin + length, 0
    first = (begin - 2 * _DAY) // _WEEK * _WEEK + 2 * _DAY
    for saturday in range(first, end, _WEEK):
        inside += max(0, min(end, saturday + 2 * _DAY) - max(begin, saturday))
    return 10_000 * inside // length
