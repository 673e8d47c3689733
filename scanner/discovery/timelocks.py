"""Timelock facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.discovery.account import Account, transform
from scanner.discovery.control.holders import Resolver, weakest
from scanner.discovery.executors.interface import Callers
from scanner.discovery.world import World
from scanner.model.contracts import Timelock
from scanner.model.controls import Holder
from scanner.model.kinds import ActorKind
from scanner.model.observation import Collection, Known, Reason, Unknown


def build_timelock(world: World, resolver: Resolver, account: Account) -> Timelock:
    """Return the facts of the timelock at `account`."""
    family = resolver.parts.executors[account.address]
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "address": account.address,
        "kind": Known(value=family.name, evidence=account.code.evidence),
        "pending_admin": family.pending_admin(account),
        "min_delay_seconds": family.delay(account),
        "grace_period_seconds": family.grace(account),
        "admin": family.admin(account),
        "executors": _collect(resolver, family.executors(account)),
        "cancellers": _collect(resolver, family.cancellers(account)),
        "open_executor": family.open_executor(account),
    }
    if family.shared_right:
        return Timelock(**facts, **_of_admin(resolver, family.admin(account), family.callers(account)))
    return Timelock(**facts, **_of_roles(resolver, family.proposers(account), family.admins(account)))


def _of_admin(resolver: Resolver, admin: Known[str] | Unknown, callers: Callers) -> dict[str, Any]:
    kind = resolver.kind_behind(admin)
    outside = transform(
        kind, lambda value: not ActorKind(value).is_vote and value != ActorKind.NOBODY, "kind of its admin"
    )
    holders = _collect(resolver, callers)
    return {
        "admin_kind": kind,
        "proposers": holders,
        "admins": holders,
        "proposer_outside_vote": outside,
        "admin_outside_vote": outside,
    }


def _of_roles(resolver: Resolver, proposers: Callers, admins: Callers) -> dict[str, Any]:
    proposing, administering = _collect(resolver, proposers), _collect(resolver, admins)
    return {
        "admin_kind": _weakest_kind([holder.kind for holder in administering.items], admins),
        "proposers": proposing,
        "admins": administering,
        "proposer_outside_vote": outside_vote(proposing, proposers),
        "admin_outside_vote": outside_vote(administering, admins),
    }


def _collect(resolver: Resolver, callers: Callers) -> Collection[Holder]:
    unique = {caller.address: caller for caller in callers.items}
    return Collection[Holder](
        items=tuple(resolver.holder(address, unique[address].evidence) for address in sorted(unique)),
        complete=callers.complete,
        reason=callers.reason,
    )


def outside_vote(holders: Collection[Holder], callers: Callers) -> Known[bool] | Unknown:
    """Whether someone who acts without a vote is among the holders."""
    evidence = callers.evidence
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


def _weakest_kind(kinds: Iterable[ActorKind], callers: Callers) -> Known[str] | Unknown:
    if not callers.complete:
        return Unknown(reason=Reason.NO_LOGS, detail=callers.reason, evidence=callers.evidence)
    kind = weakest(kinds)
    if kind is ActorKind.UNRESOLVED:
        return Unknown(
            reason=Reason.UNRESOLVED, detail="an administrator could not be resolved", evidence=callers.evidence
        )
    return Known(value=kind.value, evidence=callers.evidence, derivation="weakest administrator of roles")
