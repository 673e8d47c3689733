"""Timelock facts: Compound Timelock and OpenZeppelin TimelockController."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.discovery.account import Account, nonzero, transform
from scanner.discovery.battery import (
    CANCELLER_ROLE,
    DEFAULT_ADMIN_ROLE,
    EXECUTOR_ROLE,
    PROPOSER_ROLE,
    TIMELOCK_ADMIN_ROLE,
)
from scanner.discovery.families.oz_governor import absent_when_reverted
from scanner.discovery.holders import Resolver, weakest
from scanner.discovery.roles import RoleBook, RoleMember, read_roles
from scanner.discovery.world import World
from scanner.model.contracts import Timelock
from scanner.model.controls import Holder
from scanner.model.kinds import ActorKind
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


def build_timelock(world: World, resolver: Resolver, account: Account) -> Timelock:
    """Return the facts of the timelock at `account`."""
    kind = resolver.parts.timelocks[account.address]
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "address": account.address,
        "kind": Known(value=kind, evidence=account.code.evidence),
        "pending_admin": absent_when_reverted(account, "pendingAdmin()"),
    }
    if kind == "compound-timelock":
        return Timelock(**facts, **_compound(resolver, account))
    return Timelock(**facts, **_controller(resolver, account))


def _compound(resolver: Resolver, account: Account) -> dict[str, Any]:
    admin = account.address_of("admin()")
    holder: tuple[Holder, ...] = ()
    if owner := nonzero(admin):
        holder = (resolver.holder(owner, admin.evidence),)
    only_admin = Collection[Holder](
        items=holder, complete=isinstance(admin, Known), reason="" if holder else "no admin was read"
    )
    kind = resolver.kind_behind(admin)
    outside = transform(
        kind, lambda value: not ActorKind(value).is_vote and value != ActorKind.NOBODY, "kind of its admin"
    )
    return {
        "min_delay_seconds": account.ask("delay()"),
        "grace_period_seconds": account.ask("GRACE_PERIOD()"),
        "admin": admin,
        "admin_kind": kind,
        "proposers": only_admin,
        "executors": only_admin,
        "cancellers": only_admin,
        "admins": only_admin,
        "open_executor": Known(value=False, evidence=account.code.evidence, derivation="only the admin executes"),
        "proposer_outside_vote": outside,
        "admin_outside_vote": outside,
    }


def _controller(resolver: Resolver, account: Account) -> dict[str, Any]:
    book = read_roles(account)
    own = account.address

    def holders(*roles: str) -> Collection[Holder]:
        members = [member for member in book.holders(*roles) if member.address != own]
        return _collect(resolver, book, members)

    admins = holders(DEFAULT_ADMIN_ROLE, TIMELOCK_ADMIN_ROLE)
    proposers = holders(PROPOSER_ROLE)
    open_executor = account.ask("openExecutor")
    none = Known(value=ZERO_ADDRESS, evidence=book.evidence, derivation="roles govern; there is no single admin")
    kinds = [holder.kind for holder in admins.items]
    admin_kind: Known[str] | Unknown = _weakest_kind(kinds, book)
    return {
        "min_delay_seconds": account.ask("getMinDelay()"),
        "grace_period_seconds": Unknown(
            reason=Reason.NOT_SUPPORTED, detail="TimelockController operations do not expire"
        ),
        "admin": none,
        "admin_kind": admin_kind,
        "proposers": proposers,
        "executors": holders(EXECUTOR_ROLE),
        "cancellers": holders(CANCELLER_ROLE),
        "admins": admins,
        "open_executor": transform(open_executor, bool, "hasRole(EXECUTOR_ROLE, address(0))"),
        "proposer_outside_vote": outside_vote(proposers, book),
        "admin_outside_vote": outside_vote(admins, book),
    }


def _collect(resolver: Resolver, book: RoleBook, members: Iterable[RoleMember]) -> Collection[Holder]:
    unique = {member.address: member for member in members}
    return Collection[Holder](
        items=tuple(resolver.holder(address, unique[address].evidence) for address in sorted(unique)),
        complete=book.complete,
        reason=book.reason,
    )


def outside_vote(holders: Collection[Holder], book: RoleBook) -> Known[bool] | Unknown:
    """Whether someone who acts without a vote is among the holders."""
    evidence = book.evidence
    for holder in holders.items:
        if not holder.kind.is_vote and holder.kind not in (ActorKind.UNRESOLVED, ActorKind.NOBODY):
            return Known(
                value=True, evidence=holder.evidence or evidence, derivation=f"{holder.label}: {holder.kind.value}"
            )
    if any(holder.kind is ActorKind.UNRESOLVED for holder in holders.items):
        return Unknown(reason=Reason.UNRESOLVED, detail="a holder could not be resolved", evidence=evidence)
    if not holders.complete:
        return Unknown(reason=Reason.NO_LOGS, detail=holders.reason, evidence=evidence)
    return Known(value=False, evidence=evidence, derivation="every holder acts by a vote")


def _weakest_kind(kinds: Iterable[ActorKind], book: RoleBook) -> Known[str] | Unknown:

    if not book.complete:
        return Unknown(reason=Reason.NO_LOGS, detail=book.reason, evidence=book.evidence)
    kind = weakest(kinds)
    if kind is ActorKind.UNRESOLVED:
        return Unknown(
            reason=Reason.UNRESOLVED, detail="an administrator could not be resolved", evidence=book.evidence
        )
    return Known(value=kind.value, evidence=book.evidence, derivation="weakest administrator of roles")
