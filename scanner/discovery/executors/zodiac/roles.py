"""The Roles modifier, in both versions: who is a member of which role."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.chain.abi import DecodeError, decode, topic
from scanner.discovery.account import Account
from scanner.discovery.executors.interface import Caller, Callers
from scanner.discovery.executors.zodiac.base import ZodiacModule, both
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Unknown

ASSIGN_ROLES_V1 = topic("AssignRoles(address,uint16[],bool[])")
ASSIGN_ROLES_V2 = topic("AssignRoles(address,bytes32[],bool[])")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


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
        return both(told, self.owner(account))

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
