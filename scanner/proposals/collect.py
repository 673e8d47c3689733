"""Read the state of every proposal, in one level, and build the proposals of the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import encode_call
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, Read
from scanner.discovery.account import Account
from scanner.discovery.discover import Found
from scanner.discovery.families.interface import ProposalState, StateCall
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.decode import Decoded, decode_action
from scanner.proposals.effects import meaning_of
from scanner.proposals.events import RawProposal, Vote, execution_logs, read_proposals, read_votes

_MAX_VOTE_BLOCKS = 2_000


@dataclass
class ProposalData:
    """Everything that was read about the proposals, ready to be judged action by action."""

    raw: tuple[RawProposal, ...]
    decoded: Mapping[tuple[str, int, int], Decoded]
    states: Mapping[tuple[str, int], ProposalState]
    votes: Mapping[tuple[str, int], tuple[Vote, ...]]
    executions: Mapping[tuple[str, int], LogEvidence]
    block_times: Mapping[int, Known[Any] | Unknown]
    strangers: Mapping[str, Account] = field(default_factory=dict)

    def time_of(self, block: int) -> Known[int] | Unknown:
        """Return a block's time in seconds."""
        answer = self.block_times.get(block, Unknown(reason=Reason.NOT_READ, detail=f"block {block} was not read"))
        if isinstance(answer, Unknown):
            return answer
        return Known(value=answer.value.timestamp, evidence=(answer.value,))


@dataclass
class _Plan:
    """One batch of reads with what to do with each answer."""

    reads: list[Read] = field(default_factory=list)
    takers: list[Callable[[Known[Any] | Unknown], None]] = field(default_factory=list)

    def ask(self, read: Read, take: Callable[[Known[Any] | Unknown], None]) -> None:
        self.reads.append(read)
        self.takers.append(take)


def collect(found: Found) -> ProposalData:
    """Read all proposals of all governors: one level of reads, whatever their number."""
    world = found.world
    raw = tuple(one for governor in sorted(found.parts.governors) for one in read_proposals(world, governor))
    decoded = {
        (one.governor, one.id, index): decode_action(world, action.target, action.signature, action.calldata)
        for one in raw
        for index, action in enumerate(one.actions)
    }
    votes = _votes(found)
    executions = {
        (governor, number): log
        for governor in sorted(found.parts.governors)
        for number, log in execution_logs(world.accounts[governor]).items()
    }
    plan = _Plan()
    answers: dict[tuple[str, int], dict[str, Known[Any] | Unknown]] = {}
    for one in raw:
        calls = found.parts.governors[one.governor].state_calls(one.id, one.vote_start)
        _ask_state(plan, world.accounts[one.governor], one, calls, answers)
    times: dict[int, Known[Any] | Unknown] = {}
    for block in _blocks(raw, votes, executions):
        plan.ask(BlockRead(block), _storing(times, block))
    strangers = _strangers(found, raw, decoded)
    for address, account in strangers.items():
        plan.ask(CodeRead(address), _setting(account, "code"))
        plan.ask(AccountRead(address), _setting(account, "state"))
    for take, answer in zip(plan.takers, world.chain.read(plan.reads), strict=True):
        take(answer)
    states = {
        (one.governor, one.id): found.parts.governors[one.governor].read_state(answers[(one.governor, one.id)])
        for one in raw
    }
    return ProposalData(raw, decoded, states, votes, executions, times, strangers)


def _storing(store: dict[int, Known[Any] | Unknown], key: int) -> Callable[[Known[Any] | Unknown], None]:
    return lambda answer: store.__setitem__(key, answer)


def _setting(account: Account, name: str) -> Callable[[Known[Any] | Unknown], None]:
    return lambda answer: setattr(account, name, answer)


def _ask_state(
    plan: _Plan,
    governor: Account,
    one: RawProposal,
    calls: Sequence[StateCall],
    answers: dict[tuple[str, int], dict[str, Known[Any] | Unknown]],
) -> None:
    store = answers.setdefault((one.governor, one.id), {})
    reader = Account(governor.address)
    for call in calls:

        def take(answer: Known[Any] | Unknown, call: StateCall = call) -> None:
            reader.calls[call.key] = (call.outputs, answer)
            store[call.key] = reader.ask(call.key)

        plan.ask(CallRead(governor.address, encode_call(call.signature, call.arguments), call.signature), take)


def _votes(found: Found) -> dict[tuple[str, int], tuple[Vote, ...]]:
    grouped: dict[tuple[str, int], list[Vote]] = {}
    for governor in sorted(found.parts.governors):
        for vote in read_votes(found.world.accounts[governor]):
            grouped.setdefault((governor, vote.proposal), []).append(vote)
    return {key: tuple(group) for key, group in grouped.items()}


def _blocks(
    raw: Sequence[RawProposal],
    votes: Mapping[tuple[str, int], tuple[Vote, ...]],
    executions: Mapping[tuple[str, int], LogEvidence],
) -> list[int]:
    blocks = {one.log.block_number for one in raw} | {log.block_number for log in executions.values()}
    cast = {vote.log.block_number for group in votes.values() for vote in group}
    if len(cast) <= _MAX_VOTE_BLOCKS:
        blocks |= cast
    return sorted(blocks)


def _strangers(
    found: Found, raw: Sequence[RawProposal], decoded: Mapping[tuple[str, int, int], Decoded]
) -> dict[str, Account]:
    """Return the accounts that gain by an action and were not met by the crawl: their code and nonce are asked for."""
    addresses: set[str] = {one.proposer for one in raw}
    for one in raw:
        for index, action in enumerate(one.actions):
            gains = beneficiary_of(decoded[(one.governor, one.id, index)], action.target, action.value)
            if gains:
                addresses.add(gains)
    return {address: Account(address) for address in sorted(addresses) if address not in found.world.accounts}


def beneficiary_of(decoded: Decoded, target: str, value: int) -> str | None:
    """Return who gains by a call as far as its signature says; None where nobody does or that is not known."""
    if isinstance(decoded.signature, Unknown):
        return None
    if decoded.signature.value == "":
        return target if value else None
    position = meaning_of(decoded.signature.value).beneficiary
    if position < 0 or position >= len(decoded.values):
        return None
    return str(decoded.values[position]).lower()
