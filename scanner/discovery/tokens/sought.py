"""Who holds a power over a token: by the guards of its functions, else by roles and views of known names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.discovery.account import Account, nonzero
from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, MINTER_ROLE, PAUSER_ROLE, ROLE_GRANTED
from scanner.discovery.control.holders import Resolver, weakest
from scanner.discovery.control.roles import read_roles
from scanner.discovery.guards.rights import Right
from scanner.discovery.permissions.powers import SEIZE, all_known, doubt, granted
from scanner.model.controls import Holder
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown


@dataclass(frozen=True)
class Sought:
    """What its holders are looked for by: powers as guards carry them, then roles and views by their names.

    The administrators of roles are looked for beside every role.
    """

    powers: tuple[str, ...]
    roles: tuple[str, ...] = ()
    views: tuple[str, ...] = ("owner()",)

    @property
    def all_roles(self) -> tuple[str, ...]:
        return (*self.roles, DEFAULT_ADMIN_ROLE)


MINTERS = Sought(("mint",), (MINTER_ROLE,), ("minter()", "mintAuthority()", "owner()"))
ADMITTERS = Sought(("admit",), views=("owner()", "admin()", "governor()", "dao()"))
PAUSERS = Sought(("pause",), (PAUSER_ROLE,))
CONFISCATORS = Sought(("seize", "freeze"), (SEIZE,))


def right_to(resolver: Resolver, account: Account, sought: Sought) -> Right | None:
    """Return who holds it by its guards; None where no guard tells, or permissions kept elsewhere tell more."""
    if next(granted(account, sought.all_roles), None) is not None or doubt(account, sought.all_roles):
        return None
    return resolver.right(account.address, *sought.powers)


def office_holders(resolver: Resolver, account: Account, sought: Sought) -> Mapping[str, tuple[Evidence, ...]]:
    """Return the addresses that hold it, with the evidence; permissions that are kept elsewhere are left out."""
    right = right_to(resolver, account, sought)
    found = {one.address: one.evidence or right.evidence for one in right.holders} if right is not None else {}
    if right is not None and right.settled:
        return found
    for member in read_roles(account).holders(*sought.all_roles):
        found.setdefault(member.address, member.evidence)
    for view in sought.views:
        answer = account.address_of(view)
        if address := nonzero(answer):
            found.setdefault(address, answer.evidence)
    return found


def role_holders(resolver: Resolver, account: Account, sought: Sought) -> Collection[Holder]:
    """Return who holds it, each with the weakest actor behind it; not complete where there may be others."""
    found = dict(office_holders(resolver, account, sought))
    for grant in granted(account, sought.all_roles):
        if not grant.condition:
            found.setdefault(grant.who, grant.evidence)
    items = tuple(resolver.holder(address, found[address]) for address in sorted(found))
    right = right_to(resolver, account, sought)
    if right is not None and right.settled:
        return Collection[Holder](items=items, complete=True)
    book = read_roles(account)
    reason = book.reason or doubt(account, sought.all_roles) or (right.reason if right is not None else "")
    return Collection[Holder](items=items, complete=book.complete and not reason, reason=reason)


def kind_with_power(
    resolver: Resolver,
    account: Account,
    guard: Known[str] | Unknown,
    sought: Sought,
) -> Known[str] | Unknown:
    """Return the weakest ActorKind that passes `guard` now.

    Nobody when there is no such function, anyone when nothing or only a payment or proof stands before it; behind a
    check of the caller, the holders of the role decide: this role's, the administrators' who grant it, the owner's.
    """
    if isinstance(guard, Unknown):
        return guard
    if guard.value == Guard.ABSENT:
        return Known(value=ActorKind.NOBODY.value, evidence=guard.evidence, derivation="no such function")
    if guard.value != Guard.CALLER:
        return Known(value=ActorKind.ANYONE.value, evidence=guard.evidence, derivation=f"guard: {guard.value}")
    holders = role_holders(resolver, account, sought)
    right = right_to(resolver, account, sought)
    if right is not None and right.anyone:
        return Known(value=ActorKind.ANYONE.value, evidence=right.evidence, derivation=f"{right.words}: anyone passes")
    if not holders.items and right is not None:
        if right.settled:
            words = f"nobody passes {right.words}"
            return Known(value=ActorKind.NOBODY.value, evidence=guard.evidence + right.evidence, derivation=words)
        detail = right.reason or "nobody was found who passes its guard, and calls do not bear that out"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=guard.evidence + right.evidence)
    if not holders.items:
        evidence = guard.evidence + read_roles(account).evidence
        views = [account.address_of(view) for view in sought.views]
        if holders.complete and not any(nonzero(one) for one in views):
            if any(isinstance(one, Known) for one in views) or read_roles(account).members:
                return Known(value=ActorKind.NOBODY.value, evidence=evidence, derivation="nobody holds the role now")
            if all_known(account):
                return Known(value=ActorKind.NOBODY.value, evidence=evidence, derivation="nobody holds the permission")
            if _given_up(account):
                return Known(value=ActorKind.NOBODY.value, evidence=evidence, derivation="every role was renounced")
        return Unknown(reason=Reason.UNRESOLVED, detail="the caller it admits could not be named", evidence=evidence)
    kind = weakest(holder.kind for holder in holders.items)
    evidence = guard.evidence + tuple(
        item for holder in holders.items if holder.kind is kind for item in holder.evidence
    )
    if kind is ActorKind.UNRESOLVED:
        return Unknown(reason=Reason.UNRESOLVED, detail="a holder of the role could not be resolved", evidence=evidence)
    if not holders.complete and (kind.is_vote or kind is ActorKind.NOBODY):
        detail = f"there may be other holders of the role: {holders.reason}"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
    names = ", ".join(holder.label for holder in holders.items if holder.kind is kind)
    return Known(value=kind.value, evidence=evidence, derivation=names)


def _given_up(account: Account) -> bool:
    """Whether roles were granted once and none is held any more."""
    return bool(account.events(ROLE_GRANTED)) and not read_roles(account).members
