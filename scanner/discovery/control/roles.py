"""AccessControl roles, named by logs and confirmed by state (OpenZeppelin: RoleGranted, RoleRevoked, hasRole).

Any contract can log what it likes. So a log only says whom to ask about: `hasRole` decides, also for roles that a log
says were taken back.
"""

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
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Unknown

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


MAX_CLAIMS = 500
"""Roles of one contract that are asked about; a contract can log more of them than anyone can read."""

HAS_ROLE = "hasRole(bytes32,address)"
_SHOWN_DENIALS = 20


@dataclass(frozen=True)
class RoleMember:
    """An address that holds a role now."""

    role: str
    address: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class RoleBook:
    """All roles of one contract. Not complete, for `reason`, where its logs could not be read or not be confirmed."""

    members: tuple[RoleMember, ...]
    complete: bool
    evidence: tuple[Evidence, ...]
    unconfirmed: tuple[RoleMember, ...] = ()
    reason: str = ""

    def holders(self, *roles: str) -> tuple[RoleMember, ...]:
        return tuple(member for member in self.members if member.role in roles)

    def doubts(self, *roles: str) -> tuple[RoleMember, ...]:
        """Return who is said to hold one of these roles by logs that nothing confirms."""
        return tuple(member for member in self.unconfirmed if member.role in roles)


def role_name(role: str) -> str:
    """Return the name whose Keccak-256 the role is, where it is a common one; else the hash itself."""
    return ROLE_NAMES.get(role, f"role {role[:10]}…")


def role_question(role: str, address: str) -> str:
    """Return the key under which an account keeps its contract's answer to `hasRole(role, address)`."""
    return f"hasRole {role} {address}"


def role_claims(account: Account) -> tuple[tuple[str, str], ...]:
    """Return the (role, address) pairs to ask about: those that stand by the logs first, then those revoked."""
    last = _last_claims(account)
    standing = [key for key, log in last.items() if log.topics[0] == ROLE_GRANTED]
    revoked = [key for key, log in last.items() if log.topics[0] != ROLE_GRANTED]
    return (*sorted(standing), *sorted(revoked))[:MAX_CLAIMS]


def unasked_claims(account: Account) -> int:
    """Return of how many more roles and addresses the logs tell than there is room to ask about."""
    return len(_last_claims(account)) - len(role_claims(account))


def _last_claims(account: Account) -> dict[tuple[str, str], LogEvidence]:
    """Replay grants and revocations in chain order: the last log about each role and address."""
    last: dict[tuple[str, str], LogEvidence] = {}
    for log in account.logs.value if isinstance(account.logs, Known) else ():
        if len(log.topics) == 4 and log.topics[0] in (ROLE_GRANTED, ROLE_REVOKED):
            last[(log.topics[1], "0x" + log.topics[2][-40:])] = log
    return last


def read_roles(account: Account) -> RoleBook:
    """Return who holds which role of `account`: what its logs say until it was asked, then what it answers."""
    if not isinstance(account.logs, Known):
        reason = "the role logs could not be read"
        return RoleBook((), complete=False, evidence=account.logs.evidence, reason=reason)
    last = _last_claims(account)
    evidence: tuple[Evidence, ...] = account.logs.evidence
    claims = role_claims(account)
    if not any(role_question(*key) in account.calls for key in claims):
        standing = tuple(RoleMember(*key, (last[key],)) for key in sorted(last) if last[key].topics[0] == ROLE_GRANTED)
        return RoleBook(standing, complete=True, evidence=evidence)
    members: list[RoleMember] = []
    doubtful: list[RoleMember] = []
    denials: list[Evidence] = []
    for key in sorted(claims):
        answer = account.ask(role_question(*key))
        member = RoleMember(*key, (last[key], *answer.evidence))
        if isinstance(answer, Unknown):
            doubtful.append(member)
        elif answer.value:
            members.append(member)
        else:
            denials += answer.evidence
    reason = f"its logs tell of {len(last)} roles: not all were looked at" if len(last) > len(claims) else ""
    if doubtful:
        reason = "its logs tell of roles, and hasRole(bytes32,address) does not answer"
    return RoleBook(
        tuple(members),
        complete=not reason,
        evidence=evidence + tuple(denials[:_SHOWN_DENIALS]),
        unconfirmed=tuple(doubtful),
        reason=reason,
    )
