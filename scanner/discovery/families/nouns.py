"""Nouns' governors since the second version (NounsDAOLogicV2 to V4, nounsDAO/nouns-monorepo): Bravo with a quorum that
rises with the votes against, a vetoer, and since the third proposals that may be changed, objections and forks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.families.interface import OZ_STATES, Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, full_calldata
from scanner.discovery.world import Getter, Link
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Unknown

_MARKS = tuple(
    selector(signature)
    for signature in (
        "quorumVotes(uint256)",
        "minQuorumVotes()",
        "maxQuorumVotes()",
        "nouns()",
        "veto(uint256)",
        "vetoer()",
        "getActions(uint256)",
    )
)
_V3 = "proposalsV3(uint256)"
_OBJECTION = "objectionPeriodDurationInBlocks()"
_UPDATABLE = "proposalUpdatablePeriodInBlocks()"
_PARTS = ("forkEscrow()", "forkDAODeployer()", "timelockV1()", "pendingVetoer()")
_NUMBERS = ("minQuorumVotes()", "maxQuorumVotes()", "forkThreshold()", _OBJECTION, _UPDATABLE)
_ACTIONS = ("address[]", "uint256[]", "string[]", "bytes[]")
_FIRST = ("uint256", "address", *["uint256"] * 8)
"""Id, proposer, threshold, quorum, eta, start, end, for, against, abstain: what both structs begin with."""

_V2_STRUCT = (*_FIRST, "bool", "bool", "bool", "uint256", "uint256")
_V3_STRUCT = (
    f"({','.join((*_V2_STRUCT, 'address[]', 'uint256', 'uint256', 'bool'))})",
    f"({','.join((*_V2_STRUCT, 'uint256', 'address[]', 'uint256', 'uint256', 'bool'))})",
)
"""Of V3, and of V4, which says the time of creation as well."""

_STATES = (*OZ_STATES, "Canceled", "Active", "Pending")
"""Its own last three are Vetoed, ObjectionPeriod and Updatable."""


class Nouns(GovernorFamily):
    """Nouns DAO and what took over its governor."""

    name = "nouns"

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
        for log in account.events(PROPOSAL_CREATED):
            if len(log.data) >= 66:
                number = int(log.data[:66], 16)
                yield Getter(account.address, "getActions(uint256)", _ACTIONS, (number,), _held(number))

    def links(self, account: Account) -> Iterable[Link]:
        for getter in _PARTS:
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("nouns()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("timelock()")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("vetoer()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "admin()")

    def besides(self, account: Account) -> Iterable[Beside]:
        pending = account.address_of("pendingVetoer()")
        if found := nonzero(pending):
            yield Beside(found, Capability.VETO, "pending vetoer: may accept", pending.evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        how = "minQuorumVotes(): it rises with the votes against, up to maxQuorumVotes()"
        return transform(account.ask("minQuorumVotes()"), int, how)

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        """From proposal to vote: the time in which it may be changed comes first."""
        delay, changes = account.ask("votingDelay()"), account.ask(_UPDATABLE)
        if isinstance(changes, Unknown):
            return delay
        how = "proposalUpdatablePeriodInBlocks and votingDelay"
        return combine({"changes": changes, "delay": delay}, lambda changes, delay: changes + delay, how)

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        duration = account.ask(_OBJECTION)
        if isinstance(duration, Known):
            how = "votes against only, after a vote that turns at the last minute"
            return Known(value=int(duration.value), evidence=duration.evidence, derivation=how)
        code = account.code.evidence
        return Known(value=0, evidence=duration.evidence or code, derivation="it has no objection period")

    def proposals(self, account: Account) -> Told:
        """Return what the events tell, with the calls that the state holds: a proposal may have been changed since."""
        told = super().proposals(account)
        return replace(told, proposals=tuple(_with_state(account, one) for one in told.proposals))

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "state(uint256)", (proposal_id,), ("uint8",)),
            StateCall("v4", _V3, (proposal_id,), (_V3_STRUCT[1],)),
            StateCall("v3", _V3, (proposal_id,), (_V3_STRUCT[0],)),
            StateCall("v2", "proposals(uint256)", (proposal_id,), _V2_STRUCT),
            StateCall("quorum", "quorumVotes(uint256)", (proposal_id,), ("uint256",)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        known = (answers[version] for version in ("v4", "v3", "v2"))
        struct = next((one for one in known if isinstance(one, Known)), answers["v3"])
        return ProposalState(
            state=transform(answers["state"], _state, "NounsDAO's ProposalState"),
            for_votes=transform(struct, lambda row: row[7], "forVotes of the proposal"),
            against_votes=transform(struct, lambda row: row[8], "againstVotes of the proposal"),
            abstain_votes=transform(struct, lambda row: row[9], "abstainVotes of the proposal"),
            eta=transform(struct, lambda row: row[4], "eta of the proposal"),
            quorum=answers["quorum"],
        )


def _state(value: int) -> str:
    return _STATES[value] if value < len(_STATES) else f"state {value}"


def _held(number: int) -> str:
    return f"getActions({number})"


def _with_state(account: Account, one: RawProposal) -> RawProposal:
    held = account.ask(_held(one.id))
    if not isinstance(held, Known):
        return one
    actions = tuple(
        RawAction(str(target).lower(), int(value), str(text), full_calldata(str(text), str(data)))
        for target, value, text, data in zip(*held.value, strict=False)
    )
    return replace(one, actions=actions, held=held.evidence)
