"""Aragon's first generation (ACL.sol): one access list keeps the roles of all apps of an organisation.

Every role has a manager, who gives it to whom it likes: also to itself. A role that nobody manages can be created anew
by whoever holds CREATE_PERMISSIONS_ROLE, and then belongs to whom that names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.chain.abi import topic
from scanner.discovery.account import Account
from scanner.discovery.control.grants import Grant
from scanner.discovery.permissions.claims import (
    MAX_CLAIMS,
    Claim,
    Ledger,
    chosen,
    confirmed,
    dispatches,
    logs_of,
    question,
)
from scanner.discovery.world import Getter
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS

SET_PERMISSION = topic("SetPermission(address,address,bytes32,bool)")
SET_PARAMETERS = topic("SetPermissionParams(address,address,bytes32,bytes32)")
CHANGE_MANAGER = topic("ChangePermissionManager(address,bytes32,address)")
TOPICS = (SET_PERMISSION, SET_PARAMETERS, CHANGE_MANAGER)

ANY_ENTITY = "0x" + "ff" * 20
BURNED = "0x" + "00" * 19 + "01"
HAS_PERMISSION = "hasPermission(address,address,bytes32)"
GET_MANAGER = "getPermissionManager(address,bytes32)"
_FUNCTIONS = (HAS_PERMISSION, GET_MANAGER, "createPermission(address,address,bytes32,address)")

_NAMES = (
    "APP_MANAGER",
    "CREATE_PERMISSIONS",
    "REGISTRY_ADD_EXECUTOR",
    "REGISTRY_MANAGER",
    "CREATE_VOTES",
    "MODIFY_SUPPORT",
    "MODIFY_QUORUM",
    "MINT",
    "ISSUE",
    "ASSIGN",
    "REVOKE_VESTINGS",
    "BURN",
    "TRANSFER",
    "CREATE_PAYMENTS",
    "CHANGE_PERIOD",
    "CHANGE_BUDGETS",
    "EXECUTE_PAYMENTS",
    "MANAGE_PAYMENTS",
    "EXECUTE",
    "SAFE_EXECUTE",
    "RUN_SCRIPT",
    "ADD_PROTECTED_TOKEN",
    "REMOVE_PROTECTED_TOKEN",
    "ADD_PRESIGNED_HASH",
    "DESIGNATE_SIGNER",
)
ID = {name: topic(f"{name}_ROLE") for name in _NAMES}
NAMES = {identifier: f"{name}_ROLE" for name, identifier in ID.items()}
CREATE_PERMISSIONS = ID["CREATE_PERMISSIONS"]


def is_acl(code: str) -> bool:
    """Whether the running code (hex) dispatches the functions of an access list."""
    return dispatches(code, *_FUNCTIONS)


def claims(acl: Account) -> tuple[Claim, ...]:
    """Return the last that the list's logs say of each role and holder."""
    last: dict[tuple[str, str, str], Claim] = {}
    for log in logs_of(acl):
        if len(log.topics) != 4 or log.topics[0] not in (SET_PERMISSION, SET_PARAMETERS):
            continue
        who = "0x" + log.topics[1][-40:]
        key = ("0x" + log.topics[2][-40:], ZERO_ADDRESS if who == ANY_ENTITY else who, log.topics[3])
        if log.topics[0] == SET_PERMISSION:
            last[key] = Claim(*key, stands=int(log.data[2:66] or "0", 16) != 0, condition="", log=log)
        elif key in last:
            # Logged right after the permission that it narrows.
            last[key] = replace(last[key], condition=f"parameters {log.data[:10]}… of the access list")
    return tuple(last.values())


def managed(acl: Account) -> dict[tuple[str, str], LogEvidence]:
    """Return the last log about the manager of each role of each app, by (app, role)."""
    last: dict[tuple[str, str], LogEvidence] = {}
    for log in logs_of(acl):
        if len(log.topics) == 4 and log.topics[0] == CHANGE_MANAGER:
            last[("0x" + log.topics[1][-40:], log.topics[2])] = log
    return last


def _manager_key(app: str, role: str) -> str:
    return f"{GET_MANAGER} {app} {role}"


def questions(acl: Account) -> Iterator[Getter]:
    """Yield what the list is asked about the roles and managers that it logged."""
    for claim in chosen(claims(acl)):
        who = ANY_ENTITY if claim.who == ZERO_ADDRESS else claim.who
        arguments = (who, claim.where, claim.permission)
        yield Getter(acl.address, HAS_PERMISSION, ("bool",), arguments, question(claim))
    for app, role in sorted(managed(acl))[:MAX_CLAIMS]:
        yield Getter(acl.address, GET_MANAGER, ("address",), (app, role), _manager_key(app, role))


def managers(acl: Account) -> tuple[dict[tuple[str, str], tuple[str, tuple[Evidence, ...]]], str]:
    """Return who manages each role of each app now (the zero address: nobody), and why that may not be all."""
    told = managed(acl)
    reason = f"its logs tell of {len(told)} managers: not all were looked at" if len(told) > MAX_CLAIMS else ""
    found: dict[tuple[str, str], tuple[str, tuple[Evidence, ...]]] = {}
    for (app, role), log in sorted(told.items())[:MAX_CLAIMS]:
        answer = acl.address_of(_manager_key(app, role))
        if isinstance(answer, Known):
            found[(app, role)] = (answer.value, (log, *answer.evidence))
        else:
            found[(app, role)] = ("0x" + log.topics[3][-40:], (log,))
            if _manager_key(app, role) in acl.calls:
                reason = reason or "not every manager that logs tell of could be confirmed"
    return found, reason


def ledger(acl: Account) -> Ledger:
    """Return every role that the list keeps now, and who manages each."""
    held = confirmed(acl, claims(acl), NAMES)
    found, reason = managers(acl)
    holding = {(grant.where, grant.permission, grant.who) for grant in held.grants if not grant.condition}
    manage = tuple(
        Grant(app, who, role, f"manages {NAMES.get(role, f'role {role[:10]}…')}", evidence=evidence, now=False)
        for (app, role), (who, evidence) in sorted(found.items())
        if who not in (ZERO_ADDRESS, BURNED) and (app, role, who) not in holding
    )
    reason = held.reason or reason
    return replace(held, grants=held.grants + manage, complete=not reason, reason=reason)


def creators(acl: Account, book: Ledger, app: str, roles: tuple[str, ...]) -> Iterator[Grant]:
    """Yield who may create those of an app's `roles` that nobody manages, and so hold them."""
    found, _ = managers(acl)
    free = [role for role in roles if found.get((app, role), (ZERO_ADDRESS, ()))[0] == ZERO_ADDRESS]
    for grant in book.grants:
        if grant.where == acl.address and grant.permission == CREATE_PERMISSIONS:
            for role in free:
                words = f"{grant.words} of the access list"
                yield Grant(app, grant.who, role, words, grant.condition, now=False, evidence=grant.evidence)
