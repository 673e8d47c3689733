"""Compound's GovernorAlpha and GovernorBravo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.account import Account, nonzero, transform
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.families.interface import Beside, GovernorFamily, ProposalState, StateCall, state_name
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS

_CAST_VOTE_ALPHA = selector("castVote(uint256,bool)")
_CAST_VOTE_BRAVO = selector("castVote(uint256,uint8)")
_PROPOSE = selector("propose(address[],uint256[],string[],bytes[],string)")
_STRUCT_BRAVO = ("uint256", "address", *["uint256"] * 6)
_STRUCT_ALPHA = ("uint256", "address", *["uint256"] * 5)


class _Compound(GovernorFamily):
    """What both have in common."""

    struct: tuple[str, ...]
    plain = True

    def _shape(self, account: Account, code: str) -> bool:
        """By its getters and its way to propose: others took the getters' names over for governors of their own."""
        getters = ("quorumVotes()", "proposalThreshold()", "votingDelay()", "votingPeriod()", "proposalCount()")
        told = account.answers(*getters) and not account.answers("COUNTING_MODE()")
        return told and has_selector(code, _PROPOSE)

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("comp()", "uni()", "token()", "nouns()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("timelock()")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return account.ask("quorumVotes()")

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "state(uint256)", (proposal_id,), ("uint8",)),
            StateCall("struct", "proposals(uint256)", (proposal_id,), self.struct),
            StateCall("quorum", "quorumVotes()", (), ("uint256",)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        struct = answers["struct"]
        no_abstain = transform(struct, lambda _: 0, "GovernorAlpha counts no abstentions")
        return ProposalState(
            state=transform(answers["state"], state_name, "GovernorAlpha.ProposalState"),
            for_votes=transform(struct, lambda row: row[5], "proposals().forVotes"),
            against_votes=transform(struct, lambda row: row[6], "proposals().againstVotes"),
            abstain_votes=(
                transform(struct, lambda row: row[7], "proposals().abstainVotes")
                if len(self.struct) > 7
                else no_abstain
            ),
            eta=transform(struct, lambda row: row[2], "proposals().eta"),
            quorum=answers["quorum"],
        )


def of_the_whitelist(account: Account) -> Iterator[Beside]:
    """Yield what the whitelist guardian may do; what it cancels is no veto over what others propose."""
    keeper = account.address_of("whitelistGuardian()")
    if found := nonzero(keeper):
        yield Beside(
            found, Capability.PROPOSE, "whitelist guardian: lists who may propose without votes", keeper.evidence
        )
        words = "whitelist guardian: cancels proposals of listed accounts that have fallen below the threshold"
        yield Beside(found, Capability.LIMITED, words, keeper.evidence, where=account.address)


class GovernorAlpha(_Compound):
    """GovernorAlpha: votes are for or against, a guardian may cancel."""

    name = "governor-alpha"
    struct = _STRUCT_ALPHA

    def recognise(self, account: Account, code: str) -> bool:
        return self._shape(account, code) and has_selector(code, _CAST_VOTE_ALPHA)

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "guardian()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        guardian = self.guardian(account)
        return transform(guardian, lambda _: ZERO_ADDRESS, "GovernorAlpha has no admin; its parameters are constants")


class GovernorBravo(_Compound):
    """GovernorBravo behind its delegator: an admin sets parameters, a guardian lists who proposes without votes.

    What it cancels is of those whom it listed, once they have fallen below the threshold, and nothing else.
    """

    name = "governor-bravo"
    struct = _STRUCT_BRAVO

    def recognise(self, account: Account, code: str) -> bool:
        return self._shape(account, code) and has_selector(code, _CAST_VOTE_BRAVO)

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "proposalGuardian()", "vetoer()")

    def besides(self, account: Account) -> Iterable[Beside]:
        yield from of_the_whitelist(account)

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "admin()")
