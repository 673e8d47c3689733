"""Give every contract the permissions over it that the contract which it asks keeps for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from scanner.discovery.account import Account, nonzero
from scanner.discovery.control.grants import Grants
from scanner.discovery.executors.aragon_apps import roles_of
from scanner.discovery.permissions import acl, osx
from scanner.discovery.permissions.claims import Ledger
from scanner.discovery.world import World, running_code


@dataclass(frozen=True)
class _Kept:
    """An authority with what it keeps."""

    account: Account
    book: Ledger


def settle_permissions(world: World) -> None:
    """Fill in `Account.grants`. An authority counts for those contracts only that name it themselves."""
    daos = _kept(world, osx.is_dao, osx.ledger)
    lists = _kept(world, acl.is_acl, acl.ledger)
    for address, account in world.accounts.items():
        if not account.has_code:
            continue
        dao = address if address in daos else nonzero(account.address_of("dao()"))
        if dao in daos:
            account.grants = _of_dao(daos[dao], address)
        elif (keeper := _list_of(world, account)) in lists:
            account.grants = _of_list(world, lists[keeper], account)
        elif keeper or dao:
            reason = f"the contract that keeps its permissions ({keeper or dao}) could not be read as one"
            account.grants = Grants(keeper or dao or "", complete=False, reason=reason)


def _kept(world: World, is_one: Callable[[str], bool], read: Callable[[Account], Ledger]) -> dict[str, _Kept]:
    implementations = {
        target for one in world.accounts.values() if one.proxy and (target := nonzero(one.proxy.implementation))
    }
    return {
        address: _Kept(account, read(account))
        for address, account in world.accounts.items()
        if account.has_code and address not in implementations and is_one(running_code(world, account))
    }


def _of_dao(dao: _Kept, where: str) -> Grants:
    held = tuple(grant for grant in dao.book.grants if grant.where in (where, osx.ANY_ADDRESS))
    return Grants(dao.account.address, held, dao.book.complete, dao.book.reason, dao.book.evidence)


def _list_of(world: World, account: Account) -> str:
    """Return the access list that an app asks by way of its kernel; empty for a contract that is no app."""
    kernel = account if account.answers("acl()") else world.get(nonzero(account.address_of("kernel()")) or "")
    return (nonzero(kernel.address_of("acl()")) or "") if kernel is not None else ""


def _of_list(world: World, keeper: _Kept, account: Account) -> Grants:
    held = tuple(grant for grant in keeper.book.grants if grant.where == account.address)
    created = acl.creators(
        keeper.account, keeper.book, account.address, roles_of(account, running_code(world, account))
    )
    known = {(grant.who, grant.permission) for grant in held}
    new = tuple(grant for grant in created if (grant.who, grant.permission) not in known)
    grants = Grants(keeper.account.address, held + new, keeper.book.complete, keeper.book.reason, keeper.book.evidence)
    return replace(grants, items=tuple(sorted(grants.items, key=lambda one: (one.permission, one.who, one.words))))
