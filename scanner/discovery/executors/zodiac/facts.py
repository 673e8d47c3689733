"""The Roles modifiers of a Safe as facts: members, rights with their conditions, allowances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.chain.payload import event_set
from scanner.discovery.account import Account, nonzero, transform
from scanner.discovery.executors.interface import ExecutorFamily
from scanner.discovery.executors.zodiac.conditions import allowance_key, available, key_name
from scanner.discovery.executors.zodiac.roles import RolesModifier, role_name
from scanner.discovery.executors.zodiac.scope import Right, read_scopes
from scanner.discovery.executors.zodiac.trials import is_member
from scanner.discovery.world import World
from scanner.model.evidence import BlockEvidence, Evidence, LogEvidence
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.role_modifier import RoleAllowance, RoleMember, RoleModifier, RoleRight

MOST_RIGHTS = 300
"""Rights of one modifier that are listed; lines of control count all."""

_LONG_EVENT = 4_096
"""Characters of an event's data up to which the event itself is the evidence."""


def role_modifiers(world: World, executors: Mapping[str, ExecutorFamily], safe: str) -> Collection[RoleModifier]:
    """Return the Roles modifiers that were found to make a Safe act, also by another modifier."""
    items: list[RoleModifier] = []
    for address, family in sorted(executors.items()):
        account = world.accounts[address]
        if isinstance(family, RolesModifier) and nonzero(account.address_of("avatar()")) == safe:
            items.append(_modifier(world, account, family))
    reason = "" if world.complete else "the crawl was cut short"
    return Collection[RoleModifier](items=tuple(items), complete=not reason, reason=reason)


def _modifier(world: World, account: Account, family: RolesModifier) -> RoleModifier:
    listed, members, reason = family.enabled(account)
    held = tuple(
        RoleMember(
            address=who,
            role=role_name(role),
            confirmed=is_member(account, who, role, family.nobodys),
            evidence=logs,
        )
        for who, (roles, logs) in members.items()
        for role in roles
    )
    why = reason or listed.reason
    return RoleModifier(
        address=account.address,
        version=family.version,
        members=Collection[RoleMember](items=held, complete=not why, reason=why),
        rights=_rights(world, account, family.version),
    )


def _rights(world: World, account: Account, version: int) -> Collection[RoleRight]:
    scopes = read_scopes(account, version)
    if isinstance(scopes, Unknown):
        return Collection[RoleRight](items=(), complete=False, reason=scopes.detail or scopes.reason.value)
    every = [(role, right) for role, rights in sorted(scopes.items()) for right in rights]
    items = tuple(
        RoleRight(
            role=role_name(role),
            target=right.target,
            function=right.function,
            sends_value=right.sends,
            delegatecall=right.delegates,
            conditional=right.conditions,
            conditions=_conditions(account, right),
            allowances=tuple(_allowance(world, account, key) for key in right.tree.allowances) if right.tree else (),
            evidence=(_shown(account, right.log),),
        )
        for role, right in every[:MOST_RIGHTS]
    )
    left = len(every) - len(items)
    return Collection[RoleRight](items=items, complete=not left, reason=f"{left} more are not listed" if left else "")


def _shown(account: Account, log: LogEvidence) -> Evidence:
    """Return the log as evidence; a long one, which holds a large tree, as the set of its event's logs in its block."""
    if len(log.data) <= _LONG_EVENT:
        return log
    beside = tuple(
        one
        for one in account.events(log.topics[0])
        if (one.address, one.block_number) == (log.address, log.block_number)
    )
    return event_set(beside)


def _conditions(account: Account, right: Right) -> Known[str] | Unknown:
    evidence = (_shown(account, right.log),)
    if not right.conditions:
        return Known(value="", evidence=evidence)
    if right.tree is None:
        detail = "conditions of version 1 are not decoded"
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=evidence)
    if right.tree.unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=right.tree.unknown, evidence=evidence)
    return Known(value=right.told, evidence=evidence)


def _allowance(world: World, account: Account, key: str) -> RoleAllowance:
    block = world.chain.block
    header = BlockEvidence(**dict(world.at), timestamp=block.timestamp)
    answer = account.ask(allowance_key(key))

    def part(at: int) -> Known[Any] | Unknown:
        return transform(answer, lambda values: values[at], "")

    return RoleAllowance(
        key=key,
        name=key_name(key),
        available=available(account, key, Known(value=block.timestamp, evidence=(header,))),
        refill=part(0),
        period_seconds=part(2),
        most=part(1),
    )
