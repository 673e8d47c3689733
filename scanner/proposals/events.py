"""Proposals and votes as a governor's logs tell them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.chain.abi import DecodeError, decode
from scanner.discovery.account import Account
from scanner.discovery.battery import (
    PROPOSAL_CREATED,
    PROPOSAL_EXECUTED,
    VOTE_CAST,
    VOTE_CAST_ALPHA,
    VOTE_CAST_PARAMS,
)
from scanner.discovery.links import PROPOSAL_TYPES
from scanner.discovery.world import World
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Reason
from scanner.proposals.decode import full_calldata


@dataclass(frozen=True)
class RawAction:
    """One call as the event holds it."""

    target: str
    value: int
    signature: str
    calldata: str


@dataclass(frozen=True)
class RawProposal:
    """One ProposalCreated event (GovernorBravo and IGovernor have the same)."""

    governor: str
    id: int
    proposer: str
    actions: tuple[RawAction, ...]
    vote_start: int
    vote_end: int
    description: str
    log: LogEvidence


@dataclass(frozen=True)
class Vote:
    """One vote: 0 against, 1 for, 2 abstain (Bravo's order; GovernorAlpha's bool is for)."""

    proposal: int
    voter: str
    support: int
    weight: int
    log: LogEvidence


def read_proposals(world: World, governor: str) -> tuple[RawProposal, ...]:
    """Return the proposals of a governor in chain order; an event that does not decode is a gap.

    So is one that tells of a proposal again: which of the two the governor would execute, nobody can tell from logs.
    """
    account = world.accounts[governor]
    found: dict[int, RawProposal] = {}
    for log in account.events(PROPOSAL_CREATED):
        what = f"a proposal (log {log.log_index} of {log.transaction_hash})"
        try:
            one = _proposal(governor, log)
        except (DecodeError, ValueError) as error:
            world.gap(governor, what, Reason.UNDECODABLE, str(error))
            continue
        if found.setdefault(one.id, one) is not one:
            world.gap(governor, what, Reason.UNDECODABLE, f"an earlier log tells of a proposal {one.id} already")
    return tuple(found.values())


def _proposal(governor: str, log: LogEvidence) -> RawProposal:
    number, proposer, targets, values, signatures, calldatas, start, end, description = decode(PROPOSAL_TYPES, log.data)
    if not len(targets) == len(values) == len(calldatas):
        raise ValueError("targets, values and calldatas differ in length")
    texts = [str(text) for text in signatures] or [""] * len(targets)
    actions = tuple(
        RawAction(str(target).lower(), int(value), text, full_calldata(text, str(data)))
        for target, value, text, data in zip(targets, values, texts, calldatas, strict=True)
    )
    return RawProposal(governor, number, str(proposer).lower(), actions, start, end, str(description), log)


def read_votes(account: Account) -> Iterator[Vote]:
    """Yield the votes of a governor in chain order; what does not decode is left out and shows as missing weight."""
    for log in account.events(VOTE_CAST) + account.events(VOTE_CAST_PARAMS):
        try:
            number, support, weight = decode(("uint256", "uint8", "uint256"), log.data)
        except DecodeError:
            continue
        if len(log.topics) == 2:
            yield Vote(number, "0x" + log.topics[1][-40:], support, weight, log)
    for log in account.events(VOTE_CAST_ALPHA):
        try:
            voter, number, support, weight = decode(("address", "uint256", "bool", "uint256"), log.data)
        except DecodeError:
            continue
        yield Vote(number, str(voter).lower(), int(support), weight, log)


def execution_logs(account: Account) -> dict[int, LogEvidence]:
    """Return proposal id -> its ProposalExecuted log."""
    found: dict[int, LogEvidence] = {}
    for log in account.events(PROPOSAL_EXECUTED):
        word = log.topics[1] if len(log.topics) > 1 else log.data[:66]
        if len(word) == 66:
            found[int(word, 16)] = log
    return found
