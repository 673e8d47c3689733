"""The Bridge module: orders from another chain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.discovery.account import Account, combine, nonzero
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both
from scanner.discovery.world import Link
from scanner.model.observation import Known, Unknown


class BridgeModule(ZodiacModule):
    """The Bridge module: a controller on another chain gives orders through an arbitrary message bridge."""

    name = "zodiac-bridge"
    marks = ("amb()", "controller()", "chainId()", "executeTransaction(address,uint256,bytes,uint8)")
    asked = (("amb()", "address"), ("controller()", "address"), ("chainId()", "bytes32"))

    def recognise(self, account: Account, code: str) -> bool:
        return super().recognise(account, code) and account.answers("amb()", "controller()")

    def links(self, account: Account) -> Iterable[Link]:
        if bridge := nonzero(account.address_of("amb()")):
            yield Link(bridge, f"amb() of {account.address}")

    def callers(self, account: Account) -> Callers:
        controller, bridge = account.address_of("controller()"), account.address_of("amb()")
        answers: dict[str, Known[Any] | Unknown] = {"c": controller, "b": bridge, "n": account.ask("chainId()")}
        where = combine(answers, lambda c, b, n: (c, f"chain {int(n, 16)}", b), "")
        if isinstance(where, Unknown):
            return Callers(complete=False, reason=f"its controller could not be read: {where.detail}")
        who, chain, through = where.value
        words = f"controller on {chain}, through the bridge {through[:8]}…{through[-4:]},"
        there = Callers((Caller(who, words, where.evidence, chain=chain),), evidence=where.evidence)
        return both(there, self.owner(account))
