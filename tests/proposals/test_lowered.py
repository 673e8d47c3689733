from __future__ import annotations

from scanner.chain.abi import topic
from scanner.model.observation import Known, Unknown
from scanner.proposals.effects import PROTECTIONS
from scanner.proposals.protections import _told
from tests.discovery.support import address, contract, log, word

_DELAY = PROTECTIONS["updateDelay(uint256)"]


def _changed(before: int, after: int, *, transaction: int) -> tuple[Known[int] | Unknown, Known[int] | Unknown]:
    event = log(address(1), (topic("MinDelayChange(uint256,uint256)"),), word(before) + word(after)[2:], index=7)
    return _told(contract(1, event), _DELAY, log(address(2), (), index=transaction))


def test_the_event_of_the_executing_transaction_tells_what_was_before_and_after() -> None:
    before, after = _changed(9, 5, transaction=7)
    assert isinstance(before, Known)
    assert isinstance(after, Known)
    assert (before.value, after.value) == (9, 5)


def test_an_event_of_another_transaction_tells_nothing() -> None:
    assert all(isinstance(one, Unknown) for one in _changed(9, 5, transaction=8))


def test_every_event_named_is_one_that_is_read() -> None:
    from scanner.discovery.battery import PARAMETER_EVENTS

    assert {parameter.event for parameter in PROTECTIONS.values()} - {""} <= set(PARAMETER_EVENTS)
