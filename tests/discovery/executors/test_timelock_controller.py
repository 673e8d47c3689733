"""Who makes a TimelockController act: a proposer who may not execute waits for somebody who may."""

from __future__ import annotations

import pytest

from scanner.chain.abi import encode
from scanner.discovery.account import Account
from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, EXECUTOR_ROLE, PROPOSER_ROLE, ROLE_GRANTED
from scanner.discovery.control.roles import role_question
from scanner.discovery.executors.timelock_controller import TimelockController
from tests.discovery.support import address, contract, log, returned, word

TIMELOCK, GOVERNOR, KEY, KEEPER = address(1), address(2), address(3), address(4)


def _timelock(*rights: tuple[str, str], free: bool | None) -> Account:
    logs = [
        log(TIMELOCK, (ROLE_GRANTED, role, word(who), word(KEY)), index=at) for at, (role, who) in enumerate(rights)
    ]
    getters = {} if free is None else {"openExecutor": ("bool", free)}
    made = contract(1, *logs, getMinDelay=("uint256", 172_800), **getters)
    for role, who in rights:
        made.calls[role_question(role, who)] = (("bool",), returned(TIMELOCK, encode(("bool",), (True,))))
    return made


_VOTE = ((PROPOSER_ROLE, GOVERNOR), (EXECUTOR_ROLE, GOVERNOR), (PROPOSER_ROLE, KEY))


@pytest.mark.parametrize(
    ("rights", "free", "callers"),
    [
        (_VOTE, False, {GOVERNOR}),
        (_VOTE, True, {GOVERNOR, KEY}),
        (_VOTE, None, {GOVERNOR, KEY}),
        ((*_VOTE, (EXECUTOR_ROLE, KEY)), False, {GOVERNOR, KEY}),
        ((*_VOTE, (EXECUTOR_ROLE, KEEPER)), False, {GOVERNOR, KEY}),
        ((*_VOTE, (DEFAULT_ADMIN_ROLE, KEY)), False, {GOVERNOR, KEY}),
        (((PROPOSER_ROLE, GOVERNOR), (PROPOSER_ROLE, KEY)), False, {GOVERNOR, KEY}),
    ],
    ids=["the vote executes", "anyone does", "not read", "the key does", "a keeper", "the key gives roles", "nobody"],
)
def test_who_makes_it_act(rights: tuple[tuple[str, str], ...], free: bool | None, callers: set[str]) -> None:
    account = _timelock(*rights, free=free)
    assert {one.address for one in TimelockController().callers(account).items} == callers
    assert KEY in {one.address for one in TimelockController().proposers(account).items}
