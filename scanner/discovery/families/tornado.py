"""Tornado Cash's governance and what took over its shape: tokens are locked to vote, and a passed proposal is a
contract whose `executeProposal()` the governor runs by delegatecall (tornadocash/tornado-governance, contracts/v1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import has_selector, nobody
from scanner.discovery.families.interface import GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown

CREATED = topic("ProposalCreated(uint256,address,address,uint256,uint256,string)")
VOTED = topic("Voted(uint256,address,bool,uint256)")

_RUNS = "executeProposal()"
_MARKS = tuple(
    selector(signature)
    for signature in (
        "propose(address,string)",
        "castVote(uint256,bool)",
        "execute(uint256)",
        "lockedBalance(address)",
        "EXECUTION_DELAY()",
        "QUORUM_VOTES()",
    )
)
_NUMBERS = (
    "EXECUTION_DELAY()",
    "EXECUTION_EXPIRATION()",
    "QUORUM_VOTES()",
    "PROPOSAL_THRESHOLD()",
    "VOTING_DELAY()",
    "VOTING_PERIOD()",
    "CLOSING_PERIOD()",
    "VOTE_EXTEND_TIME()",
)
_PARTS = ("torn()", "userVault()")
_STRUCT = ("address", "address", "uint256", "uint256", "uint256", "uint256", "bool", "bool")
"""Proposal: proposer, target, start, end, for, against, executed, extended."""

_STATES = ("Pending", "Active", "Defeated", "Queued", "Queued", "Executed", "Expired")
"""Its own words are Pending, Active, Defeated, Timelocked, AwaitingExecution, Executed, Expired."""


class Tornado(GovernorFamily):
    """A governor that runs a proposal contract as itself; no timelock, its own delay."""

    name = "tornado"
    topics = (CREATED, VOTED)

    def recognise(self, account: Account, code: str) -> bool:
        return all(has_selector(code, one) for one in _MARKS)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not self.recognise(account, code):
            return
        for getter in _NUMBERS:
            yield Getter(account.address, getter, ("uint256",))
        for getter in _PARTS:
            if has_selector(code, selector(getter)):
                yield Getter(account.address, getter, ("address",))
        for log in account.events(CREATED):
            if len(log.topics) > 1:
                number = int(log.topics[1], 16)
                yield Getter(account.address, "proposals(uint256)", _STRUCT, (number,), _held(number))

    def links(self, account: Account) -> Iterable[Link]:
        for getter in _PARTS:
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("torn()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "the governor holds a passed proposal back itself (EXECUTION_DELAY)")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "this family of governors has no guardian")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "its parameters are set by itself only (onlySelf)")

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="this family counts block times")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("VOTING_DELAY()")

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return account.ask("VOTING_PERIOD()")

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        how = "VOTE_EXTEND_TIME: once, when the outcome turns within CLOSING_PERIOD"
        return transform(account.ask("VOTE_EXTEND_TIME()"), int, how)

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return account.ask("PROPOSAL_THRESHOLD()")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return account.ask("QUORUM_VOTES()")

    def voting_power(self, account: Account) -> Known[dict[str, int]] | Unknown | None:
        detail = "only tokens locked in the governor vote, and no event tells who locked how many"
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=account.code.evidence)

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        return transform(account.ask("EXECUTION_DELAY()"), int, "EXECUTION_DELAY of the governor itself")

    def proposals(self, account: Account) -> Told:
        return read_each(account.events(CREATED), lambda log: _read(account, log))

    def votes(self, account: Account) -> Iterable[Vote]:
        """Yield the last vote of each voter on each proposal: a later one takes the place of an earlier one."""
        last: dict[tuple[int, str], Vote] = {}
        for log in account.events(VOTED):
            if len(log.topics) == 4 and len(log.data) == 66:
                number, voter = int(log.topics[1], 16), "0x" + log.topics[2][-40:]
                last.pop((number, voter), None)
                last[number, voter] = Vote(number, voter, int(log.topics[3], 16) & 1, int(log.data, 16), log)
        return last.values()

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "state(uint256)", (proposal_id,), ("uint8",)),
            StateCall("struct", "proposals(uint256)", (proposal_id,), _STRUCT),
            StateCall("quorum", "QUORUM_VOTES()", (), ("uint256",)),
            StateCall("delay", "EXECUTION_DELAY()", (), ("uint256",)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        struct = answers["struct"]
        state = transform(answers["state"], _state, "Governance.ProposalState")
        return ProposalState(
            state=state,
            for_votes=transform(struct, lambda row: row[4], "proposals().forVotes"),
            against_votes=transform(struct, lambda row: row[5], "proposals().againstVotes"),
            abstain_votes=transform(struct, lambda _: 0, "this governor counts no abstentions"),
            eta=combine(
                {"state": state, "struct": struct, "delay": answers["delay"]},
                lambda state, struct, delay: struct[3] + delay if state in ("Queued", "Executed", "Expired") else 0,
                "end of the vote and EXECUTION_DELAY",
            ),
            quorum=answers["quorum"],
        )


def _held(number: int) -> str:
    return f"proposals({number})"


def _state(value: int) -> str:
    return _STATES[value] if value < len(_STATES) else f"state {value}"


def _read(account: Account, log: LogEvidence) -> RawProposal:
    """Read a proposal off its event; what runs, and until when is voted, off the governor's state where that is known.

    Raises DecodeError and ValueError.
    """
    if len(log.topics) != 3:
        raise DecodeError("id and proposer are not indexed")
    number, proposer = int(log.topics[1], 16), "0x" + log.topics[2][-40:]
    target, start, end, text = decode(("address", "uint256", "uint256", "string"), log.data)
    held = account.ask(_held(number))
    if isinstance(held, Known):
        target, end = held.value[1], held.value[3]
    action = RawAction(str(target).lower(), 0, _RUNS, selector(_RUNS), delegate=True)
    return RawProposal(
        log.address,
        number,
        proposer,
        (action,),
        int(start),
        int(end),
        str(text),
        log,
        held=held.evidence if isinstance(held, Known) else (),
    )
