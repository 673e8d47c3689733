"""What Zodiac's modules have in common: an owner who sets everything, an avatar, a target."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.chain.abi import selector
from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.battery import SENTINEL
from scanner.discovery.executors.interface import AtOnce, Caller, Callers
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


class ZodiacModule(AtOnce):
    """What the modules have in common: an owner who sets everything, an avatar, a target."""

    delays = False
    keeps_assets = False
    marks: tuple[str, ...]
    asked: tuple[tuple[str, str], ...] = ()

    def recognise(self, account: Account, code: str) -> bool:
        return dispatches(code, self.marks) and account.answers("avatar()", "target()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if dispatches(code, self.marks):
            yield from (Getter(account.address, signature, (kind,)) for signature, kind in self.asked)

    def owner(self, account: Account) -> Callers:
        """Return the owner, whose orders are done at once: they can take every limit off first."""
        named = absent_when_reverted(account, "owner()")
        if isinstance(named, Unknown):
            return Callers(complete=False, reason=f"its owner could not be read: {named.detail}")
        found = nonzero(named)
        at_once = Known(value=0, evidence=named.evidence, derivation="the owner lifts what holds others back")
        items = (Caller(found, "owner", named.evidence, delay=at_once),) if found else ()
        return Callers(items, evidence=named.evidence)

    def modules(self, account: Account, words: str) -> Callers:
        """Return the enabled modules: who may call `execTransactionFromModule`."""
        answer = account.ask("modules")
        if isinstance(answer, Unknown):
            return Callers(complete=False, reason=f"its modules could not be read: {answer.detail}")
        page, following = answer.value
        whole = str(following).lower() in (ZERO_ADDRESS, SENTINEL)
        items = tuple(Caller(str(one).lower(), words, answer.evidence) for one in page if str(one).lower() != SENTINEL)
        return Callers(items, whole, "" if whole else "it has more modules than were read", answer.evidence)

    def delay(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="it passes calls on at once")

    def grace(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail="nothing waits in it")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "owner()")

    def pending_admin(self, account: Account) -> Known[str] | Unknown:
        return absent_when_reverted(account, "pendingOwner()", "pendingAdmin()")

    def admins(self, account: Account) -> Callers:
        """The owner; not so the avatar itself, which nobody gains by making it act once more."""
        owner = self.owner(account)
        avatar = nonzero(account.address_of("avatar()"))
        rest = tuple(one for one in owner.items if one.address != avatar)
        return Callers(rest, owner.complete, owner.reason, owner.evidence)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=False, evidence=account.code.evidence, derivation="whoever orders also executes")


def dispatches(code: str, signatures: Iterable[str]) -> bool:
    """Whether code (0x-hex) has the selectors of all these functions."""
    return all(has_selector(code, selector(one)) for one in signatures)


def both(first: Callers, second: Callers) -> Callers:
    """Return the callers of either list; complete where both are."""
    reason = first.reason or second.reason
    evidence = first.evidence + tuple(item for item in second.evidence if item not in first.evidence)
    return Callers(first.items + second.items, first.complete and second.complete, reason, evidence)
