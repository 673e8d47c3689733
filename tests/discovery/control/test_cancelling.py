"""Who cancels what waits: keys beside the vote do; what a vote orders waits behind it."""

from __future__ import annotations

from scanner.chain.abi import encode
from scanner.discovery.account import Account
from scanner.discovery.battery import CANCELLER_ROLE, PROPOSER_ROLE, ROLE_GRANTED
from scanner.discovery.control.holders import Resolver
from scanner.discovery.control.roles import role_question
from scanner.discovery.control.settle import build_controls
from scanner.discovery.executors.ds_pause import DsPause
from scanner.discovery.executors.timelock_controller import TimelockController
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.model.kinds import ActorKind, Capability
from tests.discovery.support import address, contract, eoa, log, parts, returned, word, world

TIMELOCK, GOVERNOR, KEY = address(1), address(2), address(3)


def _timelock() -> Account:
    rights = [(PROPOSER_ROLE, GOVERNOR), (CANCELLER_ROLE, GOVERNOR), (CANCELLER_ROLE, KEY)]
    logs = [
        log(TIMELOCK, (ROLE_GRANTED, role, word(who), word(KEY)), index=at) for at, (role, who) in enumerate(rights)
    ]
    made = contract(1, *logs, getMinDelay=("uint256", 172_800))
    for role, who in rights:
        made.calls[role_question(role, who)] = (("bool",), returned(TIMELOCK, encode(("bool",), (True,))))
    return made


def test_a_vote_whose_orders_wait_in_a_timelock_does_not_cancel_there_what_a_key_cancels() -> None:
    timelock, governor = _timelock(), contract(2, timelock=("address", TIMELOCK), token=("address", address(9)))
    found = parts(governors={GOVERNOR: OpenZeppelinGovernor(5)}, executors={TIMELOCK: TimelockController()})
    made = world(timelock, governor, contract(9), eoa(3))
    controls = build_controls(made, Resolver(made, found), contracts=(), tokens=()).items
    assert {one.actor for one in controls if one.capability is Capability.CANCEL} == {KEY}
    assert ActorKind.TOKEN_VOTE in {path.kind for path in Resolver(made, found).paths(TIMELOCK)}


def test_a_vote_that_orders_a_pause_elsewhere_drops_its_plans_at_once() -> None:
    pause = contract(1, owner=("address", KEY), authority=("address", GOVERNOR), delay=("uint256", 172_800))
    governor = contract(2, timelock=("address", TIMELOCK), token=("address", address(9)))
    found = parts(governors={GOVERNOR: OpenZeppelinGovernor(5)}, executors={TIMELOCK: DsPause()})
    made = world(pause, governor, contract(9), eoa(3))
    controls = build_controls(made, Resolver(made, found), contracts=(), tokens=()).items
    assert {one.actor for one in controls if one.capability is Capability.CANCEL} == {KEY, GOVERNOR}
