"""What a governor tells of its proposals and votes; IGovernor (OpenZeppelin) and Compound's governors tell it alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scanner.chain.abi import DecodeError, decode, selector
from scanner.discovery.account import Account
from scanner.discovery.battery import (
    PROPOSAL_CREATED,
    PROPOSAL_EXECUTED,
    VOTE_CAST,
    VOTE_CAST_ALPHA,
    VOTE_CAST_PARAMS,
)
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Unknown

PROPOSAL_TYPES = ("uint256", "address", "address[]", "uint256[]", "string[]", "bytes[]", "uint256", "uint256", "string")
"""Data of ProposalCreated, in GovernorBravo and OpenZeppelin Governor alike (no indexed field)."""


@dataclass(frozen=True)
class RawAction:
    """One call as its governor holds it.

    `delegate`: whether the target's code runs in the storage of who executes; None where the executor's code decides.
    """

    target: str
    value: int
    signature: str
    calldata: str
    delegate: bool | None = None


@dataclass(frozen=True)
class RawProposal:
    """One proposal. Vote times are in the governor's own clock.

    `held` is the evidence of calls that were read off the governor's state, not off `log`; `unread` is why they are
    not known, where a governor keeps them and did not say. `bound` is whether the governor's state binds the calls that
    `log` tells (it holds their hash), where the family can say. `weighed_at` is the block at which votes are weighed,
    where the token counts blocks and the governor does not. `executor` makes its calls, where proposals name their own.
    """

    governor: str
    id: int
    proposer: str
    actions: tuple[RawAction, ...]
    vote_start: int
    vote_end: int
    description: str
    log: LogEvidence
    held: tuple[Evidence, ...] = ()
    unread: Unknown | None = None
    weighed_at: int | None = None
    bound: Known[bool] | Unknown | None = None
    executor: str = ""


@dataclass(frozen=True)
class Vote:
    """One vote: 0 against, 1 for, 2 abstain (Bravo's order; GovernorAlpha's bool is for)."""

    proposal: int
    voter: str
    support: int
    weight: int
    log: LogEvidence


@dataclass(frozen=True)
class Told:
    """Proposals in chain order, each id once; `problems` say of which event nothing can be told and why."""

    proposals: tuple[RawProposal, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def full_calldata(signature: str, calldata: str) -> str:
    """Return the calldata a target receives: GovernorAlpha and Bravo carry the signature apart from the arguments."""
    return selector(signature) + calldata[2:] if signature else calldata


def read_each(logs: Iterable[LogEvidence], read: Callable[[LogEvidence], RawProposal | None]) -> Told:
    """Read a proposal off every log; what does not decode is a problem, and so is one that is told again.

    Which of two proposals of one id the governor would execute, nobody can tell from logs. `read` returns None for a
    log that tells of no proposal; it may raise DecodeError and ValueError.
    """
    found: dict[int, RawProposal] = {}
    problems: list[tuple[str, str]] = []
    for log in logs:
        what = f"a proposal (log {log.log_index} of {log.transaction_hash})"
        try:
            one = read(log)
        except (DecodeError, ValueError) as error:
            problems.append((what, str(error)))
            continue
        if one is not None and found.setdefault(one.id, one) is not one:
            problems.append((what, f"an earlier log tells of a proposal {one.id} already"))
    return Told(tuple(found.values()), tuple(problems))


def read_created(log: LogEvidence) -> RawProposal:
    """Read one ProposalCreated event of IGovernor and GovernorBravo."""
    number, proposer, targets, values, signatures, calldatas, start, end, description = decode(PROPOSAL_TYPES, log.data)
    if not len(targets) == len(values) == len(calldatas):
        raise ValueError("targets, values and calldatas differ in length")
    texts = [str(text) for text in signatures] or [""] * len(targets)
    actions = tuple(
        RawAction(str(target).lower(), int(value), text, full_calldata(text, str(data)))
        for target, value, text, data in zip(targets, values, texts, calldatas, strict=True)
    )
    return RawProposal(log.address, number, str(proposer).lower(), actions, start, end, str(description), log)


def created_proposals(account: Account) -> Told:
    """Return what the ProposalCreated events of IGovernor and GovernorBravo tell."""
    return read_each(account.events(PROPOSAL_CREATED), read_created)


def cast_votes(account: Account) -> Iterator[Vote]:
    """Yield the votes of IGovernor, GovernorBravo and GovernorAlpha in chain order.

    What does not decode is left out and shows as missing weight.
    """
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


def logs_by_number(logs: Iterable[LogEvidence]) -> dict[int, LogEvidence]:
    """Return the logs of an event by the number that it names first, indexed or not."""
    found: dict[int, LogEvidence] = {}
    for log in logs:
        word = log.topics[1] if len(log.topics) > 1 else log.data[:66]
        if len(word) == 66:
            found[int(word, 16)] = log
    return found


def executed_proposals(account: Account) -> dict[int, LogEvidence]:
    """Return proposal id -> its ProposalExecuted log."""
    return logs_by_number(account.events(PROPOSAL_EXECUTED))
