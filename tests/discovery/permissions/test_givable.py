"""A right that nobody holds is none that nobody can have: who keeps it may give it."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.discovery.account import Account
from scanner.discovery.answers import Graph, build_answers
from scanner.discovery.permissions import acl, osx
from scanner.discovery.permissions.givable import givable
from scanner.discovery.permissions.settle import settle_permissions
from scanner.model.controls import Control
from scanner.model.observation import Collection
from scanner.model.passages import Passage
from tests.discovery.membership.test_settle import running
from tests.discovery.support import address, contract, log, word, world

KEEPER, APP, KEY = address(1), address(2), address(3)
_DAO = (osx.HAS_PERMISSION, "isGranted(address,address,bytes32,bytes)", "grant(address,address,bytes32)")
_LIST = (acl.HAS_PERMISSION, acl.GET_MANAGER, "createPermission(address,address,bytes32,address)")


def _passage(asks: str, at: str = APP) -> Passage:
    kept = f"permissions kept by {KEEPER}"
    return Passage(
        contract=at, functions=("act()",), guard="caller", asks=asks, read_from=kept, checked="refused", evidence=()
    )


def _unheld(passage: Passage, *accounts: Account) -> tuple[bool, bool]:
    """Return whether the right may be given, and whether the map says that nobody can use it."""
    made = world(*accounts)
    settle_permissions(made)
    given = givable(made, [passage])
    none = Collection[Control](items=(), complete=True)
    told = Collection[Passage](items=(passage,), complete=True)
    said = build_answers(Graph(none, told, (), {}, (), given)).items
    return bool(given), [one.question for one in said] == ["nobody"]


@pytest.mark.parametrize("root", [True, False])
def test_root_of_a_dao_gives_any_permission(root: bool) -> None:
    name = "ROOT" if root else "EXECUTE"
    data = "0x" + KEEPER[2:].rjust(64, "0") + osx.ALLOW_FLAG[2:].rjust(64, "0")
    granted = log(KEEPER, (osx.GRANTED, osx.ID[name], word(KEY), word(KEY)), data)
    dao, plugin = running(1, *_DAO, logs=(granted,)), contract(2, dao=("address", KEEPER))
    assert _unheld(_passage("UPGRADE_DAO_PERMISSION_ID", KEEPER), dao) == (root, not root)
    assert _unheld(_passage("UPGRADE_PLUGIN_PERMISSION_ID"), dao, plugin) == (root, not root)


def _set(app: str, name: str) -> Any:
    return log(KEEPER, (acl.SET_PERMISSION, word(KEY), word(app), acl.ID[name]), word(1))


def _managed(manager: str) -> Any:
    return log(KEEPER, (acl.CHANGE_MANAGER, word(APP), acl.ID["ISSUE"], word(manager)), index=1)


@pytest.mark.parametrize(
    ("logs", "may"),
    [
        ((), False),
        ((_set(KEEPER, "CREATE_PERMISSIONS"),), True),
        ((_managed(KEY),), True),
        ((_set(KEEPER, "CREATE_PERMISSIONS"), _managed(acl.BURNED)), False),
    ],
)
def test_a_role_is_given_by_its_manager_or_created_where_it_has_none(logs: tuple[Any, ...], may: bool) -> None:
    keeper = running(1, *_LIST, logs=(_set(APP, "MINT"), *logs))
    kernel = contract(4, acl=("address", KEEPER))
    app = contract(2, kernel=("address", kernel.address))
    asks = "hasPermission(msg.sender, ISSUE_ROLE, address(this))"
    assert _unheld(_passage(asks), keeper, kernel, app) == (may, not may)


def test_what_is_kept_by_nobody_else_cannot_be_given() -> None:
    passage = _passage("owner").model_copy(update={"read_from": "owner()"})
    assert _unheld(passage, contract(2)) == (False, True)
