"""Proposals as nouns of the snapshot: state, votes, timing, text, and what they do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.chain.payload import event_set
from scanner.discovery.account import combine, nonzero
from scanner.discovery.discover import Found
from scanner.discovery.families.told import RawProposal
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.kinds import Effect
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.proposals import Action, Proposal
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.actions import build_action
from scanner.proposals.ballots import ballot_facts, power_facts, power_questions, turnout, weekend_share
from scanner.proposals.casebook import Case, Casebook, open_casebook
from scanner.proposals.collect import ProposalData, beneficiary_of
from scanner.proposals.confirm import actions_questions, confirmed
from scanner.proposals.ends import Question, read_ends
from scanner.proposals.fold import MAX_TEXT, fold
from scanner.proposals.history import Place, places
from scanner.proposals.nested import Call
from scanner.proposals.steps import executor_questions, step_facts
from scanner.proposals.text import read_text
from scanner.proposals.textual import text_facts
from scanner.proposals.worth import moved_outside

_LONG_EVENT = 4_096
"""Characters of an event's data up to which the event itself is the evidence of its proposal."""


def build_proposals(found: Found, data: ProposalData) -> Collection[Proposal]:
    """Return every proposal in chain order of its governor; partial where the logs of a governor could not be read.

    Asks what the facts need of both ends of the calls: one level of reads, and one more for owners not met before.
    """
    unread = [
        governor for governor in sorted(found.parts.makers) if isinstance(found.world.accounts[governor].logs, Unknown)
    ]
    items = _build(found, data)
    if unread:
        return Collection[Proposal](items=items, complete=False, reason=f"the logs of {unread[0]} could not be read")
    if not found.parts.governors:
        return Collection[Proposal](items=items, complete=False, reason="no governor was found")
    families = sorted(found.parts.governors.items())
    silent = [one for one, family in families if not family.tells_all(found.world.accounts[one])]
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


def _build(found: Found, data: ProposalData) -> tuple[Proposal, ...]:
    book = open_casebook(found, data, read_ends(found, data, _questions(found, data)))
    texts = [read_text(one.description) for one in data.raw]
    history = places(data, texts)
    built: dict[int, Proposal] = {}
    for index in sorted(range(len(data.raw)), key=lambda at: _moment(data.raw[at])):
        case = Case(data.raw[index], index, texts[index])
        built[index] = _proposal(book, case, history[index])
        _remember(book, case)
    return tuple(built[index] for index in range(len(data.raw)))


def _questions(found: Found, data: ProposalData) -> Iterable[tuple[Question, str]]:
    yield from actions_questions(data)
    yield from executor_questions(data)
    yield from power_questions(found, data)


def _moment(one: RawProposal) -> tuple[int, int]:
    return (one.log.block_number, one.log.log_index)


def _remember(book: Casebook, case: Case) -> None:
    """From now on readers know whom this proposal pays. What nobody could decode pays nobody that they would know."""
    for call in book.data.calls[(case.one.governor, case.one.id)]:
        gains = beneficiary_of(call.decoded, call.target, call.value)
        if gains and not call.chain:
            book.familiar.add(gains, f"gains by proposal {case.one.id}")


def _proposal(book: Casebook, case: Case, place: Place) -> Proposal:
    found, data, one = book.found, book.data, case.one
    key = (one.governor, one.id)
    state = data.states[key]
    created = data.time_of(one.log.block_number)
    calls = data.calls[key]
    actions = tuple(build_action(book, case, call) for call in calls)
    executed = _executed_at(data, one)
    facts: dict[str, Any] = {
        "id": str(one.id),
        "governor": one.governor,
        "proposer": one.proposer,
        "description": one.description[:MAX_TEXT],
        "description_left_out": max(0, len(one.description) - MAX_TEXT),
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
        "turnout_bps": turnout(found, data, one),
        "seconds_to_execution": _to_execution(created, executed),
        "action_count": len(one.actions),
        "effect_count": _effects(actions, calls),
        "actions": fold(actions),
        "text_length": case.text.length,
        "text_hidden_characters": case.text.hidden,
        "twin_of": place.twin_of,
        "companion_of": place.companion_of,
        "proposer_is_beneficiary": _pays_itself(one, actions),
        "proposer_controls_beneficiary": _controls(one, actions),
        "proposer_before": place.proposer_before,
        "proposer_overlapping": place.proposer_overlapping,
        "dormant_before_days": place.dormant_before_days,
        "treasury_total_bps": _total(book, case, calls, actions),
        "event_confirmed": confirmed(book.ends, data, one),
        "weekend_bps": weekend_share(found, data, one),
        "actions_read": one.unread or Known(value=True, evidence=()),
        "order": one.governor in found.parts.queues,
        "oracle_questions": state.asked,
        "evidence": (_event(book, one),),
    }
    facts.update(ballot_facts(found, data, one))
    facts.update(power_facts(book.ends, data, one))
    facts.update(text_facts(case.text, calls, actions))
    facts.update(step_facts(book, case, calls))
    facts.update(_not_told(one, order=facts["order"]))
    return Proposal(**facts)


def _not_told(one: RawProposal, *, order: bool) -> dict[str, Unknown]:
    """Return what is not known of a proposal whose calls were not read, or whose maker nobody tells."""
    names: dict[str, Unknown] = {}
    if order and one.proposer == ZERO_ADDRESS:
        maker = Unknown(reason=Reason.NOT_SUPPORTED, detail="who gave the order is not told")
        names |= dict.fromkeys(("proposer_before", "proposer_overlapping", *_OF_GAIN), maker)
    if one.unread is not None:
        names |= dict.fromkeys(("treasury_total_bps", *_OF_GAIN), one.unread)
    return names


_OF_GAIN = ("proposer_is_beneficiary", "proposer_controls_beneficiary")


def _event(book: Casebook, one: RawProposal) -> Evidence:
    """Return the proposal's event; a long one as the set of this governor's events in its block.

    Evidence stands beside every outcome: a text of some pages, forty times for each proposal, is too much of it.
    The digest of the set names transaction and index, which a stranger reads again as well.
    """
    log = one.log
    if len(log.data) <= _LONG_EVENT:
        return log
    kind = (one.governor, log.topics[0])
    if kind not in book.events:
        blocks: dict[int, list[LogEvidence]] = {}
        for event in book.found.world.accounts[one.governor].events(log.topics[0]):
            blocks.setdefault(event.block_number, []).append(event)
        book.events[kind] = {number: event_set(events) for number, events in blocks.items()}
    return book.events[kind].get(log.block_number) or event_set((log,))


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
            return Known(value=True, evidence=(), derivation=f"{which} favours the proposer")
    return unknown or Known(value=False, evidence=())


def _controls(one: RawProposal, actions: tuple[Action, ...]) -> Known[bool] | Unknown:
    """Whether a contract that gains names the proposer as its owner or admin."""
    unknown: Unknown | None = None
    for action in actions:
        owner = action.beneficiary_controller
        if isinstance(owner, Unknown):
            unknown = unknown or owner
        elif nonzero(owner) == one.proposer:
            return Known(
                value=True, evidence=owner.evidence, derivation=f"owner of what action {action.index + 1} pays"
            )
    return unknown or Known(value=False, evidence=())


def _total(book: Casebook, case: Case, calls: Sequence[Call], actions: Sequence[Action]) -> Known[int] | Unknown:
    inside = [isinstance(one.beneficiary_in_scope, Known) and one.beneficiary_in_scope.value for one in actions]
    # A payment that names nobody, as into vesting plans, leaves the treasury all the same.
    leaves = [nonzero(one.beneficiary) is None for one in actions]
    pairs = [(call, kept and not out) for call, kept, out in zip(calls, inside, leaves, strict=True)]
    return moved_outside(book, case, pairs)
