"""The Roles modifier, in both versions: who is a member of which role, and how far that goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, topic
from scanner.discovery.account import Account
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both, dispatches
from scanner.discovery.executors.zodiac.conditions import ALLOWANCE_TYPES, ALLOWANCES, allowance_key, key_name
from scanner.discovery.executors.zodiac.scope import (
    LISTED,
    Reach,
    reaches,
    read_further,
    read_scopes,
    spent,
    topics_of,
)
from scanner.discovery.executors.zodiac.trials import for_anyone, is_member, trials
from scanner.discovery.world import TARGET_OF, Getter, Link
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS

ASSIGN_ROLES_V1 = topic("AssignRoles(address,uint16[],bool[])")
ASSIGN_ROLES_V2 = topic("AssignRoles(address,bytes32[],bool[])")

_REFUSED = "the logs give it to a member whose calls are refused as those of no member"

Member = tuple[tuple[Any, ...], tuple[LogEvidence, ...]]
"""The roles of a member, and the logs that gave them."""


class RolesModifier(ZodiacModule):
    """The Roles modifier: members act as far as their roles let them, as the logs of the roles tell.

    Members are those of AssignRoles logs. Version 1 knows roles by number, version 2 by a key of 32 bytes.
    """

    def __init__(self, version: int) -> None:
        kind = "uint16" if version == 1 else "bytes32"
        self.name, self.version = f"zodiac-roles-{version}", version
        self._event, self._types = (ASSIGN_ROLES_V1, ASSIGN_ROLES_V2)[version - 1], ("address", f"{kind}[]", "bool[]")
        self.topics = (self._event, *topics_of(version))
        self.tried = f"execTransactionWithRole(address,uint256,bytes,uint8,{kind},bool)"
        self.nobodys: Any = 0xFFFF if version == 1 else "0x" + keccak(text="a role that nobody has").hex()
        self.marks = (f"assignRoles(address,{kind}[],bool[])", self.tried, f"scopeTarget({kind},address)")

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        """Ask what allowances are good for, and try who is a member."""
        yield from super().questions(account, code)
        if not dispatches(code, self.marks):
            return
        scopes = read_scopes(account, self.version)
        if not isinstance(scopes, Unknown):
            for key in spent(right for role in scopes.values() for right in role):
                yield Getter(account.address, ALLOWANCES, ALLOWANCE_TYPES, (key,), allowance_key(key))
        _, members, _ = self.enabled(account)
        pairs = [(who, role) for who, (roles, _) in members.items() for role in roles]
        yield from trials(account, self.tried, pairs, self.nobodys)

    def links(self, account: Account) -> Iterable[Link]:
        scopes = read_scopes(account, self.version)
        if isinstance(scopes, Unknown):
            return
        for target in read_further(right for role in scopes.values() for right in role):
            yield Link(target, f"{TARGET_OF} {account.address} (a role may call all of it)")

    def callers(self, account: Account) -> Callers:
        """Those members whose roles move something, or may; and the owner, who sets the roles."""
        listed, members, reason = self.enabled(account)
        items: list[Caller] = []
        for who, (roles, logs) in members.items():
            live, refused, tries = self._tried(account, who, roles)
            for held, doubt in ((live, ""), (refused, _REFUSED)):
                found, words = reaches(account, self.version, held), role_words(held)
                if not held:
                    continue
                if isinstance(found, str):
                    items.append(Caller(who, words, logs, within=f"{words}: its scope could not be read: {found}"))
                    continue
                evidence = (*logs, *(right.log for right in found.rights[:LISTED]), *tries)
                if found.moves and not doubt:
                    only = frozenset() if found.total else frozenset({Capability.MOVE_FUNDS})
                    items.append(Caller(who, f"{words} ({found.words})", evidence, only=only))
                elif found.moves or found.open:
                    items.append(Caller(who, words, evidence, within=f"{words}: {doubt or found.open}"))
        # An enabled module without a role can do nothing: whatever it asks for is refused.
        told = Callers(
            (*items, *self._anyone(account, members)), listed.complete and not reason, reason or listed.reason
        )
        return both(replace(told, evidence=listed.evidence), self.owner(account))

    def _tried(
        self, account: Account, who: str, roles: tuple[Any, ...]
    ) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Evidence, ...]]:
        """Return the roles that calls confirm or leave open, those that calls deny, and the calls."""
        answers = {role: is_member(account, who, role, self.nobodys) for role in roles}
        refused = tuple(role for role, one in answers.items() if isinstance(one, Known) and not one.value)
        tries = tuple(dict.fromkeys(piece for one in answers.values() for piece in one.evidence))
        return tuple(role for role in roles if role not in refused), refused, tries

    def _anyone(self, account: Account, members: dict[str, Member]) -> Iterable[Caller]:
        """Yield the zero address for each role that a stranger was let use as its members are."""
        for role, who in sorted({role: who for who, (roles, _) in members.items() for role in roles}.items()):
            answer = for_anyone(account, who, role, self.nobodys)
            found = reaches(account, self.version, (role,))
            if isinstance(answer, Known) and answer.value and isinstance(found, Reach) and (found.moves or found.open):
                only = frozenset() if found.total else frozenset({Capability.MOVE_FUNDS})
                words = f"whoever names {role_words((role,))} ({found.words})"
                within = "" if found.moves else f"{role_words((role,))}: {found.open}"
                yield Caller(
                    ZERO_ADDRESS, words, answer.evidence, within=within, only=only if found.moves else frozenset()
                )

    def limited(self, account: Account) -> Callers:
        """Those members whose roles are known to move nothing, with what they may do."""
        _, members, _ = self.enabled(account)
        items: list[Caller] = []
        for who, (roles, logs) in members.items():
            live, _, tries = self._tried(account, who, roles)
            found = reaches(account, self.version, live)
            if live and isinstance(found, Reach) and not found.moves and not found.open:
                evidence = (*logs, *(right.log for right in found.rights[:LISTED]), *tries)
                items.append(Caller(who, f"{role_words(live)} ({found.words})", evidence))
        return Callers(tuple(items))

    def enabled(self, account: Account) -> tuple[Callers, dict[str, Member], str]:
        """Return the modules, the members among them by the logs, and why there may be more members."""
        listed = self.modules(account, "module")
        members, reason = self._members(account)
        enabled = {one.address for one in listed.items}
        return listed, {who: it for who, it in members.items() if who in enabled or not listed.complete}, reason

    def _members(self, account: Account) -> tuple[dict[str, Member], str]:
        """Return who has which roles now by the logs, and why there may be others."""
        if isinstance(account.logs, Unknown):
            return {}, f"its logs could not be read: {account.logs.detail}"
        held: dict[str, dict[Any, LogEvidence]] = {}
        for log in account.events(self._event):
            try:
                who, roles, memberships = decode(self._types, log.data)
            except DecodeError:
                return {}, "an AssignRoles log could not be decoded"
            mine = held.setdefault(str(who).lower(), {})
            for role, member in zip(roles, memberships, strict=False):
                if member:
                    mine[role] = log
                else:
                    mine.pop(role, None)
        return {
            who: (tuple(sorted(mine)), tuple(dict.fromkeys(mine.values())))
            for who, mine in sorted(held.items())
            if mine
        }, ""


def role_name(role: Any) -> str:
    """Return a role as it is told: a number, or the text that fills a key of 32 bytes from the left."""
    return str(role) if isinstance(role, int) else key_name(role)


def role_words(roles: Iterable[Any]) -> str:
    """Return roles as they stand in a line of control."""
    listed = tuple(map(role_name, roles))
    return f"role {listed[0]}" if len(listed) == 1 else f"roles {', '.join(listed)}"
