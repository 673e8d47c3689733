"""The Roles modifier, in both versions: who is a member of which role, and how far that goes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.chain.abi import DecodeError, decode, topic
from scanner.discovery.account import Account
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both
from scanner.discovery.executors.zodiac.scope import LISTED, Reach, reaches, read_further, read_scopes, topics_of
from scanner.discovery.world import TARGET_OF, Link
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import Capability
from scanner.model.observation import Unknown

ASSIGN_ROLES_V1 = topic("AssignRoles(address,uint16[],bool[])")
ASSIGN_ROLES_V2 = topic("AssignRoles(address,bytes32[],bool[])")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


_Member = tuple[tuple[Any, ...], tuple[LogEvidence, ...]]


class RolesModifier(ZodiacModule):
    """The Roles modifier: members act as far as their roles let them, as the logs of the roles tell.

    Members are those of AssignRoles logs. Version 1 knows roles by number, version 2 by a key of 32 bytes.
    """

    def __init__(self, version: int) -> None:
        kind = "uint16" if version == 1 else "bytes32"
        self.name, self.version = f"zodiac-roles-{version}", version
        self._event, self._types = (ASSIGN_ROLES_V1, ASSIGN_ROLES_V2)[version - 1], ("address", f"{kind}[]", "bool[]")
        self.topics = (self._event, *topics_of(version))
        self.marks = (
            f"assignRoles(address,{kind}[],bool[])",
            f"execTransactionWithRole(address,uint256,bytes,uint8,{kind},bool)",
            f"scopeTarget({kind},address)",
        )

    def links(self, account: Account) -> Iterable[Link]:
        scopes = read_scopes(account, self.version)
        if isinstance(scopes, Unknown):
            return
        for target in read_further(right for role in scopes.values() for right in role):
            yield Link(target, f"{TARGET_OF} {account.address} (a role may call all of it)")

    def callers(self, account: Account) -> Callers:
        """Those members whose roles move something, or may; and the owner, who sets the roles."""
        listed, members, reason = self._enabled(account)
        items: list[Caller] = []
        for who, (roles, logs) in members.items():
            found, words = reaches(account, self.version, roles), _role_words(map(_role, roles))
            if isinstance(found, str):
                items.append(Caller(who, words, logs, within=f"{words}: its scope could not be read: {found}"))
                continue
            evidence = (*logs, *(right.log for right in found.rights[:LISTED]))
            if found.moves:
                only = frozenset() if found.total else frozenset({Capability.MOVE_FUNDS})
                items.append(Caller(who, f"{words} ({found.words})", evidence, only=only))
            elif found.open:
                items.append(Caller(who, words, evidence, within=f"{words}: {found.open}"))
        # An enabled module without a role can do nothing: whatever it asks for is refused.
        told = Callers(tuple(items), listed.complete and not reason, reason or listed.reason, listed.evidence)
        return both(told, self.owner(account))

    def limited(self, account: Account) -> Callers:
        """Those members whose roles are known to move nothing, with what they may do."""
        _, members, _ = self._enabled(account)
        items: list[Caller] = []
        for who, (roles, logs) in members.items():
            found = reaches(account, self.version, roles)
            if isinstance(found, Reach) and not found.moves and not found.open:
                evidence = (*logs, *(right.log for right in found.rights[:LISTED]))
                items.append(Caller(who, f"{_role_words(map(_role, roles))} ({found.words})", evidence))
        return Callers(tuple(items))

    def _enabled(self, account: Account) -> tuple[Callers, dict[str, _Member], str]:
        """Return the modules, the members among them, and why there may be more members."""
        listed = self.modules(account, "module")
        members, reason = self._members(account)
        enabled = {one.address for one in listed.items}
        return listed, {who: it for who, it in members.items() if who in enabled or not listed.complete}, reason

    def _members(self, account: Account) -> tuple[dict[str, _Member], str]:
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
