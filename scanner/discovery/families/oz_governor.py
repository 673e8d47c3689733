"""OpenZeppelin Governor 4.x and 5.x (IGovernor; contracts Governor, GovernorSettings, GovernorTimelockControl)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.account import Account, transform
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.families.interface import GovernorFamily, ProposalState, StateCall, state_name
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Reason, Unknown

_NEEDS_QUEUING = selector("proposalNeedsQueuing(uint256)")
_SUPER_QUORUM = "superQuorum(uint256)"
_SUPER_QUORUM_SELECTOR = selector(_SUPER_QUORUM)
_BASE_DELAY = "baseDelaySeconds()"
_BASE_DELAY_SELECTOR = selector(_BASE_DELAY)


class OpenZeppelinGovernor(GovernorFamily):
    """Both major versions; they differ by `proposalNeedsQueuing`, which 5.0 brought."""

    plain = True

    def __init__(self, major: int) -> None:
        self.major = major
        self.name = f"oz-governor-{major}"

    def recognise(self, account: Account, code: str) -> bool:
        if not account.answers("COUNTING_MODE()", "votingDelay()", "votingPeriod()"):
            return False
        return has_selector(code, _NEEDS_QUEUING) == (self.major == 5)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        """Yield the delay that GovernorTimelockAccess has of its own, and how many votes end a vote before its time."""
        for mark, getter in (
            (_BASE_DELAY_SELECTOR, Getter(account.address, _BASE_DELAY, ("uint32",))),
            (_SUPER_QUORUM_SELECTOR, Getter(account.address, _SUPER_QUORUM, ("uint256",), (0,))),
        ):
            if has_selector(code, mark) and self.recognise(account, code):
                yield getter

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        """The least that GovernorTimelockAccess waits; for some calls its AccessManager asks for more."""
        return account.ask(_BASE_DELAY) if _BASE_DELAY in account.calls else None

    def decides_early(self, account: Account) -> Known[bool] | Unknown:
        """Whether GovernorSuperQuorum ends a vote that has enough votes before its time is over."""
        if _SUPER_QUORUM not in account.calls:
            return super().decides_early(account)
        return transform(
            account.ask(_SUPER_QUORUM), lambda _: True, "superQuorum: so many votes end it before its time"
        )

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("token()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "timelock()")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "proposalGuardian()", "vetoer()", "guardian()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()", "admin()")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return account.ask("quorum@time" if clock_mode == "timestamp" else "quorum@block")

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "state(uint256)", (proposal_id,), ("uint8",)),
            StateCall("votes", "proposalVotes(uint256)", (proposal_id,), ("uint256", "uint256", "uint256")),
            StateCall("eta", "proposalEta(uint256)", (proposal_id,), ("uint256",)),
            StateCall("quorum", "quorum(uint256)", (snapshot,), ("uint256",)),
            StateCall("struct", "proposals(uint256)", (proposal_id,), ("uint256", "address", *["uint256"] * 7)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        votes = answers["votes"]
        if isinstance(votes, Unknown) and isinstance(answers["struct"], Known):
            # GovernorCompatibilityBravo counts in Compound's struct: id, proposer, eta, start, end, for, against …
            order = (6, 5, 7)
            votes = transform(answers["struct"], lambda row: tuple(row[i] for i in order), "proposals(uint256)")
        return ProposalState(
            state=transform(answers["state"], state_name, "IGovernor.ProposalState"),
            against_votes=transform(votes, lambda row: row[0], "proposalVotes: against"),
            for_votes=transform(votes, lambda row: row[1], "proposalVotes: for"),
            abstain_votes=transform(votes, lambda row: row[2], "proposalVotes: abstain"),
            eta=_eta(answers["eta"]),
            quorum=answers["quorum"],
        )


def _eta(answer: Known[Any] | Unknown) -> Known[int] | Unknown:
    if isinstance(answer, Unknown) and answer.reason is Reason.REVERTED:
        return Known(value=0, evidence=answer.evidence, derivation="proposalEta is not implemented: nothing is queued")
    return answer
