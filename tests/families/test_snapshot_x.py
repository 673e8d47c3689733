"""Snapshot X: how a space and its execution strategies are told, and what stands between a vote and its calls."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.snapshot_x.dao import RECIPE
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.executors import executor_family_of
from scanner.discovery.executors import snapshot_x as strategies
from scanner.discovery.families import family_of, snapshot_x
from scanner.discovery.families.snapshot_x import SnapshotX
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, reverted, world

TOKEN, TIMELOCK, KEY = address(60), address(61), address(62)
CODE = "0x" + "".join(f"63{mark[2:]}14" for mark in snapshot_x._MARKS)
FAMILY = SnapshotX()
PAYLOAD = encode(snapshot_x._PAYLOAD, ([(KEY, 5, b"\x01", 1, 0)],))


def _space(*logs: Any, **answers: Any) -> Account:
    named = {"minVotingDuration": ("uint256", 5), "votingDelay": ("uint256", 1), "owner": ("address", KEY)}
    made = contract(1, *logs, **(named | answers))
    made.code = code(made.address, CODE)
    return made


def _created(number: int, payload: str = PAYLOAD, digest: bytes | None = None) -> Any:
    hashed = keccak(hexstr=payload) if digest is None else digest
    row = (KEY, 10, TIMELOCK, 15, 20, 0, hashed, 1)
    data = encode(snapshot_x._EVENT, (number, KEY, row, "ipfs://text", bytes.fromhex(payload[2:])))
    return log(address(1), (snapshot_x.CREATED,), data, index=number)


def _answer(account: Account, key: str, types: tuple[str, ...], *values: Any) -> None:
    account.calls[key] = (types, returned(account.address, encode(types, values)))


def _parts_of(name: str) -> tuple[set[str], set[str]]:
    abi = Workshop().contract(RECIPE, name).abi
    functions = {selector(signature_of(entry)) for entry in abi if entry["type"] == "function"}
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    return functions, events


def test_selectors_and_topics() -> None:
    functions, events = _parts_of("Space")
    assert {*snapshot_x._MARKS, "0xaad83f3b", "0xbc7e56f0", "0x791eb854"} <= functions
    assert {snapshot_x.CREATED, snapshot_x.VOTED} <= events
    functions, events = _parts_of("TimelockExecutionStrategy")
    assert {strategies._EXECUTE, strategies._TIMELOCK} <= functions
    assert {strategies.ENABLED, strategies.QUEUED_EXECUTED, strategies.VETOED} <= events
    functions, _ = _parts_of("AvatarExecutionStrategy")
    assert strategies._EXECUTE in functions
    assert strategies._TIMELOCK not in functions


def test_a_space_is_told_from_what_lacks_a_function_or_an_answer() -> None:
    space = _space()
    found = family_of(space, CODE)
    assert found is not None
    assert found.name == "snapshot-x"
    assert not FAMILY.recognise(space, CODE.replace(selector("nextProposalId()")[2:], "00000000"))
    del space.calls["minVotingDuration()"]
    assert not FAMILY.recognise(space, CODE)


def test_one_strategy_with_a_token_names_it_and_others_leave_it_open() -> None:
    space = _space(activeVotingStrategies=("uint256", 4))
    _answer(space, "votes 2", ("address", "bytes"), address(70), bytes.fromhex(TOKEN[2:]))
    token = FAMILY.token(space)
    assert isinstance(token, Known)
    assert token.value == TOKEN
    assert isinstance(FAMILY.token(_space(activeVotingStrategies=("uint256", 5))), Unknown)
    _answer(space, "votes 2", ("address", "bytes"), address(70), b"\x01" * 64)
    assert isinstance(FAMILY.token(space), Unknown)


def test_what_waits_at_a_timelock_is_queued_and_what_was_vetoed_is_not_executed() -> None:
    space = _space(_created(1))
    _answer(space, snapshot_x._of(TIMELOCK, "timelockDelay()"), ("uint256",), 600)
    _answer(space, snapshot_x._of(TIMELOCK, "quorum()"), ("uint256",), 7)
    zero = returned(space.address, encode(("uint256",), (0,)))
    counted = {"for": zero, "against": zero, "abstain": zero}
    handed = {"state": Known(value=4, evidence=zero.evidence)} | {
        key: Known(value=0, evidence=one.evidence) for key, one in counted.items()
    }
    for time, expected in ((99, "Queued"), (0, "Canceled")):
        _answer(space, "time of 1", ("uint256",), time)
        state = FAMILY.complete_state(space, 1, FAMILY.read_state(dict(handed)))
        assert isinstance(state.state, Known)
        assert state.state.value == expected
    keeper = contract(61, log(TIMELOCK, (strategies.QUEUED_EXECUTED,), "0x" + keccak(hexstr=PAYLOAD).hex()))
    space.met = {TIMELOCK: keeper}
    state = FAMILY.complete_state(space, 1, FAMILY.read_state(dict(handed)))
    assert isinstance(state.state, Known)
    assert state.state.value == "Executed"


def test_a_payload_is_held_against_the_hash_and_a_broken_one_is_a_problem() -> None:
    for digest, bound in ((None, True), (b"\x01" * 32, False)):
        space = _space(_created(1, digest=digest))
        row = (KEY, 10, TIMELOCK, 15, 20, 0, keccak(hexstr=PAYLOAD) if bound else b"\x01" * 32, 1)
        _answer(space, "proposal 1", snapshot_x._ROW, *row)
        (one,) = FAMILY.proposals(space).proposals
        assert one.actions[0].delegate is True
        assert isinstance(one.bound, Known)
        assert one.bound.value is bound
    told = FAMILY.proposals(_space(_created(1, payload="0x" + "ff" * 64)))
    assert not told.proposals
    assert len(told.problems) == 1


def test_without_proposals_execution_stays_open() -> None:
    assert isinstance(FAMILY.timelock(_space()), Unknown)
    assert isinstance(FAMILY.quorum(_space(), "blocknumber"), Unknown)
    space = _space(_created(1))
    space.calls[snapshot_x._of(TIMELOCK, "timelockDelay()")] = (("uint256",), reverted())
    found = FAMILY.timelock(space)
    assert isinstance(found, Known)
    assert found.value == ZERO_ADDRESS


def test_an_owner_acts_beside_the_vote_and_cancels() -> None:
    rights = {one.capability for one in FAMILY.besides(_space())}
    assert rights == {Capability.EXECUTE, Capability.CANCEL}


def test_a_strategy_obeys_its_enabled_spaces_after_its_delay_and_its_owner_at_once() -> None:
    logs = [
        log(TIMELOCK, (strategies.ENABLED,), "0x" + "00" * 12 + one[2:], index=place)
        for place, one in enumerate((address(1), address(2)))
    ]
    made = contract(61, *logs, timelockDelay=("uint256", 600), owner=("address", KEY))
    runtime = f"0x63{strategies._EXECUTE[2:]}63{selector(strategies._ENABLED)[2:]}63{strategies._TIMELOCK[2:]}"
    made.code = code(TIMELOCK, runtime)
    family = executor_family_of(made, runtime)
    assert family is not None
    assert family.name == "snapshot-x-timelock"
    assert not family.callers(made).complete, "whether a space is enabled was not asked yet"
    for one, enabled in ((address(1), True), (address(2), False)):
        _answer(made, f"{strategies._ENABLED} {one}", ("bool",), enabled)
    found = Resolver(world(made, eoa(1), eoa(62)), parts(executors={TIMELOCK: family})).paths(TIMELOCK)
    assert {path.actor: path.delay.value for path in found if isinstance(path.delay, Known)} == {
        address(1): 600,
        KEY: 0,
    }
    assert {path.kind for path in found} == {ActorKind.EOA}
