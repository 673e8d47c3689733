"""Snapshot X on EVM chains: a space takes proposals and votes through authenticators; execution strategies act.

Quorum, delay and target are the execution strategies'; what they answer is kept with the space, under their address.
Facts: snapshot-labs/sx-evm (Space, SimpleQuorumExecutionStrategy and those that follow it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector, nobody
from scanner.discovery.families import authenticators
from scanner.discovery.families.interface import Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, executed_proposals, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.authenticators import Authenticator
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_STRUCT = "(address,uint32,address,uint32,uint32,uint8,bytes32,uint256)"
CREATED = topic(f"ProposalCreated(uint256,address,{_STRUCT},string,bytes)")
VOTED = topic("VoteCast(uint256,address,uint8,uint256)")
VOTED_WITH_TEXT = topic("VoteCastWithMetadata(uint256,address,uint8,uint256,string)")
_MARKS = tuple(
    selector(one)
    for one in ("authenticators(address)", "votingStrategies(uint8)", "getProposalStatus(uint256)", "nextProposalId()")
)
_EVENT = ("uint256", "address", _STRUCT, "string", "bytes")
_PAYLOAD = ("(address,uint256,bytes,uint8,uint256)[]",)
_ROW = ("address", "uint32", "address", "uint32", "uint32", "uint8", "bytes32", "uint256")
_STATES = ("Pending", "Active", "Active", "Succeeded", "Executed", "Defeated", "Canceled")
"""ProposalStatus: before the vote, voting, voting and accepted already, accepted, executed, rejected, cancelled."""
_OF_EXECUTION = (("target()", "address"), ("timelockDelay()", "uint256"), ("vetoGuardian()", "address"))
_MAX_STRATEGIES = 8


class SnapshotX(GovernorFamily):
    """Recognised by its authenticators, its voting strategies and the status of proposals."""

    name = "snapshot-x"
    topics = (CREATED, VOTED, VOTED_WITH_TEXT, authenticators.ADDED, authenticators.CREATED)

    def recognise(self, account: Account, code: str) -> bool:
        return _looks_like(code) and account.answers("minVotingDuration()", "votingDelay()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not _looks_like(code):
            return
        here = account.address
        for signature in ("minVotingDuration()", "maxVotingDuration()", "activeVotingStrategies()"):
            yield Getter(here, signature, ("uint256",))
        for index in _active(account):
            yield Getter(here, "votingStrategies(uint8)", ("address", "bytes"), (index,), f"votes {index}")
        yield from authenticators.questions(account)
        for execution in _executions(account):
            yield Getter(here, "quorum()", ("uint256",), named=_of(execution, "quorum()"), asked=execution)
            for signature, kind in _OF_EXECUTION:
                yield Getter(here, signature, (kind,), named=_of(execution, signature), asked=execution)
        for one, execution in _created(account):
            yield Getter(here, "proposals(uint256)", _ROW, (one.id,), f"proposal {one.id}")
            hashed = _hash(one.log)
            signature = "proposalExecutionTime(bytes32)"
            yield Getter(here, signature, ("uint256",), (hashed,), f"time of {one.id}", asked=execution)

    def links(self, account: Account) -> Iterator[Link]:
        for execution in _executions(account):
            yield Link(execution, f"execution strategy of {account.address}")
            for getter in ("target()", "vetoGuardian()"):
                if found := nonzero(account.address_of(_of(execution, getter))):
                    yield Link(found, f"{getter} of {execution}")
        for index in _active(account):
            answer = account.ask(f"votes {index}")
            if isinstance(answer, Known):
                yield Link(str(answer.value[0]).lower(), f"voting strategy of {account.address}")
        if token := nonzero(self.token(account)):
            yield Link(token, f"token of a voting strategy of {account.address}")
        yield from (Link(one, f"authenticator of {account.address}") for one in authenticators.named_in(account))

    def token(self, account: Account) -> Known[str] | Unknown:
        """The token that the parameters of its one voting strategy name: 20 bytes, as for ERC-5805 and COMP."""
        active = _active(account)
        answer = account.ask(f"votes {active[0]}") if len(active) == 1 else None
        if isinstance(answer, Known) and len(answer.value[1]) == 42:
            words = "the parameters of its voting strategy"
            return Known(value=str(answer.value[1]).lower(), evidence=answer.evidence, derivation=words)
        if isinstance(answer, Unknown):
            return answer
        detail = f"{len(active)} voting strategies with rules of their own decide who has power"
        evidence = account.ask("activeVotingStrategies()").evidence
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)

    def timelock(self, account: Account) -> Known[str] | Unknown:
        """The timelock strategy with the shortest delay, unless a strategy acts at once."""
        delays: list[tuple[int, str, Known[int]]] = []
        for execution in _executions(account):
            answer = account.ask(_of(execution, "timelockDelay()"))
            if isinstance(answer, Known):
                delays.append((int(answer.value), execution, answer))
            elif answer.reason is not Reason.REVERTED:
                return answer
            else:
                return nobody(account, f"the execution strategy {execution} has no delay")
        if not delays:
            return Unknown(reason=Reason.UNRESOLVED, detail="execution strategies stand in proposals: none was made")
        _, execution, answer = min(delays, key=lambda one: one[:2])
        return Known(value=execution, evidence=answer.evidence, derivation="the execution strategy of its proposals")

    def executor(self, account: Account) -> str:
        for execution in _executions(account):
            return _acts(account, execution)
        return account.address

    def guardian(self, account: Account) -> Known[str] | Unknown:
        for execution in _executions(account):
            answer = account.address_of(_of(execution, "vetoGuardian()"))
            if nonzero(answer):
                return answer
        return nobody(account, "no execution strategy of its proposals names a guardian")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def besides(self, account: Account) -> Iterator[Beside]:
        owner = account.address_of("owner()")
        if (found := nonzero(owner)) and found != self.executor(account):
            words = "owner, who names voting strategies and authenticators"
            yield Beside(found, Capability.EXECUTE, words, owner.evidence)
            yield Beside(found, Capability.CANCEL, "owner, who cancels proposals", owner.evidence)

        weakest = self.authentication(account)
        if isinstance(weakest, Known) and weakest.value == "anyone":
            words = "anyone in the names of others, by an authenticator"
            yield Beside(ZERO_ADDRESS, Capability.EXECUTE, words, weakest.evidence)

    def authenticators(self, account: Account) -> Collection[Authenticator]:
        return authenticators.authenticators(account)

    def authentication(self, account: Account) -> Known[str] | Unknown:
        return authenticators.weakest(self.authenticators(account))

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        known: list[Known[int]] = []
        for execution in _executions(account):
            answer = account.ask(_of(execution, "quorum()"))
            if isinstance(answer, Unknown):
                return answer
            known.append(answer)
        if not known:
            return Unknown(reason=Reason.UNRESOLVED, detail="execution strategies stand in proposals: none was made")
        return min(known, key=lambda one: one.value)

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="blocknumber", evidence=account.code.evidence, derivation="a space counts blocks")

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        answer = account.ask("minVotingDuration()")
        return transform(answer, int, "minVotingDuration(): what is accepted by then may be executed")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="a strategy with rules of its own decides who may propose")

    def proposals(self, account: Account) -> Told:
        return read_each(account.events(CREATED), lambda log: self._dated(account, *_read(log)))

    def votes(self, account: Account) -> Iterator[Vote]:
        for log in account.events(VOTED) + account.events(VOTED_WITH_TEXT):
            try:
                number, voter, choice, power = decode(("uint256", "address", "uint8", "uint256"), log.data)
            except DecodeError:
                continue
            yield Vote(number, str(voter).lower(), choice, power, log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        """The log of the strategy that made the calls; where it makes them at once, the space's own."""
        own = executed_proposals(account)
        found: dict[int, LogEvidence] = {}
        for one, execution in _created(account):
            if not isinstance(account.ask(_of(execution, "timelockDelay()")), Known):
                if one.id in own:
                    found[one.id] = own[one.id]
                continue
            keeper = account.met.get(execution)
            for log in keeper.events(_QUEUED_EXECUTED) if keeper else ():
                if log.data == _hash(one.log):
                    found[one.id] = log
        return found

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        powers = (("against", 0), ("for", 1), ("abstain", 2))
        return (
            StateCall("state", "getProposalStatus(uint256)", (proposal_id,), ("uint8",)),
            *(StateCall(key, "votePower(uint256,uint8)", (proposal_id, at), ("uint256",)) for key, at in powers),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        elsewhere = Unknown(reason=Reason.NOT_SUPPORTED, detail="its execution strategy keeps it")
        state = transform(answers["state"], _state, "ProposalStatus")
        return ProposalState(state, answers["for"], answers["against"], answers["abstain"], elsewhere, elsewhere)

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        """Say what a timelock made of a proposal that the space handed over: it waits, was executed, or was vetoed."""
        found = next((pair for pair in _created(account) if pair[0].id == proposal_id), None)
        if found is None:
            return state
        _, execution = found
        state = replace(state, quorum=account.ask(_of(execution, "quorum()")))
        time = account.ask(f"time of {proposal_id}")
        handed = isinstance(state.state, Known) and state.state.value == "Executed"
        if not handed or not isinstance(time, Known) or proposal_id in self.executions(account):
            return state
        name, words = ("Queued", "it waits in its timelock") if time.value else ("Canceled", "vetoed at its timelock")
        eta: Known[int] | Unknown = Known(value=int(time.value), evidence=time.evidence) if time.value else state.eta
        return replace(state, state=Known(value=name, evidence=time.evidence, derivation=words), eta=eta)

    def _dated(self, account: Account, one: RawProposal, execution: str) -> RawProposal:
        row = account.ask(f"proposal {one.id}")
        bound = transform(row, lambda held: held[6] == _hash(one.log), "executionPayloadHash against the payload")
        return replace(one, bound=bound, executor=_acts(account, execution))


_QUEUED_EXECUTED = topic("ProposalExecuted(bytes32)")


def _looks_like(code: str) -> bool:
    return all(has_selector(code, mark) for mark in _MARKS)


def _of(execution: str, what: str) -> str:
    """Return the key under which the answer of an execution strategy is kept."""
    return f"{what} of execution {execution}"


def _active(account: Account) -> tuple[int, ...]:
    """Return the indices of the active voting strategies: the bits of a number."""
    bits = account.ask("activeVotingStrategies()")
    if isinstance(bits, Unknown):
        return ()
    return tuple(index for index in range(256) if bits.value >> index & 1)[:_MAX_STRATEGIES]


def _acts(account: Account, execution: str) -> str:
    """Return who makes the calls: the Safe that a strategy is a module of, or the strategy itself."""
    return nonzero(account.address_of(_of(execution, "target()"))) or execution


def _executions(account: Account) -> tuple[str, ...]:
    """Return the execution strategies that proposals name, each once, in the order of proposals."""
    return tuple(dict.fromkeys(execution for _, execution in _created(account)))


def _hash(log: LogEvidence) -> str:
    return "0x" + keccak(hexstr=decode(_EVENT, log.data)[4]).hex()


def _read(log: LogEvidence) -> tuple[RawProposal, str]:
    """Read a ProposalCreated log; raises DecodeError."""
    number, author, row, text, payload = decode(_EVENT, log.data)
    (calls,) = decode(_PAYLOAD, payload) if len(payload) > 2 else ((),)
    actions = tuple(
        RawAction(str(to).lower(), int(value), "", str(data), delegate=bool(operation))
        for to, value, data, operation, _ in calls
    )
    one = RawProposal(log.address, number, str(author).lower(), actions, int(row[1]), int(row[4]), str(text), log)
    return one, str(row[2]).lower()


def _created(account: Account) -> Iterator[tuple[RawProposal, str]]:
    for log in account.events(CREATED):
        try:
            yield _read(log)
        except DecodeError:
            continue


def _state(value: int) -> str:
    return _STATES[value] if 0 <= value < len(_STATES) else f"state {value}"
