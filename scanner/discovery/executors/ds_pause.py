"""DSPause: plans wait here, and its proxy delegatecalls them (dapphub/ds-pause, DSPause 1.0)."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.chain.abi import selector
from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import has_selector
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


def noted(signature: str) -> str:
    """Return the first topic of the note that DSNote takes of a call: the selector, for the event is anonymous."""
    return selector(signature) + "00" * 28


PLAN = "(address,bytes32,bytes,uint256)"
PLOT, DROP, EXEC = (noted(f"{name}{PLAN}") for name in ("plot", "drop", "exec"))
_MARKS = tuple(selector(f"{name}{PLAN}") for name in ("plot", "drop", "exec"))


class DsPause(ExecutorFamily):
    """Recognised by the three things that can be done with a plan. Owner and authority plot and drop; anyone executes.

    Only a plan sets owner, authority or delay: whoever may plot may also change who may, after the same time.
    """

    name = "ds-pause"
    shared_right = True
    cancels_at_once = True
    keeps_assets = False
    topics = (PLOT, DROP, EXEC)

    def recognise(self, account: Account, code: str) -> bool:
        return all(has_selector(code, one) for one in _MARKS) and account.answers("delay()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if self.recognise(account, code):
            yield Getter(account.address, "proxy()", ("address",))

    def links(self, account: Account) -> Iterable[Link]:
        if found := nonzero(account.address_of("proxy()")):
            yield Link(found, f"proxy() of {account.address}")

    def delay(self, account: Account) -> Known[int] | Unknown:
        return account.ask("delay()")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="plans do not expire in DSPause")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("owner()")

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        derivation = "owner and authority change by a plan only"
        return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation=derivation)

    def callers(self, account: Account) -> Callers:
        items: list[Caller] = []
        evidence: tuple[Evidence, ...] = ()
        for getter, words in (("owner()", "owner"), ("authority()", "authority")):
            answer = account.address_of(getter)
            if isinstance(answer, Unknown):
                return Callers(tuple(items), complete=False, reason=f"its {words} could not be read: {answer.detail}")
            evidence += answer.evidence
            if found := nonzero(answer):
                items.append(Caller(found, words, answer.evidence))
        return Callers(tuple(items), reason="" if items else "it has neither owner nor authority", evidence=evidence)

    proposers = cancellers = admins = callers

    def executors(self, account: Account) -> Callers:
        evidence = account.code.evidence
        return Callers((Caller(ZERO_ADDRESS, "anyone, once the time has come", evidence),), evidence=evidence)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=True, evidence=account.code.evidence, derivation="exec has no guard but the time")
