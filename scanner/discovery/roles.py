"""AccessControl roles from their logs (OpenZeppelin AccessControl: RoleGranted, RoleRevoked)."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.discovery.account import Account
from scanner.discovery.battery import (
    CANCELLER_ROLE,
    DEFAULT_ADMIN_ROLE,
    EXECUTOR_ROLE,
    MINTER_ROLE,
    PAUSER_ROLE,
    PROPOSER_ROLE,
    ROLE_GRANTED,
    ROLE_REVOKED,
    TIMELOCK_ADMIN_ROLE,
    UPGRADER_ROLE,
)
from scanner.model.evidence import Evidence
from scanner.model.observation import Known

ROLE_NAMES: dict[str, str] = {
    DEFAULT_ADMIN_ROLE: "DEFAULT_ADMIN_ROLE",
    TIMELOCK_ADMIN_ROLE: "TIMELOCK_ADMIN_ROLE",
    PROPOSER_ROLE: "PROPOSER_ROLE",
    EXECUTOR_ROLE: "EXECUTOR_ROLE",
    CANCELLER_ROLE: "CANCELLER_ROLE",
    MINTER_ROLE: "MINTER_ROLE",
    PAUSER_ROLE: "PAUSER_ROLE",
    UPGRADER_ROLE: "UPGRADER_ROLE",
}


@dataclass(frozen=True)
class RoleMember:
    """An address that holds a role now: granted, and not revoked since."""

    role: str
    address: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class RoleBook:
    """All roles of one contract. Not complete where its logs could not be read."""

    members: tuple[RoleMember, ...]
    complete: bool
    evidence: tuple[Evidence, ...]

    def holders(self, *roles: str) -> tuple[RoleMember, ...]:
        return tuple(member for member in self.members if member.role in roles)


def role_name(role: str) -> str:
    """Return the name whose Keccak-256 the role is, where it is a common one; else the hash itself."""
    return ROLE_NAMES.get(role, f"role {role[:10]}…")


def read_roles(account: Account) -> RoleBook:
    """Replay the grants and revocations of `account` in chain order."""
    if not isinstance(account.logs, Known):
        return RoleBook((), complete=False, evidence=account.logs.evidence)
    current: dict[tuple[str, str], RoleMember] = {}
    for log in account.logs.value:
        if len(log.topics) != 4:
            continue
        key = (log.topics[1], "0x" + log.topics[2][-40:])
        if log.topics[0] == ROLE_GRANTED:
            current[key] = RoleMember(key[0], key[1], (log,))
        elif log.topics[0] == ROLE_REVOKED:
            current.pop(key, None)
    members = tuple(current[key] for key in sorted(current))
    return RoleBook(members, complete=True, evidence=account.logs.evidence)
