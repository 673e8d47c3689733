"""Who says who votes, where no token carries the vote: whoever can admit voters enough carries a vote alone.

The admin of the group whose members prove that they belong to it (Semaphore), and whoever writes the list of a governor
that keeps one itself. Where anyone may join, or a member admits, nobody rules alone by that: those are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scanner.discovery.account import Account, nonzero
from scanner.discovery.anonymity.groups import group_admin, keeps_groups, word_of
from scanner.discovery.control.holders import Path, Resolver
from scanner.discovery.tokens.sought import ADMITTERS, MINTERS, Sought, office_holders
from scanner.discovery.world import World, only_a_target
from scanner.model.contracts import Contract
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Guard
from scanner.model.observation import Known, Unknown

OF_THE_GROUP = "admin of the group whose members vote by proofs"
OF_THE_LIST = "says who votes, and with what weight"


@dataclass(frozen=True)
class Admission:
    """The ways to admit voters that one right gives, and what that right is."""

    paths: tuple[Path, ...]
    words: str


def admissions(
    world: World, resolver: Resolver, account: Account, contracts: Mapping[str, Contract]
) -> Iterator[Admission]:
    """Yield who alone admits to the votes of a governor."""
    for admin in _group_admins(world, account):
        yield Admission(_behind(resolver, admin, contracts.get(admin.value)), OF_THE_GROUP)
    own = contracts.get(account.address)
    if own is not None and _keeps_its_own_list(resolver, account):
        guard = own.code.mint_guard
        if isinstance(guard, Known) and guard.value == Guard.CALLER:
            yield Admission(_holding(resolver, account, MINTERS, guard.evidence), OF_THE_LIST)


def _group_admins(world: World, account: Account) -> Iterator[Known[str]]:
    named = account.ask("groupId()")
    if not isinstance(named, Known) or only_a_target(account):
        return
    for address in sorted(world.accounts):
        if keeps_groups(world, address):
            admin = group_admin(world.accounts[address], word_of(int(named.value)))
            if admin is not None and nonzero(admin):
                yield admin


def _behind(resolver: Resolver, admin: Known[str], contract: Contract | None) -> tuple[Path, ...]:
    """Return who makes the group's admin admit: the admin itself, or those whom a contract's own way in asks for."""
    guard = contract.code.admission_guard if contract is not None else None
    if guard is None or (isinstance(guard, Known) and guard.value == Guard.ABSENT):
        return _proven(resolver.paths(admin.value), admin.evidence)
    if isinstance(guard, Unknown):
        label = f"unresolved: who makes {resolver.label(admin.value)} admit members"
        return (
            Path(admin.value, ActorKind.UNRESOLVED, label, (guard.detail or "not read",), guard, guard, admin.evidence),
        )
    if guard.value != Guard.CALLER:
        return ()
    found = _holding(resolver, resolver.world.accounts[admin.value], ADMITTERS, admin.evidence + guard.evidence)
    step = f"way in of {resolver.label(admin.value)}"
    return tuple(replace(path, steps=(*path.steps, step)) for path in found)


def _keeps_its_own_list(resolver: Resolver, account: Account) -> bool:
    family = resolver.parts.governors[account.address]
    counted = family.name == "unknown" and resolver.vote_kind(account.address) is ActorKind.SHARE_VOTE
    return counted and nonzero(resolver.parts.vote_tokens.get(account.address) or family.token(account)) is None


def _holding(resolver: Resolver, account: Account, sought: Sought, evidence: tuple[Evidence, ...]) -> tuple[Path, ...]:
    held = office_holders(resolver, account, sought)
    return tuple(path for holder in sorted(held) for path in _proven(resolver.paths(holder), held[holder] + evidence))


def _proven(paths: Iterable[Path], evidence: tuple[Evidence, ...]) -> tuple[Path, ...]:
    return tuple(replace(one, evidence=tuple(dict.fromkeys((*one.evidence, *evidence)))) for one in paths)
