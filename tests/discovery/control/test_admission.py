"""Who admits voters where no token carries the vote: a group's admin, the keeper of a governor's own list."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.chain.abi import selector
from scanner.discovery.account import Account
from scanner.discovery.anonymity.members import build_groups
from scanner.discovery.battery import GROUP_ADMIN_UPDATED
from scanner.discovery.control.admission import OF_THE_GROUP, OF_THE_LIST, admissions
from scanner.discovery.control.holders import Resolver
from scanner.discovery.dossier import Dossier
from scanner.discovery.families.unknown import UnknownGovernor
from scanner.discovery.membership.ways import removed_from
from scanner.model.contracts import Contract, Governor
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Role
from scanner.model.observation import Collection, Known
from tests.discovery.membership.test_settle import described, running
from tests.discovery.support import address, code, contract, eoa, log, parts, word, world

REMOVES = "removeMember(uint256,uint256,uint256[])"
KEY, WAY_IN = 5, 6


def _governor(**answers: tuple[str, Any]) -> Account:
    return contract(1, groupId=("uint256", 7), **answers)


class _ByShares(UnknownGovernor):
    """A home-made governor whose source was read: no token carries its vote."""

    vote = ActorKind.SHARE_VOTE


def _semaphore(admin: int, group: int = 7) -> Account:
    updated = log(address(2), (GROUP_ADMIN_UPDATED, word(group), word(0), word(address(admin))))
    return running(2, REMOVES, logs=(updated,))


def _found(governor: Account, *others: Account, contracts: tuple[Contract, ...] = ()) -> list[tuple[str, ActorKind]]:
    made = world(governor, *others)
    resolver = Resolver(made, parts(governors={governor.address: _ByShares()}))
    by_address = {one.address: one for one in contracts}
    return [(one.words, path.kind) for one in admissions(made, resolver, governor, by_address) for path in one.paths]


def test_the_admin_of_the_group_that_a_governor_asks_proofs_of_admits() -> None:
    assert _found(_governor(), _semaphore(KEY), eoa(KEY)) == [(OF_THE_GROUP, ActorKind.EOA)]


def test_another_groups_admin_does_not() -> None:
    assert _found(_governor(), _semaphore(KEY, group=8), eoa(KEY)) == []
    assert _found(contract(1), _semaphore(KEY), eoa(KEY)) == []


@pytest.mark.parametrize("guard", ["none", "payment", "member", "proof"])
def test_who_may_join_by_themselves_or_through_a_member_rules_nothing_by_that(guard: str) -> None:
    way_in = contract(WAY_IN)
    known = (described(way_in, Role.LINKED, admission_guard=guard),)
    assert _found(_governor(), _semaphore(WAY_IN), way_in, contracts=known) == []


def test_behind_a_way_in_of_its_own_stands_who_passes_its_guard() -> None:
    way_in = contract(WAY_IN, owner=("address", address(KEY)))
    known = (described(way_in, Role.LINKED, admission_guard="caller"),)
    assert _found(_governor(), _semaphore(WAY_IN), way_in, eoa(KEY), contracts=known) == [(OF_THE_GROUP, ActorKind.EOA)]


def test_a_way_in_that_could_not_be_read_is_not_nobody() -> None:
    way_in = contract(WAY_IN)
    known = (described(way_in, Role.LINKED),)
    found = _found(_governor(), _semaphore(WAY_IN), way_in, contracts=known)
    assert found == [(OF_THE_GROUP, ActorKind.UNRESOLVED)]


@pytest.mark.parametrize(("guard", "expected"), [("caller", [(OF_THE_LIST, ActorKind.EOA)]), ("no-function", [])])
def test_who_writes_a_governors_own_list_admits(guard: str, expected: list[tuple[str, ActorKind]]) -> None:
    governor = contract(1, owner=("address", address(KEY)))
    assert _found(governor, eoa(KEY), contracts=(described(governor, Role.GOVERNOR, mint_guard=guard),)) == expected


@pytest.mark.parametrize(("functions", "removed"), [((REMOVES,), "role"), ((), None)])
def test_who_administers_a_group_removes_its_members_unless_its_code_never_does(
    functions: tuple[str, ...], removed: str | None
) -> None:
    governor, way_in = _governor(), contract(WAY_IN)
    way_in.code = code(way_in.address, "0x6001" + "".join(f"63{selector(one)[2:]}14" for one in functions))
    for admin, expected in ((eoa(KEY), "role"), (way_in, removed)):
        accounts = [governor, _semaphore(KEY if admin.is_eoa else WAY_IN), admin]
        made = world(*accounts)
        own = [described(governor, Role.GOVERNOR), described(accounts[1], Role.LINKED)]
        own += [] if admin.is_eoa else [described(way_in, Role.LINKED, admission_guard="none")]
        nothing = Collection[Governor](items=(), complete=False, reason="")
        controls = Collection[Control](items=(), complete=False, reason="nothing")
        by_address = {one.address: one for one in own}
        dossier = Dossier(made, Resolver(made, parts()), nothing, (), (), by_address, controls)
        (group,) = build_groups(dossier).items
        found = removed_from(dossier, group)
        assert (found.value if isinstance(found, Known) else None) == expected
