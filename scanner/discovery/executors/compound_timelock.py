"""Compound's Timelock: one admin queues, executes and cancels."""

from __future__ import annotations

from scanner.discovery.account import Account, nonzero
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.model.observation import Known, Unknown


class CompoundTimelock(ExecutorFamily):
    """Recognised by `delay()`, `GRACE_PERIOD()` and `admin()`."""

    name = "compound-timelock"
    shared_right = True

    def recognise(self, account: Account, code: str) -> bool:
        return account.answers("delay()", "GRACE_PERIOD()", "admin()")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("delay()")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return account.ask("GRACE_PERIOD()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("admin()")

    def callers(self, account: Account) -> Callers:
        admin = self.admin(account)
        if isinstance(admin, Unknown):
            return Callers(complete=False, reason="no admin was read", evidence=admin.evidence)
        owner = nonzero(admin)
        items = (Caller(owner, "admin", admin.evidence),) if owner else ()
        return Callers(items, reason="" if items else "it has no admin", evidence=admin.evidence)

    proposers = executors = cancellers = admins = callers

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=False, evidence=account.code.evidence, derivation="only the admin executes")
