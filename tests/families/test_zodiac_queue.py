"""Orders that wait in a Delay modifier: which of them, in what state, whose, and whether the module holds them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode as plain
from eth_abi.packed import encode_packed
from eth_utils import keccak

from fixtures.contract import event_topic, type_of
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.executors.zodiac import DelayModifier, delay
from scanner.discovery.families.interface import NOW
from scanner.discovery.queues import queue_of
from scanner.discovery.queues.delay import DelayQueue
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, log, returned

ABI = Path("node_modules/@gnosis.pm/zodiac-4/dist/cjs/abi/Delay.json")
SAFE, KEY, OTHER = address(70), address(71), address(72)
ROW = ("address", "uint256", "bytes", "uint8")
ORDER = (OTHER, 5, b"\x01\x02\x03\x04", 1)
CODE = "0x" + "".join(f"63{selector(one)[2:]}14" for one in DelayModifier.marks)
QUEUE = DelayQueue()


def _word(number: int) -> str:
    return "0x" + number.to_bytes(32, "big").hex()


def _added(number: int, order: tuple[Any, ...] = ORDER) -> Any:
    topics = (delay.TRANSACTION_ADDED, _word(number), _word(0))
    return log(address(1), topics, encode(ROW, order), block=100 + number)


def _enabled(module: str, topic: str = delay.ENABLED_MODULE, block: int = 1) -> Any:
    return log(address(1), (topic,), encode(("address",), (module,)), block=block)


def _queue(*logs: Any, first: int = 0, end: int = 9, **answers: Any) -> Account:
    named = {"avatar": ("address", SAFE), "target": ("address", SAFE), "txCooldown": ("uint256", 600)}
    state = {"txNonce": ("uint256", first), "queueNonce": ("uint256", end)}
    made = contract(1, *logs, **(named | state | answers))
    made.code = code(made.address, CODE)
    return made


def _kept(account: Account, number: int, value: bytes) -> None:
    account.calls[delay.hash_of(number)] = (("bytes32",), returned(account.address, "0x" + value.hex()))


def test_its_event_and_its_views_are_those_of_the_package() -> None:
    entries = json.loads(ABI.read_text("utf-8"))
    entries = entries["abi"] if isinstance(entries, dict) else entries
    named = {f"{one['name']}({','.join(map(type_of, one['inputs']))})": one["type"] for one in entries if "name" in one}
    events = {event_topic(name) for name, kind in named.items() if kind == "event"}
    assert {delay.TRANSACTION_ADDED, delay.ENABLED_MODULE, delay.DISABLED_MODULE} <= events
    views = {"txHash(uint256)", "txCreatedAt(uint256)", *(name for name, _ in DelayModifier.asked)}
    assert {name for name, kind in named.items() if kind == "function"} >= views


def test_a_queue_is_told_where_the_modifier_is() -> None:
    account = _queue()
    assert isinstance(queue_of(account, CODE), DelayQueue)
    assert queue_of(account, "0x6000") is None
    assert QUEUE.executor(account) == SAFE


def test_only_what_still_waits_is_told() -> None:
    account = _queue(*(_added(number) for number in range(5)), first=2, end=4)
    assert [one.id for one in QUEUE.proposals(account).proposals] == [2, 3]
    del account.calls["txNonce()"]
    assert QUEUE.proposals(account).proposals == (), "where the queue stands is not known"


def test_more_than_can_be_looked_at_is_said() -> None:
    told = QUEUE.proposals(_queue(*(_added(number) for number in range(230)), end=230))
    assert len(told.proposals) == 200
    assert told.problems == (("a proposal (orders that wait)", "30 more wait than are looked at"),)


@pytest.mark.parametrize(
    ("kept", "bound"),
    [(keccak(encode_packed(ROW, ORDER)), True), (keccak(plain(ROW, ORDER)), True), (b"\x07" * 32, False)],
)
def test_an_order_is_that_whose_hash_the_module_keeps(kept: bytes, bound: bool) -> None:
    account = _queue(_added(0))
    _kept(account, 0, kept)
    (one,) = QUEUE.proposals(account).proposals
    assert isinstance(one.bound, Known)
    assert one.bound.value is bound
    assert one.actions[0].delegate is True


def test_an_order_whose_hash_was_not_read_is_not_confirmed() -> None:
    (one,) = QUEUE.proposals(_queue(_added(0))).proposals
    assert isinstance(one.bound, Unknown)


def test_who_gave_an_order_is_known_where_one_module_only_could() -> None:
    (one,) = QUEUE.proposals(_queue(_enabled(KEY), _added(0))).proposals
    assert one.proposer == KEY
    (one,) = QUEUE.proposals(_queue(_enabled(KEY), _enabled(OTHER, block=2), _added(0))).proposals
    assert one.proposer == ZERO_ADDRESS
    left = _enabled(OTHER, delay.DISABLED_MODULE, block=3)
    (one,) = QUEUE.proposals(_queue(_enabled(KEY), _enabled(OTHER, block=2), left, _added(0))).proposals
    assert one.proposer == KEY
    (one,) = QUEUE.proposals(_queue(_added(0), _enabled(KEY, block=500))).proposals
    assert one.proposer == ZERO_ADDRESS, "it was enabled later"


def test_a_log_that_is_none_is_a_problem() -> None:
    broken = log(address(1), (delay.TRANSACTION_ADDED, _word(0), _word(0)), "0x" + "ff" * 96)
    nowhere = log(address(1), (delay.TRANSACTION_ADDED,), encode(ROW, ORDER))
    told = QUEUE.proposals(_queue(broken, nowhere))
    assert told.proposals == ()
    assert len(told.problems) == 2


def _state(created: int, cooldown: int, expiration: int, now: int) -> Any:
    values = {"created": created, "cooldown": cooldown, "expiration": expiration, NOW: now}
    return QUEUE.read_state({key: Known(value=value, evidence=()) for key, value in values.items()})


def test_an_order_waits_until_it_is_void() -> None:
    early, due, last, late = (_state(100, 50, 20, now) for now in (120, 150, 170, 171))
    assert [one.state.value for one in (early, due, last, late)] == ["Queued", "Queued", "Queued", "Expired"]
    assert early.eta.value == 150
    assert _state(100, 50, 0, 10**9).state.value == "Queued", "it never becomes void"
    unread = Unknown(reason=Reason.NODE_ERROR)
    told = QUEUE.read_state({**dict.fromkeys(("created", "cooldown", "expiration"), unread), NOW: unread})
    assert isinstance(told.state, Unknown)
    assert isinstance(told.for_votes, Unknown)
