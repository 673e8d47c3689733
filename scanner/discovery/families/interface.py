"""What discovery needs to know about a family of governors: one file per family behind this interface.

A family says how it is recognised and what its parts are called. Where it says nothing, the words of IGovernor
(OpenZeppelin) and Compound's governors hold: `votingDelay()`, ProposalCreated, VoteCast and so on. A family whose
answers need more than the battery of getters asks its own `questions` while the crawl goes on, also one per proposal.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.code.analyses.proposing import NEEDS_NO_VOTES
from scanner.discovery.account import Account, nonzero
from scanner.discovery.clock import clock_mode, in_seconds
from scanner.discovery.families.told import Told, Vote, cast_votes, created_proposals, executed_proposals
from scanner.discovery.world import Getter, Link, World
from scanner.model.authenticators import Authenticator
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.kinds import ActorKind, Capability, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.oracle_question import OracleQuestion
from scanner.model.values import ZERO_ADDRESS

NOW = "now"

_MAKES = re.compile(r"(propose|submit|create|new|make|add|start)", re.IGNORECASE)

UNKNOWN = "unknown"
"""The family of what no other family recognises."""


@dataclass(frozen=True)
class ProposalState:
    """What a governor's own state says of one proposal; votes in the token's smallest unit, times in its clock."""

    state: Known[str] | Unknown
    for_votes: Known[int] | Unknown
    against_votes: Known[int] | Unknown
    abstain_votes: Known[int] | Unknown
    eta: Known[int] | Unknown
    quorum: Known[int] | Unknown
    all_votes: Known[int] | Unknown | None = None
    """All votes that there were when it was voted on, where the state tells or cannot; None: those that there are."""

    asked: tuple[OracleQuestion, ...] = ()
    """What an oracle is asked before it is executed, where that decides."""


@dataclass(frozen=True)
class StateCall:
    """One call that tells something of a proposal."""

    key: str
    signature: str
    arguments: tuple[Any, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """Someone who may do something without the vote. With EXECUTE they make the governor itself act."""

    address: str
    capability: Capability
    words: str
    evidence: tuple[Evidence, ...]
    where: str = ""
    """The contract that they do it to, where that is not the governor itself."""


class GovernorFamily(ABC):
    """A family of governors, recognised by what a contract answers, never by its name."""

    name: str

    topics: tuple[str, ...] = ()
    """First topics of its events, beyond those of IGovernor and Compound."""

    vote: ActorKind | None = None
    """What carries the vote, where the family as such decides that; else the token is looked at."""

    plain: bool = False
    """Whether its own functions obey the vote, guardian and admin alone: what else its code guards, others added."""

    commits: frozenset[str] = frozenset()
    """Functions, open to anyone, that replace the governor's own code when a vote has passed."""

    @abstractmethod
    def recognise(self, account: Account, code: str) -> bool:
        """Whether `account` (with `code`, its own and its implementation's, in hex) is of this family."""

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        """Yield what is asked beyond the battery. Called for every account, whenever more of it is known.

        So a family that is not sure yet looks at the selectors in `code` first, and may ask for what earlier answers
        and logs name; the same question is put once only.
        """
        return ()

    def links(self, account: Account) -> Iterable[Link]:
        """Yield further addresses that belong to the DAO. Those of well-known getters are followed anyway."""
        return ()

    @abstractmethod
    def token(self, account: Account) -> Known[str] | Unknown:
        """The contract that carries voting power."""

    @abstractmethod
    def timelock(self, account: Account) -> Known[str] | Unknown:
        """The timelock; a known zero address where the family works without one."""

    def executor(self, account: Account) -> str:
        """The account that makes the calls: the timelock, or the governor itself."""
        return nonzero(self.timelock(account)) or account.address

    def tells_all(self, account: Account) -> bool:
        """Whether there is no proposal where no log tells of one."""
        return True

    @abstractmethod
    def guardian(self, account: Account) -> Known[str] | Unknown:
        """Guardian or vetoer; a known zero address for none."""

    def guardian_until(self, account: Account) -> Known[int] | Unknown:
        """When the guardian's right ends, in seconds since 1970; 0 where it has no end, or nobody has it."""
        return Known(value=0, evidence=account.code.evidence, derivation="this family gives that right no end")

    @abstractmethod
    def admin(self, account: Account) -> Known[str] | Unknown:
        """Who may set parameters besides the vote; a known zero address for nobody."""

    def besides(self, account: Account) -> Iterable[Beside]:
        """Yield who else may act, beyond guardian and admin: anyone, where no count of votes is looked at."""
        return blind(account) if self.plain else ()

    def authenticators(self, account: Account) -> Collection[Authenticator]:
        """Return the contracts that it believes about who votes; complete and empty where voters call it themselves."""
        return Collection[Authenticator](items=(), complete=True)

    def authentication(self, account: Account) -> Known[str] | Unknown:
        """What the weakest of those contracts checks (AUTHENTICATION)."""
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="its voters call it themselves")

    @abstractmethod
    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        """Votes needed for a proposal made now, in the token's smallest unit."""

    def clock(self, account: Account) -> Known[str] | Unknown:
        """`blocknumber` or `timestamp`."""
        return clock_mode(account)

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        """From proposal to vote, in the governor's clock."""
        return account.ask("votingDelay()")

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        """How long a vote is open, in the governor's clock."""
        return account.ask("votingPeriod()")

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        """How long a vote stays open after a late quorum, in the governor's clock; 0 where nothing prolongs it."""
        extension = account.ask("lateQuorumVoteExtension()")
        if isinstance(extension, Unknown) and extension.reason is Reason.REVERTED:
            return Known(value=0, evidence=extension.evidence, derivation="no lateQuorumVoteExtension()")
        return extension

    def decides_early(self, account: Account) -> Known[bool] | Unknown:
        """Whether a vote that cannot be lost any more takes effect before its time is over."""
        words = "this family waits for the end of a vote"
        return Known(value=False, evidence=account.code.evidence, derivation=words)

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        """Votes needed to propose, in the token's smallest unit."""
        return account.ask("proposalThreshold()")

    def total_votes(self, account: Account) -> Known[int] | Unknown | None:
        """All votes that there are, where no token's total supply says so; None where it does."""
        return None

    def keeps(self, account: Account, token: str) -> Known[int] | Unknown | None:
        """How much of a token it holds is the DAO's, where its books say that members may take the rest; else None."""
        return None

    def voting_power(self, account: Account) -> Known[dict[str, int]] | Unknown | None:
        """Votes that each account can cast now, where the token's logs do not tell; None where they do.

        Tokens that have to be locked or bonded to vote are such: who holds them has no votes.
        """
        return None

    def carried_by(self, account: Account) -> ActorKind | None:
        """What carries the vote, where the family or the code decides that; None: the token is looked at."""
        return self.vote

    def doubt(self, account: Account) -> str:
        """Why the vote as it stands in the code may be no vote of the members, in words; empty for no reason."""
        return ""

    def signers(self, account: Account) -> Known[int] | Unknown | None:
        """Keys that it takes, where a list of signers decides and no vote; None where a vote does."""
        return None

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        """Seconds between a passed vote and its execution that the governor itself imposes; None: ask the timelock."""
        return None

    def counted_on(self, account: Account) -> str:
        """The other chain on which votes are counted, in words; empty where they are counted here."""
        return ""

    def execution_wait(self, account: Account) -> Known[int] | Unknown | None:
        """The same in the governor's own clock, where that is how it counts."""
        return None

    def proposals(self, account: Account) -> Told:
        """Every proposal in chain order."""
        return created_proposals(account)

    def votes(self, account: Account) -> Iterable[Vote]:
        """Every vote in chain order."""
        return cast_votes(account)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        """Return proposal id -> the log of its execution."""
        return executed_proposals(account)

    @abstractmethod
    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        """The calls that tell a proposal's state."""

    @abstractmethod
    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        """Read the answers to `state_calls`, by key; under NOW stands the time of the pinned block, in seconds."""

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        """Return a state with what was asked in the crawl already, where the governor itself does not tell all."""
        return state


def blind(account: Account) -> Iterator[Beside]:
    """Yield that anyone makes a governor act, whose code executes what anyone proposes whatever the votes are."""
    facts = account.facts
    if facts is None or not isinstance(facts.execution_by_count, Known) or facts.execution_by_count.value:
        return
    free = [one.signature for one in facts.functions.items if one.guard in (Guard.NONE, Guard.PAYMENT)]
    power = facts.proposal_power_time
    needs_nothing = isinstance(power, Unknown) and power.detail == NEEDS_NO_VOTES
    if needs_nothing and any(_MAKES.match(one) for one in free):
        words = "what anyone proposes is executed whatever the votes are"
        yield Beside(ZERO_ADDRESS, Capability.EXECUTE, words, facts.execution_by_count.evidence)


def own_delay(world: World, family: GovernorFamily, account: Account) -> Known[int] | Unknown | None:
    """Return the seconds that the governor itself lets pass between a passed vote and its execution; None for none."""
    wait = family.execution_wait(account)
    if wait is not None:
        return in_seconds(world, account, family.clock(account), wait)
    return family.execution_delay(account)


OZ_STATES = ("Pending", "Active", "Canceled", "Defeated", "Succeeded", "Queued", "Expired", "Executed")
"""The order of IGovernor.ProposalState, which OpenZeppelin took from Compound."""


def state_name(value: int) -> str:
    """Return the state's name; a number that the standard does not know is shown as such."""
    return OZ_STATES[value] if 0 <= value < len(OZ_STATES) else f"state {value}"
