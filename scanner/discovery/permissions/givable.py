"""Rights that nobody holds and somebody may give, also to themselves, as Aragon's DAOs and access lists keep them.

Root of an OSx DAO grants any permission. In the first generation a role's manager gives it, and a role that nobody
manages is created anew by whoever holds CREATE_PERMISSIONS_ROLE; one whose manager was burned stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.chain.abi import topic
from scanner.discovery.account import Account
from scanner.discovery.permissions import acl, osx
from scanner.discovery.world import World, running_code
from scanner.model.passages import Passage
from scanner.model.values import ZERO_ADDRESS

_ROLE = re.compile(r"\b[A-Z][A-Z0-9_]*_ROLE\b")

Right = tuple[str, tuple[str, ...]]
"""A contract and the functions behind one of its guards."""


def givable(world: World, passages: Iterable[Passage]) -> frozenset[Right]:
    """Return the guards without a holder whose right somebody may give now."""
    return frozenset(
        (one.contract, one.functions)
        for one in passages
        if one.guard == "caller" and not one.holders and _may_be_given(world, one)
    )


def _may_be_given(world: World, passage: Passage) -> bool:
    grants = world.accounts[passage.contract].grants
    keeper = world.get(grants.authority) if grants is not None else None
    if grants is None or keeper is None or grants.authority not in passage.read_from:
        return False
    if osx.is_dao(running_code(world, keeper)):
        return any(one.where == keeper.address for one in osx.ledger(keeper).grants if one.permission == osx.ROOT)
    roles = _ROLE.findall(passage.asks)
    return not roles or any(_has_a_giver(keeper, passage.contract, topic(name)) for name in roles)


def _has_a_giver(keeper: Account, app: str, role: str) -> bool:
    found, _ = acl.managers(keeper)
    manager, _ = found.get((app, role), (ZERO_ADDRESS, ()))
    if manager != ZERO_ADDRESS:
        return manager != acl.BURNED
    creating = (one for one in acl.ledger(keeper).grants if one.permission == acl.CREATE_PERMISSIONS)
    return any(one.where == keeper.address for one in creating)
