"""OpenZeppelin's TimelockController: roles propose, execute, cancel and administer."""

from __future__ import annotations

from scanner.discovery.account import Account, transform
from scanner.discovery.battery import (
    CANCELLER_ROLE,
    DEFAULT_ADMIN_ROLE,
    EXECUTOR_ROLE,
    PROPOSER_ROLE,
    TIMELOCK_ADMIN_ROLE,
)
from scanner.discovery.control.roles import read_roles, role_claims, role_name
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


class TimelockController(ExecutorFamily):
    """Recognised by `getMinDelay()`."""

    name = "oz-timelock-controller"

    def recognise(self, account: Account, code: str) -> bool:
        return account.answers("getMinDelay()")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("getMinDelay()")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="TimelockController operations do not expire")

    def admin(self, account: Account) -> Known[str] | Unknown:
        derivation = "roles govern; there is no single admin"
        return Known(value=ZERO_ADDRESS, evidence=read_roles(account).evidence, derivation=derivation)

    def callers(self, account: Account) -> Callers:
        return _holders(account, PROPOSER_ROLE, DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE)

    def proposers(self, account: Account) -> Callers:
        return _holders(account, PROPOSER_ROLE)

    def executors(self, account: Account) -> Callers:
        return _holders(account, EXECUTOR_ROLE)

    def cancellers(self, account: Account) -> Callers:
        return _holders(account, CANCELLER_ROLE)

    def admins(self, account: Account) -> Callers:
        return _holders(account, DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return transform(account.ask("openExecutor"), bool, "hasRole(EXECUTOR_ROLE, address(0))")


def _holders(account: Account, *roles: str) -> Callers:
    """Return the holders of these roles, the timelock itself left out."""
    book = read_roles(account)
    items = tuple(
        Caller(member.address, role_name(member.role), member.evidence)
        for member in book.holders(*roles)
        if member.address != account.address
    )
    reason = book.reason or ("" if role_claims(account) else _NO_ROLES)
    return Callers(items, complete=book.complete and not reason, reason=reason, evidence=book.evidence)


_NO_ROLES = "its logs tell of no role at all, though a TimelockController gives some when it is made"
