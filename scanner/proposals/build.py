"""Proposals as nouns of the snapshot: state, votes, timing, text."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from scanner.discovery.account import combine
from scanner.discovery.clock import clock_mode
from scanner.discovery.discover import Found
from scanner.discovery.power import share_bps
from scanner.model.kinds import Effect
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.proposals import Action, Proposal
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.actions import build_action
from scanner.proposals.collect import ProposalData
from scanner.proposals.events import RawProposal, Vote
from scanner.proposals.nested import Call

_PROPOSER_SUFFIX = re.compile(r"#proposer=0x[0-9a-fA-F]{40}\Z")
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")


def build_proposals(found: Found, data: ProposalData) -> Collection[Proposal]:
    """Return every proposal in chain order; partial where the logs of a governor could not be read."""
    unread = [
        governor
        for governor in sorted(found.parts.governors)
        if isinstance(found.world.accounts[governor].logs, Unknown)
    ]
    items = tuple(_proposal(found, data, index) for index in range(len(data.raw)))
    if unread:
        return Collection[Proposal](items=items, complete=False, reason=f"the logs of {unread[0]} could not be read")
    if not found.parts.governors:
        return Collection[Proposal](items=(), complete=False, reason="no governor was found")
    silent = [governor for governor, family in sorted(found.parts.governors.items()) if family.name == "unknown"]
    if silent and not any(one.governor in silent for one in data.raw):
        reason = "a governor of no known family: its proposals may be told by other events than ProposalCreated"
        return Collection[Proposal](items=items, complete=False, reason=reason)
    undecoded = any(gap.what.startswith("a proposal (") for gap in found.world.gaps)
    reason = "a ProposalCreated log could not be decoded" if undecoded else ""
    return Collection[Proposal](items=items, complete=not undecoded, reason=reason)


def last_proposals(data: ProposalData) -> dict[str, Known[int] | Unknown]:
    """Return per governor the time of its last proposal, in seconds."""
    latest = {one.governor: one.log.block_number for one in data.raw}
    return {governor: data.time_of(block) for governor, block in latest.items()}


def _proposal(found: Found, data: ProposalData, index: int) -> Proposal:
    one = data.raw[index]
    key = (one.governor, one.id)
    state = data.states[key]
    text = _PROPOSER_SUFFIX.sub("", one.description)
    created = data.time_of(one.log.block_number)
    calls = data.calls[key]
    actions = tuple(build_action(found, data, one, call) for call in calls)
    executed = _executed_at(data, one)
    facts: dict[str, Any] = {
        "id": str(one.id),
        "governor": one.governor,
        "proposer": one.proposer,
        "description": one.description,
        "created_block": one.log.block_number,
        "created_at": created,
        "vote_start": one.vote_start,
        "vote_end": one.vote_end,
        "state": state.state,
        "eta": state.eta,
        "executed_at": executed,
        "for_votes": state.for_votes,
        "against_votes": state.against_votes,
        "abstain_votes": state.abstain_votes,
        "quorum_votes": state.quorum,
        "turnout_bps": _turnout(found, one, data),
        "seconds_to_execution": _to_execution(created, executed),
        "action_count": len(one.actions),
        "effect_count": _effects(actions, calls),
        "actions": actions,
        "text_length": len(text.strip()),
        "text_hidden_characters": bool(_HIDDEN.search(text)),
        "twin_of": _twin(data, index),
        "proposer_is_beneficiary": _pays_itself(one, actions),
        "dormant_before_days": _dormant(data, index),
        "evidence": (one.log,),
    }
    facts.update(_ballots(found, data, one))
    return Proposal(**facts)


def _executed_at(data: ProposalData, one: RawProposal) -> Known[int] | Unknown:
    log = data.executions.get((one.governor, one.id))
    state = data.states[(one.governor, one.id)].state
    if log is not None:
        at = data.time_of(log.block_number)
        return at if isinstance(at, Unknown) else Known(value=at.value, evidence=(log, *at.evidence))
    if isinstance(state, Unknown):
        return state
    if state.value == "Executed":
        return Unknown(
            reason=Reason.NO_LOGS, detail="executed, but no ProposalExecuted log was found", evidence=state.evidence
        )
    return Known(value=0, evidence=state.evidence, derivation="not executed")


def _to_execution(created: Known[int] | Unknown, executed: Known[int] | Unknown) -> Known[int] | Unknown:
    if isinstance(executed, Known) and executed.value == 0:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="not executed", evidence=executed.evidence)
    return combine(
        {"created": created, "executed": executed},
        lambda created, executed: executed - created,
        "creation to execution",
    )


def _turnout(found: Found, one: RawProposal, data: ProposalData) -> Known[int] | Unknown:
    token = nonzero(found.parts.vote_tokens[one.governor])
    carrier = found.world.get(token) if token else None
    if carrier is None:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="no token that carries the vote was found")
    state = data.states[(one.governor, one.id)]
    return combine(
        {
            "supply": carrier.ask("totalSupply()"),
            "yes": state.for_votes,
            "no": state.against_votes,
            "abstain": state.abstain_votes,
        },
        lambda supply, yes, no, abstain: share_bps(yes + no + abstain, supply),
        "votes cast as a share of the supply at the pinned block",
    )


def _ballots(found: Found, data: ProposalData, one: RawProposal) -> dict[str, Any]:
    """Voter count, concentration and lateness, from the vote logs."""
    logs = found.world.accounts[one.governor].logs
    if isinstance(logs, Unknown):
        return {"voters": logs, "top_voter_bps": logs, "votes_moved_at_end": logs}
    votes = data.votes.get((one.governor, one.id), ())
    supporters = [vote for vote in votes if vote.support == 1]
    weight = sum(vote.weight for vote in supporters)
    top = max((vote.weight for vote in supporters), default=0)
    declared = data.states[(one.governor, one.id)].for_votes
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
    mode = clock_mode(found.world.accounts[one.governor])
    if isinstance(mode, Unknown):
        return mode
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


def _twin(data: ProposalData, index: int) -> Known[str] | Unknown:
    one = data.raw[index]
    text = " ".join(_PROPOSER_SUFFIX.sub("", one.description).split())
    if not text:
        return Known(value="", evidence=(one.log,), derivation="no text to compare")
    for earlier in data.raw[:index]:
        same = " ".join(_PROPOSER_SUFFIX.sub("", earlier.description).split()) == text
        if same and earlier.governor == one.governor and earlier.actions != one.actions:
            return Known(value=str(earlier.id), evidence=(earlier.log, one.log), derivation="same text, other calls")
    return Known(value="", evidence=(one.log,))


def _effects(actions: tuple[Action, ...], calls: tuple[Call, ...]) -> int:
    """Count the kinds of effect. A wrapper has those of the calls inside it and none of its own."""
    pairs = zip(actions, calls, strict=True)
    return len({one.effect for one, call in pairs if not (call.opened and one.effect is Effect.INDIRECTION)})


def _pays_itself(one: RawProposal, actions: tuple[Action, ...]) -> Known[bool] | Unknown:
    unknown: Unknown | None = None
    for action in actions:
        if isinstance(action.beneficiary, Unknown):
            unknown = unknown or action.beneficiary
        elif action.beneficiary.value == one.proposer and one.proposer != ZERO_ADDRESS:
            which = action.inside or f"action {action.index + 1}"
            return Known(value=True, evidence=(one.log,), derivation=f"{which} favours the proposer")
    return unknown or Known(value=False, evidence=(one.log,))


def _dormant(data: ProposalData, index: int) -> Known[int] | Unknown:
    one = data.raw[index]
    earlier = [other for other in data.raw[:index] if other.governor == one.governor]
    if not earlier:
        return Known(value=0, evidence=(one.log,), derivation="the first proposal of this governor")
    return combine(
        {"before": data.time_of(earlier[-1].log.block_number), "now": data.time_of(one.log.block_number)},
        lambda before, now: max(0, now - before) // 86_400,
        "since the proposal before it",
    )
