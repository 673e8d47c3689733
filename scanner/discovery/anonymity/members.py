"""Anonymous groups as facts: who admits their members, and whether what they decide moves assets."""

from __future__ import annotations

from scanner.discovery.account import Account
from scanner.discovery.anonymity.groups import group_admin, group_members, keeps_groups, word_of
from scanner.discovery.dossier import Dossier
from scanner.discovery.tokens.sought import ADMITTERS, kind_with_power
from scanner.discovery.world import World, only_a_target
from scanner.model.features import Group
from scanner.model.kinds import ActorKind, Capability, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown

_MOVING = (Capability.MOVE_FUNDS, Capability.EXECUTE, Capability.CONFISCATE)


def build_groups(dossier: Dossier) -> Collection[Group]:
    """Return the groups that the DAO's contracts name, with who admits members and what the members decide over."""
    found: list[Group] = []
    world = dossier.world
    unnamed = ""
    for address in sorted(dossier.contracts):
        user = world.accounts[address]
        answer = user.ask("groupId()")
        if not isinstance(answer, Known) or only_a_target(user):
            continue
        number = word_of(int(answer.value))
        keepers = [world.accounts[one] for one in sorted(dossier.contracts) if keeps_groups(world, one)]
        kept = [(keeper, admin) for keeper in keepers if (admin := group_admin(keeper, number)) is not None]
        if not kept:
            unnamed = f"the group that {dossier.contracts[address].label} names is in no logs that were read"
        found += [
            _group(dossier, user, keeper, admin=admin, named=Known(value=int(answer.value), evidence=answer.evidence))
            for keeper, admin in kept
        ]
    return Collection[Group](items=tuple(found), complete=world.complete and not unnamed, reason=_why(world, unnamed))


def _why(world: World, unnamed: str) -> str:
    return unnamed or ("" if world.complete else "the crawl was cut short")


def _group(dossier: Dossier, user: Account, keeper: Account, *, admin: Known[str], named: Known[int]) -> Group:
    guard = _admission(dossier, admin)
    return Group(
        kept_by=keeper.address,
        number=named.value,
        used_by=user.address,
        used_by_label=dossier.contracts[user.address].label,
        admin=admin,
        admitted_by=_admitted_by(dossier, admin, guard),
        admission_guard=guard,
        member_count=group_members(keeper, word_of(named.value)),
        decides_over_assets=_decides(dossier, user),
        evidence=(*named.evidence, *admin.evidence),
    )


def _admission(dossier: Dossier, admin: Known[str]) -> Known[str] | Unknown:
    """Return the guard of joining: of the admin's own code, or of being the admin where that is no such contract."""
    contract = dossier.contracts.get(admin.value)
    guard = contract.code.admission_guard if contract is not None else None
    if guard is not None and not (isinstance(guard, Known) and guard.value == Guard.ABSENT):
        return guard
    return Known(value=Guard.CALLER.value, evidence=admin.evidence, derivation="only the group's admin adds members")


def _admitted_by(dossier: Dossier, admin: Known[str], guard: Known[str] | Unknown) -> Known[str] | Unknown:
    resolver = dossier.resolver
    contract = dossier.contracts.get(admin.value)
    own = contract.code.admission_guard if contract is not None else None
    if contract is None or (isinstance(own, Known) and own.value == Guard.ABSENT):
        return resolver.kind_behind(admin)
    if isinstance(guard, Unknown):
        return guard
    if guard.value == Guard.MEMBER:
        return Known(value=ActorKind.SHARE_VOTE.value, evidence=guard.evidence, derivation="a member admits")
    if guard.value != Guard.CALLER:
        return Known(value=ActorKind.ANYONE.value, evidence=guard.evidence, derivation=f"joining: {guard.derivation}")
    account = dossier.world.accounts[admin.value]
    return kind_with_power(resolver, account, guard, ADMITTERS)


def _decides(dossier: Dossier, user: Account) -> Known[bool] | Unknown:
    """Whether the contract that asks for proofs is a governor, or stands on a path to assets or calls."""
    parts = dossier.resolver.parts
    if user.address in parts.governors or user.address in parts.treasuries:
        words = "the contract that asks for the proofs makes the calls"
        return Known(value=True, evidence=user.code.evidence, derivation=words)
    moving = [edge for edge in dossier.controls.items if edge.capability in _MOVING and edge.actor == user.address]
    if moving:
        return Known(value=True, evidence=moving[0].evidence, derivation=moving[0].capability.value)
    if not dossier.controls.complete:
        return Unknown(reason=Reason.UNRESOLVED, detail=dossier.controls.reason)
    evidence = tuple(item for edge in dossier.controls.items[:4] for item in edge.evidence[:1])
    words = "no path to assets or calls that was found passes through the contract that asks for the proofs"
    return Known(value=False, evidence=evidence or user.code.evidence, derivation=words)
