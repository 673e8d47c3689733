"""An Aragon OSx DAO: it keeps the money and makes the calls, at the word of whoever holds the permission to execute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.discovery.account import Account
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.discovery.permissions import osx
from scanner.discovery.permissions.claims import Ledger, dispatches
from scanner.discovery.world import Getter, Link
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_EXECUTE = "execute(bytes32,(address,uint256,bytes)[],uint256)"


class OsxDao(ExecutorFamily):
    """Recognised by the functions of PermissionManager beside `execute(bytes32,…)`. Root gives any permission."""

    name = "aragon-osx-dao"
    delays = False
    topics = osx.TOPICS

    def recognise(self, account: Account, code: str) -> bool:
        return osx.is_dao(code) and dispatches(code, _EXECUTE)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if osx.is_dao(code):
            yield from osx.questions(account)
            yield Getter(account.address, "signatureValidator()", ("address",))
        elif dispatches(code, "dao()"):
            yield Getter(account.address, "dao()", ("address",))

    def links(self, account: Account) -> Iterator[Link]:
        for grant in osx.ledger(account).grants:
            for address, what in ((grant.who, grant.words), (grant.where, f"{grant.words} over it")):
                if address not in (account.address, osx.ANY_ADDRESS, ZERO_ADDRESS):
                    yield Link(address, f"{what}, as kept by {account.address}")
            if grant.condition:
                yield Link(grant.condition.rsplit(" ", 1)[-1], f"condition of {grant.words} of {account.address}")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="a DAO contract executes at once")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="nothing is queued")

    def callers(self, account: Account) -> Callers:
        return self._holding(account, osx.EXECUTE, osx.ROOT)

    def admin(self, account: Account) -> Known[str] | Unknown:
        return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation="permissions govern; no admin")

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        return self.admin(account)

    def proposers(self, account: Account) -> Callers:
        return self._holding(account, osx.EXECUTE)

    def executors(self, account: Account) -> Callers:
        return self.proposers(account)

    def cancellers(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    def admins(self, account: Account) -> Callers:
        return self._holding(account, osx.ROOT)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=False, evidence=account.code.evidence, derivation="execute() asks for a permission")

    def _holding(self, account: Account, *permissions: str) -> Callers:
        book: Ledger = osx.ledger(account)
        items = tuple(
            Caller(grant.who, grant.words, grant.evidence, grant.condition)
            for grant in book.grants
            if grant.where == account.address and grant.permission in permissions and grant.who != account.address
        )
        return Callers(items, complete=book.complete, reason=book.reason, evidence=book.evidence)
