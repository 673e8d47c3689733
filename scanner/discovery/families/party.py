"""PartyDAO's parties: cards with voting power of their own accept proposals, hosts may veto, and nobody votes against.

A proposal is data of a kind; of the kinds only arbitrary calls are plain calls, the others are the business of an
execution engine. As long as emergency execution is not disabled, PartyDAO's wallet makes a party do anything. The
wallet stands in the Globals contract, which a party names in its code only.
Facts: PartyDAO/party-protocol, release 1.0, contracts/party and contracts/proposals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import has_selector, nobody
from scanner.discovery.families.interface import NOW, Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, logs_by_number, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

PROPOSED = topic("Proposed(uint256,address,(uint40,uint40,bytes))")
ACCEPTED = topic("ProposalAccepted(uint256,address,uint256)")
PASSED = topic("ProposalPassed(uint256)")
VETOED = topic("ProposalVetoed(uint256,address)")
EXECUTED = topic("ProposalExecuted(uint256,address,bytes)")
EMERGENCY = topic("EmergencyExecute(address,bytes,uint256)")
HOST_MOVED = topic("HostStatusTransferred(address,address)")
DELEGATED = topic("VotingPowerDelegated(address,address)")

_FUNCTIONS = (
    "propose((uint40,uint40,bytes),uint256)",
    "accept(uint256,uint256)",
    "veto(uint256)",
    "getProposalStateInfo(uint256)",
    "getGovernanceValues()",
    "votingPowerByTokenId(uint256)",
)
_EMERGENCY = selector("emergencyExecute(address,bytes,uint256)")
_VALUES = ("uint40", "uint40", "uint16", "uint96")
"""getGovernanceValues: how long a vote is open, how long it waits, threshold in basis points, all voting power."""
_STATE = ("uint8", "uint40", "uint40", "uint40", "uint40", "uint96")
"""getProposalStateInfo: status; when it was proposed, passed, executed, completed; votes."""
_EVENT = ("uint256", "address", "(uint40,uint40,bytes)")
_CALLS = ("(address,uint256,bytes,bytes32)[]",)
_ARBITRARY = 4
"""The kind of proposal that is a list of calls: ProposalExecutionEngine.ProposalType."""
_VETO = 2**96 - 1
_LAST = 2**40 - 1
"""A time after every snapshot: the voting power now."""
_DAO_WALLET = 11
"""Key of PartyDAO's wallet in Globals (LibGlobals.GLOBAL_DAO_WALLET)."""
_IMMUTABLE = re.compile(r"7f0{24}([0-9a-f]{40})")
"""An address that the constructor put into the code: PUSH32."""
_MAX_CARDS, _MAX_PEOPLE, _MAX_NAMED, _MAX_PROPOSALS = 500, 1_000, 12, 2_000
_INVALID, _VOTING, _DEFEATED, _PASSED, _READY, _STARTED, _COMPLETE, _CANCELLED = range(8)
_PLAIN = {
    _VOTING: "Active",
    _DEFEATED: "Defeated",
    _PASSED: "Queued",
    _READY: "Succeeded",
    _STARTED: "Succeeded",
    _COMPLETE: "Executed",
    _CANCELLED: "Canceled",
}
_NOT_TIMED = Unknown(reason=Reason.NOT_READ)


@dataclass(frozen=True)
class _Timed(ProposalState):
    """A state with the time at which it was read, in seconds."""

    now: Known[int] | Unknown = _NOT_TIMED


def _of(address: str, what: str) -> str:
    return f"{what} of {address}"


class Party(GovernorFamily):
    """Recognised by how proposals are accepted, and by the power of its cards."""

    name = "party"
    topics = (PROPOSED, ACCEPTED, PASSED, VETOED, EXECUTED, EMERGENCY, HOST_MOVED, DELEGATED)
    vote = ActorKind.NFT_VOTE

    def recognise(self, account: Account, code: str) -> bool:
        return all(has_selector(code, selector(one)) for one in _FUNCTIONS)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not self.recognise(account, code):
            return
        here = account.address
        yield Getter(here, "getGovernanceValues()", _VALUES)
        for getter in ("tokenCount()", "mintedVotingPower()"):
            yield Getter(here, getter, ("uint256",))
        for getter in ("mintAuthority()", "getProposalExecutionEngine()"):
            if has_selector(code, selector(getter)):
                yield Getter(here, getter, ("address",))
        if has_selector(code, _EMERGENCY):
            yield Getter(here, "emergencyExecuteDisabled()", ("bool",))
            for named in list(dict.fromkeys(_IMMUTABLE.findall(code)))[:_MAX_NAMED]:
                asked, key = f"0x{named}", _of(f"0x{named}", "wallet")
                yield Getter(here, "getAddress(uint256)", ("address",), (_DAO_WALLET,), key, asked=asked)
        count = account.ask("tokenCount()")
        for card in range(1, min(count.value, _MAX_CARDS) + 1) if isinstance(count, Known) else ():
            yield Getter(here, "ownerOf(uint256)", ("address",), (card,), f"owner of card {card}")
        for number in list(logs_by_number(account.events(PROPOSED)))[:_MAX_PROPOSALS]:
            yield Getter(here, "getProposalStateInfo(uint256)", _STATE, (number,), f"state {number}")
        for person in list(_people(account))[:_MAX_PEOPLE]:
            yield Getter(here, "isHost(address)", ("bool",), (person,), _of(person, "host"))
            power = "getVotingPowerAt(address,uint40)"
            yield Getter(here, power, ("uint256",), (person, _LAST), _of(person, "power"))

    def links(self, account: Account) -> Iterable[Link]:
        for getter in ("mintAuthority()", "getProposalExecutionEngine()"):
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")
        for host, _ in _hosts(account):
            yield Link(host, f"guardian() of {account.address}")
        wallet = _wallet(account)
        if found := nonzero(wallet):
            yield Link(found, f"wallet of PartyDAO over {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        return Known(value=account.address, evidence=account.code.evidence, derivation="a party is its own token")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "a party works without a timelock: it holds back itself what passed")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        """One of the hosts: each of them vetoes alone. They are made without an event, so there may be others."""
        for host, evidence in _hosts(account):
            return Known(value=host, evidence=evidence, derivation="isHost()")
        detail = "hosts are made without an event, and nobody whom events and cards name is one"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=account.code.evidence)

    def admin(self, account: Account) -> Known[str] | Unknown:
        """Nobody; unknown where somebody acts in an emergency who could not be named."""
        disabled, wallet = account.ask("emergencyExecuteDisabled()"), _wallet(account)
        if "emergencyExecuteDisabled()" not in account.calls or (isinstance(disabled, Known) and disabled.value):
            return nobody(account, "no parameter is set but by a vote, and nobody acts in an emergency")
        if isinstance(disabled, Unknown):
            return disabled
        if isinstance(wallet, Unknown):
            return wallet
        return nobody(account, "no parameter is set but by a vote; PartyDAO's wallet acts in an emergency")

    def besides(self, account: Account) -> Iterable[Beside]:
        """Yield the other hosts, and PartyDAO's wallet as long as nobody disabled emergency execution."""
        for host, evidence in list(_hosts(account))[1:]:
            yield Beside(host, Capability.VETO, "host", evidence)
        disabled, wallet = account.ask("emergencyExecuteDisabled()"), _wallet(account)
        if isinstance(disabled, Known) and not disabled.value and (found := nonzero(wallet)):
            evidence = disabled.evidence + wallet.evidence
            yield Beside(found, Capability.EXECUTE, "emergency execution by PartyDAO", evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        words = "votes for that it takes: passThresholdBps of all voting power"
        return transform(account.ask("getGovernanceValues()"), lambda row: -(-row[2] * row[3] // 10_000), words)

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="parties count seconds")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        words = "the vote opens with the proposal; power counts as of the second before"
        return Known(value=0, evidence=account.code.evidence, derivation=words)

    def decides_early(self, account: Account) -> Known[bool] | Unknown:
        words = "a proposal has passed as soon as enough cards accept it"
        return Known(value=True, evidence=account.code.evidence, derivation=words)

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return transform(account.ask("getGovernanceValues()"), lambda row: int(row[0]), "voteDuration")

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        words = "executionDelay; nothing waits where all accept"
        return transform(account.ask("getGovernanceValues()"), lambda row: int(row[1]), words)

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="nothing prolongs a vote in a party")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return Known(value=1, evidence=account.code.evidence, derivation="any voting power is enough")

    def total_votes(self, account: Account) -> Known[int] | Unknown | None:
        return transform(account.ask("getGovernanceValues()"), lambda row: int(row[3]), "totalVotingPower")

    def voting_power(self, account: Account) -> Known[dict[str, int]] | Unknown | None:
        """The power of everyone who has a card or is named by an event, where it adds up to what was handed out."""
        minted = account.ask("mintedVotingPower()")
        if isinstance(minted, Unknown):
            return minted
        asked = {person: account.ask(_of(person, "power")) for person in _people(account)}
        known = {person: int(one.value) for person, one in asked.items() if isinstance(one, Known) and one.value}
        evidence = minted.evidence + tuple(item for one in asked.values() for item in one.evidence)
        if sum(known.values()) != minted.value:
            detail = "the power of all who were found is not all power that cards have"
            return Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=evidence)
        return Known(value=known, evidence=evidence, derivation="getVotingPowerAt() of everyone who has a card")

    def proposals(self, account: Account) -> Told:
        values = account.ask("getGovernanceValues()")
        engine = nonzero(account.address_of("getProposalExecutionEngine()"))

        def read(log: LogEvidence) -> RawProposal:
            number, proposer, (_, _, data) = decode(_EVENT, log.data)
            actions = _calls(str(data), account.address, engine)
            info = account.ask(f"state {number}")
            opens = int(info.value[1]) if isinstance(info, Known) else 0
            ends = opens + int(values.value[0]) if opens and isinstance(values, Known) else 0
            return RawProposal(log.address, number, str(proposer).lower(), actions, opens, ends, "", log)

        return read_each(account.events(PROPOSED), read)

    def votes(self, account: Account) -> Iterator[Vote]:
        for log in account.events(ACCEPTED):
            if len(log.data) == 194:
                voter = "0x" + log.data[90:130]
                yield Vote(int(log.data[:66], 16), voter, 1, int(log.data[130:], 16), log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        return logs_by_number(account.events(EXECUTED))

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("info", "getProposalStateInfo(uint256)", (proposal_id,), _STATE),
            StateCall("values", "getGovernanceValues()", (), _VALUES),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        info, values = answers["info"], answers["values"]
        votes: Known[int] | Unknown = transform(info, lambda row: int(row[5]), "votes to accept")
        if isinstance(votes, Known) and votes.value == _VETO:
            detail = "a veto took the place of the count"
            votes = Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=info.evidence)
        none = transform(info, lambda _: 0, "members accept, or they do not")
        state: Known[str] | Unknown = transform(info, _state, "status of the proposal")
        if isinstance(info, Known) and info.value[0] == _INVALID:
            state = Unknown(reason=Reason.REVERTED, detail="the party knows no such proposal", evidence=info.evidence)
        return _Timed(
            state=state,
            for_votes=votes,
            against_votes=none,
            abstain_votes=none,
            eta=combine({"row": info, "values": values}, _eta, "passedTime and executionDelay"),
            quorum=transform(values, lambda row: -(-row[2] * row[3] // 10_000), "passThresholdBps of all power"),
            now=answers[NOW],
        )

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        """What passed and was not executed by its own last moment can not be executed any more."""
        last = next((one for log in account.events(PROPOSED) if (one := _last(log)) and one[0] == proposal_id), None)
        if last is None or not isinstance(state, _Timed) or not isinstance(state.now, Known):
            return state
        if isinstance(state.state, Known) and state.state.value == "Succeeded" and last[1] < state.now.value:
            expired = Known(value="Expired", evidence=state.state.evidence, derivation="past its maxExecutableTime")
            return replace(state, state=expired)
        return state


def _state(row: Sequence[int]) -> str:
    if row[0] == _DEFEATED and row[5] == _VETO:
        return "Canceled"
    return _PLAIN.get(row[0], f"state {row[0]}")


def _eta(row: Sequence[int], values: Sequence[int]) -> int:
    return int(row[2]) + int(values[1]) if row[2] else 0


def _last(log: LogEvidence) -> tuple[int, int] | None:
    """Return the id that an event tells, and the last moment at which it may be executed."""
    try:
        number, _, (last, _, _) = decode(_EVENT, log.data)
    except DecodeError:
        return None
    return int(number), int(last)


def _calls(data: str, party: str, engine: str | None) -> tuple[RawAction, ...]:
    """Return the calls of a proposal, by its kind: the first four bytes. Raises DecodeError.

    Of every other kind the engine makes what it likes: that is one call to it, with data that nobody can decode.
    """
    if int(data[2:10] or "0", 16) != _ARBITRARY:
        return (RawAction(engine or party, 0, "", data, delegate=True if engine else None),)
    (rows,) = decode(_CALLS, "0x" + data[10:])
    return tuple(
        RawAction(str(target).lower(), int(value), "", str(call), delegate=False) for target, value, call, _ in rows
    )


def _people(account: Account) -> dict[str, None]:
    """Return everyone whom cards or events name: owners, proposers, voters, delegates, hosts."""
    count = account.ask("tokenCount()")
    cards = range(1, min(count.value, _MAX_CARDS) + 1) if isinstance(count, Known) else ()
    found = [nonzero(account.address_of(f"owner of card {card}")) for card in cards]
    for log in (*account.events(PROPOSED), *account.events(ACCEPTED)):
        found.append("0x" + log.data[90:130] if len(log.data) >= 130 else None)
    for log in account.events(VETOED):
        found.append("0x" + log.data[26:66] if len(log.data) == 66 else None)
    for log in account.events(HOST_MOVED):
        found += ["0x" + log.data[26:66], "0x" + log.data[90:130]] if len(log.data) == 130 else []
    for log in account.events(DELEGATED):
        found += ["0x" + word[-40:] for word in log.topics[1:]]
    people = dict.fromkeys(one for one in found if one)
    people.pop(ZERO_ADDRESS, None)
    return people


def _hosts(account: Account) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for person in _people(account):
        answer = account.ask(_of(person, "host"))
        if isinstance(answer, Known) and answer.value:
            yield person, answer.evidence


def _wallet(account: Account) -> Known[str] | Unknown:
    """Return PartyDAO's wallet, from whichever contract that the code names answers as Globals does."""
    for key in account.calls:
        if key.startswith("wallet of "):
            answer = account.address_of(key)
            if nonzero(answer):
                return answer
    detail = "who acts in an emergency: PartyDAO's wallet was not found from the party's code"
    return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=account.code.evidence)
