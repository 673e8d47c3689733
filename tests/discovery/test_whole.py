"""What is said of the DAO as a whole."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.discovery.control.holders import Resolver
from scanner.discovery.dossier import Dossier
from scanner.discovery.whole import build_dao
from scanner.model.contracts import Contract, Governor, Safe
from scanner.model.controls import Control
from scanner.model.dao import Dao
from scanner.model.kinds import ActorKind, Capability, Role, Verification
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import GuardHolder, Passage
from tests.discovery.support import contract, parts, world
from tests.render import factory
from tests.render import factory_dao as dao

MOVES = dao.control(dao.SAFE, ActorKind.MULTISIG, Capability.MOVE_FUNDS, (dao.SAFE, "Safe"))
SETS = dao.control(dao.SAFE, ActorKind.MULTISIG, Capability.SET_PARAMETERS, (dao.SAFE, "Safe"))
HOLDER = GuardHolder(
    address=dao.SAFE,
    kind=ActorKind.MULTISIG,
    actors=(ActorKind.MULTISIG,),
    label="Safe",
    delay_seconds=Known(value=0, evidence=(dao.CALL,)),
)


def passage(guard: str, *holders: GuardHolder, complete: bool = True) -> Passage:
    return Passage(
        contract=dao.VAULT,
        functions=("setAvatar(address)",),
        guard=guard,
        asks="",
        holders=holders,
        complete=complete,
        checked="passed",
        evidence=(dao.CALL,),
    )


def whole(
    *edges: Control,
    passages: tuple[Passage, ...] = (),
    safes: tuple[Safe, ...] = (),
    contracts: tuple[Contract, ...] = (),
    read: bool = True,
) -> Dao:
    account = contract(1)
    made = world(account)
    dossier = Dossier(
        made,
        Resolver(made, parts()),
        Collection[Governor](items=(), complete=True),
        (),
        safes,
        {one.address: one for one in contracts},
        Collection[Control](items=edges, complete=True),
        Collection[Passage](items=passages, complete=read, reason="" if read else "not read"),
    )
    return build_dao(dossier, account.address)


def immutable(*edges: Control, **how: Any) -> object:
    found = whole(*edges, **how).immutable
    return found.value if isinstance(found, Known) else found.reason


def test_nothing_changes_where_no_line_and_no_guard_lets_anyone_change_it() -> None:
    open_to_all, of_nobody = passage("anyone"), passage("caller")
    assert immutable(MOVES, passages=(open_to_all, of_nobody)) is True


def test_what_a_line_of_control_changes_is_not_fixed() -> None:
    assert immutable(MOVES, SETS) is False


def test_the_owners_of_a_safe_change_its_settings() -> None:
    (safe,) = factory.snapshot().safes.items
    assert immutable(MOVES, safes=(safe,)) is False
    unread = safe.model_copy(update={"threshold": Unknown(reason=Reason.NOT_READ)})
    assert immutable(MOVES, safes=(unread,)) is Reason.UNRESOLVED


@pytest.mark.parametrize(
    "held", [passage("caller", HOLDER), passage("caller", complete=False), passage("unknown", complete=False)]
)
def test_a_guard_that_somebody_passes_leaves_open_what_it_changes(held: Passage) -> None:
    assert immutable(MOVES, passages=(passage("anyone"), held)) is Reason.UNRESOLVED


def test_guards_that_were_not_read_leave_it_open() -> None:
    assert immutable(MOVES, read=False) is Reason.UNRESOLVED
    assert immutable() is Reason.UNRESOLVED


VOTES = dao.control(dao.GOVERNOR, ActorKind.TOKEN_VOTE, Capability.MOVE_FUNDS, (dao.TIMELOCK, "Timelock"))


def test_only_the_vote_rules_where_the_code_of_what_matters_was_read() -> None:
    (read, *_) = [one for one in factory.snapshot().contracts.items if Role.GOVERNOR in one.roles]
    assert isinstance(read.verification, Known)
    ruled = whole(VOTES, contracts=(read,)).effective_controller_kind
    assert isinstance(ruled, Known)
    assert ruled.value == ActorKind.NOBODY
    hidden = read.verification.model_copy(update={"value": Verification.NOT_VERIFIED})
    unread = whole(VOTES, contracts=(read.model_copy(update={"verification": hidden}),)).effective_controller_kind
    assert isinstance(unread, Unknown)
    assert unread.reason is Reason.NOT_VERIFIED
    assert "core contracts (1)" in unread.detail


def test_who_acts_beside_the_vote_is_said_whatever_was_not_read() -> None:
    (read, *_) = [one for one in factory.snapshot().contracts.items if Role.GOVERNOR in one.roles]
    hidden = dao.known(Verification.NOT_VERIFIED)
    found = whole(VOTES, MOVES, contracts=(read.model_copy(update={"verification": hidden}),))
    assert isinstance(found.effective_controller_kind, Known)
    assert found.effective_controller_kind.value == ActorKind.MULTISIG
