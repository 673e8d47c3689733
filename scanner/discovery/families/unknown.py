"""A governor of no known family: still analysed by what it answers, and called unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.account import Account, transform
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.families.interface import GovernorFamily, ProposalState, StateCall, state_name
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_PROPOSE = tuple(
    selector(signature)
    for signature in (
        "propose(address[],uint256[],bytes[],string)",
        "propose(address[],uint256[],string[],bytes[],string)",
    )
)
_VOTE_NAMES = ("castVote", "vote", "castVoteWithReason", "voteWithProof", "submitVote")

QUEUE_SELECTORS = tuple(
    selector(signature)
    for signature in (
        "queue(uint256)",
        "queue(address[],uint256[],bytes[],bytes32)",
        "timelock()",
        "delay()",
        "executionDelay()",
        "timelockDelay()",
        "getMinDelay()",
        "eta(uint256)",
        "proposalEta(uint256)",
    )
)
"""A governor that dispatches none of these has no step between a passed vote and its execution."""


class UnknownGovernor(GovernorFamily):
    """Something that takes proposals and votes."""

    name = "unknown"

    def recognise(self, account: Account, code: str) -> bool:
        if any(has_selector(code, one) for one in _PROPOSE):
            return True
        names = {signature.partition("(")[0] for signature, _ in account.abi_functions()}
        return any(name.startswith("propose") for name in names) and any(
            name in names or any(found.startswith(("castVote", "vote")) for found in names) for name in _VOTE_NAMES
        )

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("token()", "comp()", "uni()", "nouns()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        answer = account.address_of("timelock()", "executor()")
        if isinstance(answer, Known):
            return answer
        code = account.code
        if isinstance(code, Known) and not any(has_selector(code.value, one) for one in QUEUE_SELECTORS):
            return Known(
                value=ZERO_ADDRESS,
                evidence=code.evidence,
                derivation="no function that queues, delays or names a timelock among its selectors",
            )
        return answer

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "guardian()", "vetoer()", "proposalGuardian()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()", "admin()")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        for key in ("quorumVotes()", "quorum@time" if clock_mode == "timestamp" else "quorum@block"):
            answer = account.ask(key)
            if isinstance(answer, Known):
                return answer
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="the governor is of no known family and answers no quorum")

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "state(uint256)", (proposal_id,), ("uint8",)),
            StateCall("votes", "proposalVotes(uint256)", (proposal_id,), ("uint256", "uint256", "uint256")),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        unsupported = Unknown(reason=Reason.NOT_SUPPORTED, detail="the governor is of no known family")
        votes = answers["votes"]
        return ProposalState(
            state=transform(answers["state"], state_name, "read as IGovernor.ProposalState"),
            against_votes=transform(votes, lambda row: row[0], "proposalVotes: against"),
            for_votes=transform(votes, lambda row: row[1], "proposalVotes: for"),
            abstain_votes=transform(votes, lambda row: row[2], "proposalVotes: abstain"),
            eta=unsupported,
            quorum=unsupported,
        )
