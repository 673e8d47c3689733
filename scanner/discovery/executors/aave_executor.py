"""Aave's ExecutorWithTimelock (governance version 2): one admin, the governance, queues and executes."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.chain.abi import selector
from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import has_selector
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Unknown

EXECUTE = "executeTransaction(address,uint256,string,bytes,uint256,bool)"
_MARKS = (selector(EXECUTE), selector("getDelay()"), selector("getAdmin()"))
_ASKED = (("getDelay()", "uint256"), ("getAdmin()", "address"), ("getPendingAdmin()", "address"))


class AaveExecutor(ExecutorFamily):
    """Recognised by `executeTransaction` with a flag for delegatecalls, `getDelay()` and `getAdmin()`."""

    name = "aave-executor"
    shared_right = True

    def recognise(self, account: Account, code: str) -> bool:
        return _looks_like(code) and account.answers("getDelay()", "getAdmin()", "GRACE_PERIOD()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if _looks_like(code):
            yield from (Getter(account.address, signature, (kind,)) for signature, kind in _ASKED)

    def delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("getDelay()")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return account.ask("GRACE_PERIOD()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("getAdmin()")

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("getPendingAdmin()")

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


def _looks_like(code: str) -> bool:
    return all(has_selector(code, mark) for mark in _MARKS)
