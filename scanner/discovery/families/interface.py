"""What discovery needs to know about a family of governors: one file per family behind this interface."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scanner.discovery.account import Account
from scanner.model.observation import Known, Unknown


@dataclass(frozen=True)
class ProposalState:
    """What a governor's own state says of one proposal; votes in the token's smallest unit, times in its clock."""

    state: Known[str] | Unknown
    for_votes: Known[int] | Unknown
    against_votes: Known[int] | Unknown
    abstain_votes: Known[int] | Unknown
    eta: Known[int] | Unknown
    quorum: Known[int] | Unknown


@dataclass(frozen=True)
class StateCall:
    """One call that tells something of a proposal."""

    key: str
    signature: str
    arguments: tuple[Any, ...]
    outputs: tuple[str, ...]


class GovernorFamily(ABC):
    """A family of governors, recognised by what a contract answers, never by its name."""

    name: str

    @abstractmethod
    def recognise(self, account: Account, code: str) -> bool:
        """Whether `account` (with `code`, its own or its implementation's, in hex) is of this family."""

    @abstractmethod
    def token(self, account: Account) -> Known[str] | Unknown:
        """The contract that carries voting power."""

    @abstractmethod
    def timelock(self, account: Account) -> Known[str] | Unknown:
        """The timelock; a known zero address where the family works without one."""

    @abstractmethod
    def guardian(self, account: Account) -> Known[str] | Unknown:
        """Guardian or vetoer; a known zero address for none."""

    @abstractmethod
    def admin(self, account: Account) -> Known[str] | Unknown:
        """Who may set parameters besides the vote; a known zero address for nobody."""

    @abstractmethod
    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        """Votes needed for a proposal made now, in the token's smallest unit."""

    @abstractmethod
    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        """The calls that tell a proposal's state."""

    @abstractmethod
    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        """Read the answers to `state_calls`, by key."""


OZ_STATES = ("Pending", "Active", "Canceled", "Defeated", "Succeeded", "Queued", "Expired", "Executed")
"""The order of IGovernor.ProposalState, which OpenZeppelin took from Compound."""


def state_name(value: int) -> str:
    """Return the state's name; a number that the standard does not know is shown as such."""
    return OZ_STATES[value] if 0 <= value < len(OZ_STATES) else f"state {value}"


def has_selector(code: str, selector: str) -> bool:
    """Whether a dispatcher compares with this selector (`PUSH4 selector`)."""
    return f"63{selector[2:]}" in code
