"""The Delay modifier: orders of its modules wait in a queue."""

from __future__ import annotations

from scanner.discovery.account import Account
from scanner.discovery.executors.interface import Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both
from scanner.model.observation import Known, Reason, Unknown


class DelayModifier(ZodiacModule):
    """The Delay modifier: what its modules order waits for the cooldown; then anyone has it done, in turn.

    Its owner takes orders out of the queue (`setTxNonce`), and lifts the cooldown at once.
    """

    name = "zodiac-delay"
    delays = True
    marks = ("txCooldown()", "txExpiration()", "queueNonce()", "skipExpired()")
    asked = (("txCooldown()", "uint256"), ("txExpiration()", "uint256"))

    def recognise(self, account: Account, code: str) -> bool:
        return super().recognise(account, code) and account.answers("txCooldown()")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("txCooldown()")

    def grace(self, account: Account) -> Known[int] | Unknown:
        answer = account.ask("txExpiration()")
        if isinstance(answer, Known) and not answer.value:
            detail = "txExpiration() is 0: what waits does not expire"
            return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=answer.evidence)
        return answer

    def callers(self, account: Account) -> Callers:
        return both(self.modules(account, "module"), self.owner(account))

    def proposers(self, account: Account) -> Callers:
        return self.modules(account, "module")

    def executors(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    def cancellers(self, account: Account) -> Callers:
        return self.owner(account)

    def admins(self, account: Account) -> Callers:
        return self.owner(account)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(
            value=True, evidence=account.code.evidence, derivation="executeNextTx has no condition on who calls"
        )
