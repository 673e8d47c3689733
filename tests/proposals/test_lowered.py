from __future__ import annotations

from scanner.chain.abi import topic
from scanner.model.observation import Known, Unknown
from scanner.proposals.actions import _lowered
from scanner.proposals.effects import PROTECTIONS
from tests.discovery.support import address, contract, log, word

_DELAY = PROTECTIONS["updateDelay(uint256)"]


def _changed(before: int, after: int, *, transaction: int) -> Known[bool] | Unknown:
    event = log(address(1), (topic("MinDelayChange(uint256,uint256)"),), word(before) + word(after)[2:], index=7)
    return _lowered(contract(1, event), _DELAY, log(address(2), (), index=transaction))


def test_the_event_of_the_executing_transaction_tells_whether_a_protection_fell() -> None:
    fell, rose = _changed(9, 5, transaction=7), _changed(5, 9, transaction=7)
    assert isinstance(fell, Known)
    assert isinstance(rose, Known)
    assert (fell.value, rose.value) == (True, False)


def test_an_event_of_another_transaction_tells_nothing() -> None:
    assert isinstance(_changed(9, 5, transaction=8), Unknown)


def test_every_event_named_is_one_that_is_read() -> None:
    from scanner.discovery.battery import PARAMETER_EVENTS

    assert {parameter.event for parameter in PROTECTIONS.values()} - {""} <= set(PARAMETER_EVENTS)
