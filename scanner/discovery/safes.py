"""Safe facts (Safe 1.3, 1.4.1, 1.5; OwnerManager, ModuleManager, GuardManager)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scanner.discovery.account import Account, combine, transform
from scanner.discovery.battery import SAFE_FALLBACK_HANDLER, SAFE_GUARD, SAFE_MODULE_GUARD, SENTINEL
from scanner.discovery.contracts import source_holder
from scanner.discovery.control.holders import Resolver
from scanner.discovery.executors.zodiac.facts import role_modifiers
from scanner.discovery.oracle_modules import oracle_modules
from scanner.discovery.parts import threshold_of
from scanner.discovery.tokens.voting_power import share_bps
from scanner.discovery.world import World
from scanner.model.contracts import Safe
from scanner.model.controls import Holder
from scanner.model.evidence import Evidence
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_MANY_OWNERS = 50


def build_safe(world: World, resolver: Resolver, account: Account) -> Safe:
    """Return the facts of the Safe at `account`."""
    owners, threshold, modules = account.ask("getOwners()"), threshold_of(account), account.ask("modules")
    listed = _holders(world, resolver, owners)
    enabled = _modules(resolver, modules)
    count: Known[int] | Unknown = transform(owners, _length, "")
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "address": account.address,
        "version": account.ask("VERSION()"),
        "owners": listed,
        "owner_count": count,
        "threshold": threshold,
        "threshold_bps": combine({"part": threshold, "whole": count}, share_bps, "threshold / owners"),
        "modules": enabled,
        "module_count": _count(enabled, modules),
        "unverified_module_count": _unverified(world, enabled, modules),
        "guard": account.slot_address(SAFE_GUARD),
        "module_guard": account.slot_address(SAFE_MODULE_GUARD),
        "fallback_handler": account.slot_address(SAFE_FALLBACK_HANDLER),
        "oracle_modules": oracle_modules(world, enabled),
        "role_modifiers": role_modifiers(world, resolver.parts.executors, account.address),
    }
    return Safe(**facts)


def _length(owners: Sequence[str]) -> int:
    return len(owners)


def _holders(world: World, resolver: Resolver, owners: Known[Any] | Unknown) -> Collection[Holder]:
    if isinstance(owners, Unknown):
        return Collection[Holder](items=(), complete=False, reason=owners.detail or owners.reason.value)
    listed = [str(owner).lower() for owner in owners.value]
    items = tuple(resolver.holder(owner, _shown(world, owner, owners, len(listed))) for owner in listed)
    return Collection[Holder](items=items, complete=True)


def _shown(world: World, owner: str, owners: Known[Any], count: int) -> tuple[Evidence, ...]:
    """Return the answer that names all owners; where they are many, what shows that this one is an account.

    The answer is as long as the list: beside each of its entries it would make megabytes. It stands with their count.
    """
    account = world.get(owner)
    return owners.evidence if count <= _MANY_OWNERS or account is None else account.code.evidence


def _modules(resolver: Resolver, modules: Known[Any] | Unknown) -> Collection[Holder]:
    if isinstance(modules, Unknown):
        return Collection[Holder](items=(), complete=False, reason=modules.detail or modules.reason.value)
    page, following = modules.value
    complete = str(following).lower() in (ZERO_ADDRESS, SENTINEL)
    items = tuple(resolver.holder(str(module).lower(), modules.evidence) for module in page)
    return Collection[Holder](items=items, complete=complete, reason="" if complete else "more than 100 modules")


def _count(modules: Collection[Holder], answer: Known[Any] | Unknown) -> Known[int] | Unknown:
    if not modules.complete:
        return Unknown(reason=Reason.LIMIT, detail=modules.reason, evidence=answer.evidence)
    return Known(value=len(modules.items), evidence=answer.evidence)


def _unverified(world: World, modules: Collection[Holder], answer: Known[Any] | Unknown) -> Known[int] | Unknown:
    """Count modules whose code has no verified source; unknown when the providers could not say."""
    count = 0
    for module in modules.items:
        account = world.get(module.address)
        account = source_holder(world, account) if account is not None else None
        if account is None:
            return Unknown(reason=Reason.NOT_READ, detail="a module was not read", evidence=answer.evidence)
        if account.no_source is not None:
            if account.no_source.reason not in (Reason.NOT_VERIFIED, Reason.OTHER_BYTECODE):
                return Unknown(
                    reason=account.no_source.reason, detail=account.no_source.detail, evidence=answer.evidence
                )
            count += 1
    if not modules.complete:
        return Unknown(reason=Reason.LIMIT, detail=modules.reason, evidence=answer.evidence)
    return Known(value=count, evidence=answer.evidence, derivation="modules without verified source")
