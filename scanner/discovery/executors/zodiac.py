"""Zodiac's modules on a Safe: the Delay and Roles modifiers, and the modules of a bridge and of an oracle.

None of them has assets; each makes its target act, a Safe or the next modifier. Selectors and events are those of the
ABIs in npm @gnosis.pm/zodiac 4.0.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.chain.abi import DecodeError, decode, selector, topic
from scanner.discovery.account import Account, combine, nonzero
from scanner.discovery.asking import absent_when_reverted, has_selector
from scanner.discovery.battery import SENTINEL
from scanner.discovery.executors.interface import Caller, Callers, ExecutorFamily
from scanner.discovery.oracle_modules import is_oracle_module
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

ASSIGN_ROLES_V1 = topic("AssignRoles(address,uint16[],bool[])")
ASSIGN_ROLES_V2 = topic("AssignRoles(address,bytes32[],bool[])")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class ZodiacModule(ExecutorFamily):
    """What the modules have in common: an owner who sets everything, an avatar, a target."""

    delays = False
    keeps_assets = False
    marks: tuple[str, ...]
    asked: tuple[tuple[str, str], ...] = ()

    def recognise(self, account: Account, code: str) -> bool:
        return _dispatches(code, self.marks) and account.answers("avatar()", "target()")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if _dispatches(code, self.marks):
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

    def proposers(self, account: Account) -> Callers:
        return self.callers(account)

    def executors(self, account: Account) -> Callers:
        return self.callers(account)

    def cancellers(self, account: Account) -> Callers:
        return Callers(evidence=account.code.evidence)

    def admins(self, account: Account) -> Callers:
        """The owner; not so the avatar itself, which nobody gains by making it act once more."""
        owner = self.owner(account)
        avatar = nonzero(account.address_of("avatar()"))
        rest = tuple(one for one in owner.items if one.address != avatar)
        return Callers(rest, owner.complete, owner.reason, owner.evidence)

    def open_executor(self, account: Account) -> Known[bool] | Unknown:
        return Known(value=False, evidence=account.code.evidence, derivation="whoever orders also executes")


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
        return _both(self.modules(account, "module"), self.owner(account))

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


class RolesModifier(ZodiacModule):
    """The Roles modifier: members act as far as their roles let them, which is not read here.

    Members are those of AssignRoles logs. Version 1 knows roles by number, version 2 by a key of 32 bytes.
    """

    topics = (ASSIGN_ROLES_V1, ASSIGN_ROLES_V2)

    def __init__(self, version: int) -> None:
        kind = "uint16" if version == 1 else "bytes32"
        self.name = f"zodiac-roles-{version}"
        self._event, self._types = (ASSIGN_ROLES_V1, ASSIGN_ROLES_V2)[version - 1], ("address", f"{kind}[]", "bool[]")
        self.marks = (
            f"assignRoles(address,{kind}[],bool[])",
            f"execTransactionWithRole(address,uint256,bytes,uint8,{kind},bool)",
            f"scopeTarget({kind},address)",
        )

    def callers(self, account: Account) -> Callers:
        listed = self.modules(account, "module")
        members, reason = self._members(account)
        enabled = {one.address for one in listed.items}
        items = [
            Caller(who, _role_words(roles), logs, within=f"{_role_words(roles)}: its scope was not decoded")
            for who, (roles, logs) in members.items()
            if who in enabled or not listed.complete
        ]
        # An enabled module without a role can do nothing: whatever it asks for is refused.
        told = Callers(tuple(items), listed.complete and not reason, reason or listed.reason, listed.evidence)
        return _both(told, self.owner(account))

    def _members(self, account: Account) -> tuple[dict[str, tuple[tuple[str, ...], tuple[LogEvidence, ...]]], str]:
        """Return who has which roles now by the logs, and why there may be others."""
        if isinstance(account.logs, Unknown):
            return {}, f"its logs could not be read: {account.logs.detail}"
        held: dict[str, dict[str, LogEvidence]] = {}
        for log in account.events(self._event):
            try:
                who, roles, memberships = decode(self._types, log.data)
            except DecodeError:
                return {}, "an AssignRoles log could not be decoded"
            mine = held.setdefault(str(who).lower(), {})
            for role, member in zip(roles, memberships, strict=False):
                if member:
                    mine[_role(role)] = log
                else:
                    mine.pop(_role(role), None)
        return {
            who: (tuple(sorted(mine)), tuple(dict.fromkeys(mine.values())))
            for who, mine in sorted(held.items())
            if mine
        }, ""


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
        return _both(there, self.owner(account))


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
        return _both(answered, self.owner(account))

    def links(self, account: Account) -> Iterable[Link]:
        if oracle := nonzero(account.address_of("oracle()")):
            yield Link(oracle, f"oracle() of {account.address}")


ZODIAC: tuple[ExecutorFamily, ...] = (
    DelayModifier(),
    RolesModifier(2),
    RolesModifier(1),
    BridgeModule(),
    OracleModule(),
)


def _dispatches(code: str, signatures: Iterable[str]) -> bool:
    return all(has_selector(code, selector(one)) for one in signatures)


def _both(first: Callers, second: Callers) -> Callers:
    reason = first.reason or second.reason
    evidence = first.evidence + tuple(item for item in second.evidence if item not in first.evidence)
    return Callers(first.items + second.items, first.complete and second.complete, reason, evidence)


def _role(role: Any) -> str:
    """Return a role as it is told: a number, or the text that fills a key of 32 bytes from the left."""
    if isinstance(role, int):
        return str(role)
    text = bytes.fromhex(role[2:]).rstrip(b"\0")
    if text and all(byte in _PLAIN for byte in text):
        return text.decode("ascii")
    return f"{role[:10]}…"


def _role_words(roles: Iterable[str]) -> str:
    listed = tuple(roles)
    return f"role {listed[0]}" if len(listed) == 1 else f"roles {', '.join(listed)}"
