"""Aave's payloads controller and its executors (governance version 3): a message from the governance queues a payload,
which waits for the delay of its level.

Facts: bgd-labs/aave-governance-v3 (PayloadsController, Executor).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scanner.chain.abi import selector
from scanner.discovery.aave import LEVELS, PAYLOAD_EXECUTED, chain_of, settings
from scanner.discovery.account import Account, combine, nonzero
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Unknown

EXECUTE = "executeTransaction(address,uint256,string,bytes,bool)"
_MARKS = tuple(
    selector(one)
    for one in ("MESSAGE_ORIGINATOR()", "ORIGIN_CHAIN_ID()", "executePayload(uint40)", "getPayloadById(uint40)")
)
_ASKED = (
    ("MESSAGE_ORIGINATOR()", "address"),
    ("CROSS_CHAIN_CONTROLLER()", "address"),
    ("ORIGIN_CHAIN_ID()", "uint256"),
)
_SETTINGS = "getExecutorSettingsByAccessControl(uint8)"


class PayloadsController(ExecutorFamily):
    """Recognised by naming who sends it messages, and by its payloads."""

    name = "aave-payloads-controller"
    keeps_assets = False
    topics: tuple[str, ...] = (PAYLOAD_EXECUTED,)

    def recognise(self, account: Account, code: str) -> bool:
        return _looks_like(code) and account.answers("MESSAGE_ORIGINATOR()", "ORIGIN_CHAIN_ID()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if _looks_like(code):
            yield from (Getter(account.address, signature, (kind,)) for signature, kind in _ASKED)
            for level in LEVELS:
                yield Getter(account.address, _SETTINGS, ("address", "uint40"), (level,), f"level {level}")

    def links(self, account: Account) -> Iterable[Link]:
        for level, config in settings(account).items():
            if isinstance(config, Known):
                yield Link(config.value[0], f"executor of level {level} of {account.address}")

    def delay(self, account: Account) -> Known[int] | Unknown:
        """The shortest of its levels."""
        least: Known[int] | None = None
        for config in settings(account).values():
            if isinstance(config, Unknown):
                return config
            if least is None or config.value[1] < least.value:
                least = Known(value=config.value[1], evidence=config.evidence, derivation="the shortest of its levels")
        return least or Known(value=0, evidence=account.code.evidence, derivation="no level has an executor")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return account.ask("GRACE_PERIOD()")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "pendingOwner()", "pendingAdmin()")

    def callers(self, account: Account) -> Callers:
        """The governance, here or on another chain, and whoever makes the messenger say what it did not."""
        answers = {"who": account.address_of("MESSAGE_ORIGINATOR()"), "chain": account.ask("ORIGIN_CHAIN_ID()")}
        told = combine(answers, lambda who, chain: (who, int(chain)), "")
        messenger = account.address_of("CROSS_CHAIN_CONTROLLER()")
        if isinstance(told, Unknown) or isinstance(messenger, Unknown):
            return Callers(complete=False, reason="who sends it messages could not be read")
        who, chain = told.value
        away = "" if chain == chain_of(account) else f"chain {chain}"
        items = [Caller(who, "message originator", told.evidence, chain=away)]
        if hands := nonzero(messenger):
            items.append(Caller(hands, "messenger between chains", messenger.evidence))
        evidence: tuple[Evidence, ...] = told.evidence + messenger.evidence
        return Callers(tuple(items), evidence=evidence)

    proposers = callers

    def executors(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    def cancellers(self, account: Account) -> Callers:
        guardian = account.address_of("guardian()")
        found = nonzero(guardian)
        return Callers((Caller(found, "guardian", guardian.evidence),) if found else (), evidence=guardian.evidence)

    def admins(self, account: Account) -> Callers:
        owner = self.admin(account)
        found = nonzero(owner)
        return Callers((Caller(found, "owner", owner.evidence),) if found else (), evidence=owner.evidence)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(
            value=True, evidence=account.code.evidence, derivation="executePayload has no condition on who calls"
        )


class LevelExecutor(PayloadsController):
    """An executor of one level: it makes the calls of payloads whose delay is over. Its owner is the controller."""

    name = "aave-level-executor"
    delays = False
    keeps_assets = True
    topics = ()

    def recognise(self, account: Account, code: str) -> bool:
        controller = self._controller(account)
        return (
            has_selector(code, selector(EXECUTE)) and controller is not None and controller.answers("ORIGIN_CHAIN_ID()")
        )

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        return ()

    def links(self, account: Account) -> Iterable[Link]:
        return ()

    def delay(self, account: Account) -> Known[int] | Unknown:
        controller = self._controller(account)
        for config in settings(controller).values() if controller else ():
            if isinstance(config, Unknown):
                return config
            if config.value[0] == account.address:
                return Known(value=config.value[1], evidence=config.evidence, derivation="the delay of its level")
        return Known(value=0, evidence=account.code.evidence, derivation="no level of its owner names it")

    def callers(self, account: Account) -> Callers:
        controller = self._controller(account)
        if controller is None:
            return Callers(complete=False, reason="its owner was not read")
        told = super().callers(controller)
        through = f"at the payloads controller {controller.address[:8]}…{controller.address[-4:]}, the owner"
        items = tuple(replace(one, words=f"{one.words} {through}") for one in told.items)
        return Callers(items, told.complete, told.reason, told.evidence)

    def cancellers(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    admins = cancellers

    def _controller(self, account: Account) -> Account | None:
        owner = nonzero(account.address_of("owner()"))
        return account.met.get(owner) if owner else None


def _looks_like(code: str) -> bool:
    return all(has_selector(code, mark) for mark in _MARKS)
