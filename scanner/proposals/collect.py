"""Read the state of every proposal, in one level, and build the proposals of the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import encode_call
from scanner.chain.interface import AccountRead, BlockRead, CallRead, CodeRead, Read
from scanner.discovery.account import Account
from scanner.discovery.contracts import code_at
from scanner.discovery.discover import Found
from scanner.discovery.families.interface import NOW, ProposalState, StateCall
from scanner.discovery.families.told import RawProposal, Vote
from scanner.model.evidence import BlockEvidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.decode import Decoded
from scanner.proposals.effects import meaning_of
from scanner.proposals.nested import Around, Call, Opened, open_calls
from scanner.proposals.spell.calls import Walks
from scanner.proposals.spell.run import Question
from scanner.sources.interface import Deployed, NoSource

_MAX_VOTE_BLOCKS = 2_000
_ROUNDS = 8
"""How often code that calls lead to is read, and what it asks of others, and then what that leads to in turn."""
_MOST_QUESTIONS = 256
"""What code that proposals run may ask of others in one round."""


@dataclass
class ProposalData:
    """Everything that was read about the proposals, ready to be judged action by action."""

    raw: tuple[RawProposal, ...]
    calls: Mapping[tuple[str, int], tuple[Call, ...]]
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


@dataclass
class _Opening:
    """What the opening of one proposal's calls leaves for the others: how contracts call, code that was followed."""

    contexts: dict[str, bool | None] = field(default_factory=dict)
    walks: Walks = field(default_factory=Walks)

    def context(self, found: Found, address: str) -> bool | None:
        """Return whether a contract executes by delegatecall, as its code tells; None where it does not."""
        if address not in self.contexts:
            said = code_at(found.world, found.results, address).execution_context
            self.contexts[address] = said.value != "call" if isinstance(said, Known) else None
        return self.contexts[address]


def collect(found: Found, drafts: Sequence[RawProposal] = ()) -> ProposalData:
    """Read all proposals of all governors: one level of reads, whatever their number. Drafts stand behind them."""
    world = found.world
    raw = tuple(one for governor in sorted(found.parts.makers) for one in read_proposals(found, governor))
    raw = (*raw, *drafts)
    tools = _Opening()
    opened = {(one.governor, one.id): _opened(found, one, {}, tools) for one in raw}
    votes = _votes(found)
    executions = {
        (governor, number): log
        for governor in sorted(found.parts.makers)
        for number, log in found.parts.makers[governor].executions(world.accounts[governor]).items()
    }
    plan = _Plan()
    answers: dict[tuple[str, int], dict[str, Known[Any] | Unknown]] = {}
    for one in raw:
        calls = found.parts.makers[one.governor].state_calls(one.id, one.vote_start)
        _ask_state(plan, world.accounts[one.governor], one, calls, answers)
    times: dict[int, Known[Any] | Unknown] = {}
    for block in _blocks(raw, votes, executions):
        plan.ask(BlockRead(block), _storing(times, block))
    strangers = _strangers(found, raw, opened)
    for address, account in strangers.items():
        plan.ask(CodeRead(address), _setting(account, "code"))
        plan.ask(AccountRead(address), _setting(account, "state"))
    for take, answer in zip(plan.takers, world.chain.read(plan.reads), strict=True):
        take(answer)
    pinned = world.chain.block
    header = BlockEvidence(
        chain_id=pinned.chain_id, block_number=pinned.number, block_hash=pinned.hash, timestamp=pinned.timestamp
    )
    for kept in answers.values():
        kept[NOW] = Known(value=pinned.timestamp, evidence=(header,))
    decoded = _read_again(found, raw, opened, strangers, tools)
    states = {(one.governor, one.id): _state(found, one, answers[(one.governor, one.id)]) for one in raw}
    return ProposalData(raw, decoded, states, votes, executions, times, strangers)


def read_proposals(found: Found, governor: str) -> tuple[RawProposal, ...]:
    """Return the proposals of a governor in chain order; what it does not tell of one of them is a gap."""
    told = found.parts.makers[governor].proposals(found.world.accounts[governor])
    for what, detail in told.problems:
        found.world.gap(governor, what, Reason.UNDECODABLE, detail)
    for one in told.proposals:
        if one.unread is not None:
            found.world.gap(governor, f"a proposal ({one.id}): its calls", one.unread.reason, one.unread.detail)
    return told.proposals


def _state(found: Found, one: RawProposal, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
    family, account = found.parts.makers[one.governor], found.world.accounts[one.governor]
    return family.complete_state(account, one.id, family.read_state(answers))


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
    for governor in sorted(found.parts.makers):
        for vote in found.parts.makers[governor].votes(found.world.accounts[governor]):
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


def executor_of(found: Found, governor: str) -> str:
    """Return the account that makes a governor's calls: its timelock, or the governor itself."""
    return found.parts.makers[governor].executor(found.world.accounts[governor])


def _opened(found: Found, one: RawProposal, strangers: Mapping[str, Account], tools: _Opening) -> Opened:
    executor = one.executor or executor_of(found, one.governor)

    def delegates(address: str) -> bool | None:
        asked = dict.fromkeys((address, one.governor) if address == executor else (address,))
        answers = (tools.context(found, each) for each in asked)
        return next((answer for answer in answers if answer is not None), None)

    return open_calls(found.world, one.actions, executor, Around(strangers, delegates, tools.walks))


def _strangers(
    found: Found, raw: Sequence[RawProposal], opened: Mapping[tuple[str, int], Opened]
) -> dict[str, Account]:
    """Return the accounts that gain by a call or are called inside one and were not met by the crawl.

    Their code and nonce are asked for. Of the called ones as many are read as the crawl may read targets.
    """
    addresses: set[str] = {one.proposer for one in raw}
    called: dict[str, None] = {}
    for one in raw:
        for call in opened[(one.governor, one.id)].calls:
            gains = "" if call.chain else beneficiary_of(call.decoded, call.target, call.value)
            if gains:
                addresses.add(gains)
            if call.inside and not call.chain and call.target not in found.world.accounts:
                called[call.target] = None
    limit = found.world.limits.max_targets
    addresses.update(list(called)[:limit])
    if len(called) > limit:
        what = f"{len(called) - limit} targets of calls inside other calls"
        found.world.gap("proposals", what, Reason.LIMIT, "the limit of targets was reached: not looked at")
    return {address: Account(address) for address in sorted(addresses) if address not in found.world.accounts}


def _read_again(
    found: Found,
    raw: Sequence[RawProposal],
    opened: Mapping[tuple[str, int], Opened],
    strangers: dict[str, Account],
    tools: _Opening,
) -> dict[tuple[str, int], tuple[Call, ...]]:
    """Decode the proposals whose calls lead to contracts outside the crawl once more, with the ABIs and the code there.

    What those call in turn is read as well, and so on for some rounds.
    """
    last = dict(opened)
    fresh: Mapping[str, Account] = strangers
    for _ in range(_ROUNDS):
        _read_sources(found, last, fresh)
        known = {address for address, account in fresh.items() if account.has_code}
        told = _read_answers(found, tools.walks)
        for proposal in raw:
            key = (proposal.governor, proposal.id)
            if any(call.target in known for call in last[key].calls) or not told.isdisjoint(last[key].asks):
                last[key] = _opened(found, proposal, strangers, tools)
        met = _strangers(found, raw, last)
        fresh = {address: account for address, account in met.items() if address not in strangers}
        if not fresh and not tools.walks.wanted:
            break
        _read_strangers(found, fresh)
        strangers.update(fresh)
    for (governor, number), one in last.items():
        if one.limit:
            found.world.gap(governor, f"calls inside proposal {number}", Reason.LIMIT, one.limit)
    return {key: one.calls for key, one in last.items()}


def _read_answers(found: Found, walks: Walks) -> frozenset[Question]:
    """Ask the chain what code asks of others; return the questions whose answers tell something."""
    wanted = list(walks.wanted)[:_MOST_QUESTIONS]
    reads = [CallRead(f"0x{one.target:040x}", f"0x{one.data.hex()}", sender=one.asker) for one in wanted]
    answers = found.world.chain.read(reads) if reads else ()
    return walks.learn(dict(zip(wanted, answers, strict=True)))


def _read_strangers(found: Found, accounts: Mapping[str, Account]) -> None:
    plan = _Plan()
    for address, account in accounts.items():
        plan.ask(CodeRead(address), _setting(account, "code"))
        plan.ask(AccountRead(address), _setting(account, "state"))
    for take, answer in zip(plan.takers, found.world.chain.read(plan.reads), strict=True):
        take(answer)


def _read_sources(found: Found, opened: Mapping[tuple[str, int], Opened], accounts: Mapping[str, Account]) -> None:
    """Ask for the sources of those of these accounts that are called inside other calls."""
    targets = {call.target for one in opened.values() for call in one.calls if call.inside and not call.chain}
    chain = found.world.chain.chain_id
    wanted = [
        Deployed(chain, account.address, account.code.value)
        for account in accounts.values()
        if account.address in targets and account.has_code and isinstance(account.code, Known)
    ]
    answers = found.world.sources.fetch_all(wanted) if wanted else {}
    for one in wanted:
        missing = NoSource(Reason.NOT_READ, "the source providers gave no answer")
        accounts[one.address].source = answers.get(one.address, missing)


def beneficiary_of(decoded: Decoded, target: str, value: int) -> str | None:
    """Return who gains by a call as far as its signature says; None where nobody does or that is not known."""
    if isinstance(decoded.signature, Unknown):
        return None
    if decoded.signature.value == "":
        return target if value else None
    position = meaning_of(decoded.signature.value).beneficiary
    if position < 0 or position >= len(decoded.values) or position in decoded.left_open:
        return None
    return str(decoded.values[position]).lower()
