"""Contracts that answer for others who may call what: their members, as their logs tell of them.

OpenZeppelin AccessManager 5 (`RoleGranted(uint64,…)`). Logs only say whom to ask about: `canCall` and `hasRole` decide.
Who administers a role gives it to whomever they like; who holds the first role (`ADMIN_ROLE`) says which role a
function asks for as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import topic
from scanner.discovery.account import Account
from scanner.discovery.guards.doors import Held, Named
from scanner.discovery.world import Getter
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Unknown

MANAGER_ROLE_GRANTED = topic("RoleGranted(uint64,address,uint32,uint48,bool)")
_ROLE_ADMIN_CHANGED = topic("RoleAdminChanged(uint64,uint64)")
_TARGET_ROLE = topic("TargetFunctionRoleUpdated(address,bytes4,uint64)")
MANAGER_TOPICS: tuple[str, ...] = (MANAGER_ROLE_GRANTED, _ROLE_ADMIN_CHANGED, _TARGET_ROLE)

_OWN = frozenset(
    (
        "labelRole",
        "setRoleAdmin",
        "setRoleGuardian",
        "setGrantDelay",
        "setTargetFunctionRole",
        "setTargetAdminDelay",
        "setTargetClosed",
        "updateAuthority",
        "grantRole",
        "revokeRole",
    )
)
"""Functions by which AccessManager 5 is managed; which role each asks for is read off the call's data."""

ADMIN_ROLE = 0
MAX_MEMBERS = 40
_HAS_ROLE = "hasRole(uint64,address)"


def manager_members(account: Account) -> tuple[str, ...]:
    """Return the accounts to which a manager's logs tell of a role, whatever became of it since."""
    found: dict[str, None] = {}
    for log in account.events(MANAGER_ROLE_GRANTED):
        if len(log.topics) == 3:
            found["0x" + log.topics[2][-40:]] = None
    return tuple(sorted(found))[:MAX_MEMBERS]


def manager_questions(account: Account) -> Iterator[Getter]:
    """Yield what a manager is asked about each role that its logs tell of."""
    for role, who in _told(account):
        yield Getter(account.address, _HAS_ROLE, ("bool", "uint32"), (role, who), _question(role, who))


def role_holders(account: Account, role: int) -> tuple[tuple[Held, ...], str]:
    """Return who holds a role of a manager, each with the delay of what they do by it, and why there may be others."""
    found: list[Held] = []
    reason = "" if isinstance(account.logs, Known) else "the manager's logs could not be read"
    for number, who in _told(account):
        answer = account.ask(_question(number, who))
        if number != role:
            continue
        if isinstance(answer, Unknown):
            reason = f"the manager does not answer {_HAS_ROLE}"
        elif answer.value[0]:
            found.append(Held(who, answer.evidence, int(answer.value[1])))
    if len(_told(account)) >= MAX_MEMBERS:
        reason = f"the manager's logs tell of more roles than the {MAX_MEMBERS} that are asked about"
    return tuple(found), reason


def own_rule(account: Account, signature: str) -> Named | None:
    """Return who is known to pass where a manager itself is managed; None for any other function or contract.

    Never complete: its code reads off the call's data which role is asked for, so that none is seen there.
    """
    if signature.partition("(")[0] not in _OWN or not manager_members(account):
        return None
    held, reason = role_holders(account, ADMIN_ROLE)
    evidence = tuple(piece for one in held for piece in one.evidence)
    reason = reason or "its code reads off the call's data which role it asks for: who else passes was not seen"
    return Named(holders=held, complete=False, reason=reason, source="ADMIN_ROLE", evidence=evidence)


def role_giver(account: Account, target: str, selector: str) -> tuple[int, ...]:
    """Return the roles whose holders give the role that a function of `target` asks for, the first role among them."""
    asked = ADMIN_ROLE
    for log in account.events(_TARGET_ROLE):
        if len(log.topics) == 3 and log.topics[1][-40:] == target[-40:] and log.data[2:10] == selector[2:10]:
            asked = int(log.topics[2], 16)
    admins = {int(log.topics[1], 16): int(log.topics[2], 16) for log in _changes(account)}
    found, role = {ADMIN_ROLE: None}, asked
    while (role := admins.get(role, ADMIN_ROLE)) not in found:
        found[role] = None
    return tuple(found)


def _changes(account: Account) -> Iterator[LogEvidence]:
    yield from (log for log in account.events(_ROLE_ADMIN_CHANGED) if len(log.topics) == 3)


def _told(account: Account) -> tuple[tuple[int, str], ...]:
    """Return the (role, address) pairs that the logs tell of."""
    logs = (log for log in account.events(MANAGER_ROLE_GRANTED) if len(log.topics) == 3)
    return tuple(sorted({(int(log.topics[1], 16), "0x" + log.topics[2][-40:]) for log in logs}))[:MAX_MEMBERS]


def _question(role: int, who: str) -> str:
    return f"manager role {role} {who}"
