"""The Reality module: an oracle's answers are executed."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.discovery.account import Account, combine, nonzero
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both
from scanner.discovery.oracle_modules import is_oracle_module
from scanner.discovery.world import Link
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS


class OracleModule(ZodiacModule):
    """The Reality module: what an oracle answers is executed, after its timeout and the module's cooldown."""

    name = "zodiac-reality"
    marks = ("questionTimeout()", "questionCooldown()", "minimumBond()", "oracle()")

    def recognise(self, account: Account, code: str) -> bool:
        return is_oracle_module(code) and super().recognise(account, code)

    def delay(self, account: Account) -> Known[int] | Unknown:
        waits = {"timeout": account.ask("questionTimeout()"), "cooldown": account.ask("questionCooldown()")}
        return combine(waits, lambda timeout, cooldown: timeout + cooldown, "questionTimeout + questionCooldown")

    def callers(self, account: Account) -> Callers:
        bond = account.ask("minimumBond()")
        least = f"at least {bond.value} wei" if isinstance(bond, Known) else "not known"
        words = f"whoever's answer stands at the oracle (bond: {least})"
        oracle = account.address_of("oracle()")
        if isinstance(oracle, Unknown):
            return Callers(complete=False, reason=f"its oracle could not be read: {oracle.detail}")
        reason = "anyone may answer for a bond, and be overruled by a higher one or an arbitrator"
        answered = Callers((Caller(ZERO_ADDRESS, words, oracle.evidence, within=reason),), evidence=oracle.evidence)
        return both(answered, self.owner(account))

    def links(self, account: Account) -> Iterable[Link]:
        if oracle := nonzero(account.address_of("oracle()")):
            yield Link(oracle, f"oracle() of {account.address}")
