"""Contracts that act for others: what discovery needs to know of each kind, one file per kind behind this interface.

A timelock holds calls back for a time; others (a DAO contract with permissions, a module) act at once when somebody
with the right to says so. Who that is, and after what delay, is the same question for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from scanner.discovery.account import Account
from scanner.discovery.asking import absent_when_reverted
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Unknown


@dataclass(frozen=True)
class Caller:
    """Someone with a right, and by what: "PROPOSER_ROLE", "admin". The zero address is anyone.

    Where a `condition` is named its code decides, call by call, what the right is good for.
    """

    address: str
    words: str
    evidence: tuple[Evidence, ...]
    condition: str = ""
    delay: Known[int] | Unknown | None = None
    """Seconds until what they order is done, where that is not the executor's delay."""

    within: str = ""
    """Why it is not known how far their right goes, where it does not go all the way."""

    only: frozenset[Capability] = frozenset()
    """What the right is good for, where it is not good for all that the executor can do."""

    chain: str = ""
    """The other chain on which they are, in words: then nothing here tells who they are."""

    @property
    def limits(self) -> str:
        """Why it is not known what the right comes to; empty where it goes all the way."""
        return self.within or (f"as far as {self.condition} lets it" if self.condition else "")


@dataclass(frozen=True)
class Callers:
    """All who have a right; not complete, for `reason`, where there may be more."""

    items: tuple[Caller, ...] = ()
    complete: bool = True
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def all_evidence(self) -> tuple[Evidence, ...]:
        return self.evidence or tuple(item for caller in self.items for item in caller.evidence)


class ExecutorFamily(ABC):
    """A kind of contract that acts for others, recognised by what it answers, never by its name."""

    name: str

    delays: bool = True
    """Whether it holds calls back: then it is a timelock of the snapshot."""

    keeps_assets: bool = True
    """Whether the DAO's assets may lie there; else it only makes others move them."""

    shared_right: bool = False
    """Whether one right lets its holder propose, execute, cancel and administer alike."""

    cancels_at_once: bool = False
    """Whether orders are taken back at once, though all else that the one right is good for waits."""

    sets_rules: bool = False
    """Whether those who make it act set the rules by which it acts."""

    topics: tuple[str, ...] = ()
    """First topics of its events, beyond those that are read anyway."""

    @abstractmethod
    def recognise(self, account: Account, code: str) -> bool:
        """Whether `account` (with `code`, its own and its implementation's, in hex) is of this kind."""

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        """Yield what is asked beyond the battery, as GovernorFamily.questions does."""
        return ()

    def links(self, account: Account) -> Iterable[Link]:
        """Yield further addresses that belong to the DAO; callers are followed anyway."""
        return ()

    def keeps(self, account: Account, token: str) -> Known[int] | Unknown | None:
        """How much of a token (the zero address: of the chain's coin) it keeps for the DAO, in the smallest unit.

        None where all of its balance is the DAO's: only what keeps others' as well has books of its own.
        """
        return None

    @abstractmethod
    def delay(self, account: Account) -> Known[int] | Unknown:
        """Seconds between the order and the act, at least."""

    @abstractmethod
    def grace(self, account: Account) -> Known[int] | Unknown:
        """Seconds after which an order that waits expires."""

    @abstractmethod
    def callers(self, account: Account) -> Callers:
        """Who can make it act, after its delay: proposers, and whoever can make themselves one."""

    def limited(self, account: Account) -> Callers:
        """Who can make it act within limits that are known, in which nothing of value moves; in words, how."""
        return Callers()

    @abstractmethod
    def admin(self, account: Account) -> Known[str] | Unknown:
        """The single administrator; a known zero address where there is none."""

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        """Who may become administrator by a call of their own; a known zero address for nobody."""
        return absent_when_reverted(account, "pendingAdmin()")

    @abstractmethod
    def proposers(self, account: Account) -> Callers:
        """Who gives orders."""

    @abstractmethod
    def executors(self, account: Account) -> Callers:
        """Who carries out an order whose time has come."""

    @abstractmethod
    def cancellers(self, account: Account) -> Callers:
        """Who takes an order back."""

    @abstractmethod
    def admins(self, account: Account) -> Callers:
        """Who hands out these rights."""

    @abstractmethod
    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        """Whether anyone may carry out an order whose time has come."""


class AtOnce(ExecutorFamily):
    """Whoever makes it act also orders and executes: nothing waits, so there is nothing to cancel."""

    def proposers(self, account: Account) -> Callers:
        return self.callers(account)

    def executors(self, account: Account) -> Callers:
        return self.callers(account)

    def cancellers(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)
