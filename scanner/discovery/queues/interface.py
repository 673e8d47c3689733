"""What waits in a module, in the shape of proposals: no vote is held on it, and nobody has a say but the module."""

from __future__ import annotations

from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import nobody
from scanner.discovery.executors.interface import ExecutorFamily
from scanner.discovery.families.interface import GovernorFamily
from scanner.model.observation import Known, Reason, Unknown

NO_VOTE = Unknown(reason=Reason.NOT_SUPPORTED, detail="an order that waits in a module: no vote is held on it")


class Queue(GovernorFamily):
    """A kind of module whose orders wait; `kind` is what it is as somebody who acts for others.

    It is no governor of the DAO: only what waits in it is looked at as proposals are.
    """

    kind: ExecutorFamily

    def recognise(self, account: Account, code: str) -> bool:
        return self.kind.recognise(account, code)

    def token(self, account: Account) -> Known[str] | Unknown:
        return NO_VOTE

    def total_votes(self, account: Account) -> Known[int] | Unknown | None:
        return NO_VOTE

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "orders wait in the module itself")

    def executor(self, account: Account) -> str:
        return nonzero(account.address_of("avatar()")) or account.address

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "the module's owner is told with the module")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("owner()")

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return NO_VOTE

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="the module counts seconds")
