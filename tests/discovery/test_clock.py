from __future__ import annotations

from scanner.discovery.clock import clock_mode, in_seconds
from scanner.model.evidence import BlockEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import BLOCK, contract, reverted, world

_AMOUNT = Known(value=100, evidence=())


def _earlier(number: int, timestamp: int) -> Known[BlockEvidence]:
    header = BlockEvidence(chain_id=1, block_number=number, block_hash="0x" + "ee" * 32, timestamp=timestamp)
    return Known(value=header, evidence=(header,))


def test_a_timestamp_clock_counts_seconds() -> None:
    account = contract(1, CLOCK_MODE=("string", "mode=timestamp"))
    found = in_seconds(world(account), account, clock_mode(account), _AMOUNT)
    assert isinstance(found, Known)
    assert found.value == 100


def test_blocks_are_turned_into_seconds_by_the_average_of_two_headers() -> None:
    account = contract(1)
    account.calls["CLOCK_MODE()"] = (("string",), reverted())
    here = world(account)
    here.earlier = _earlier(BLOCK.number - 500, BLOCK.timestamp - 6_000)
    found = in_seconds(here, account, clock_mode(account), _AMOUNT)
    assert isinstance(found, Known)
    assert found.value == 1_200
    assert any(item.kind == "block" for item in found.evidence)


def test_a_clock_that_is_not_the_chains_block_number_tells_no_time() -> None:
    account = contract(1, CLOCK_MODE=("string", "mode=blocknumber&from=default"), clock=("uint256", 20_000_000))
    here = world(account)
    here.earlier = _earlier(500, BLOCK.timestamp - 6_000)
    found = in_seconds(here, account, clock_mode(account), _AMOUNT)
    assert isinstance(found, Unknown)
    assert found.reason is Reason.NOT_SUPPORTED


def test_a_mode_that_no_standard_names_is_unknown() -> None:
    found = clock_mode(contract(1, CLOCK_MODE=("string", "mode=moon")))
    assert isinstance(found, Unknown)
    assert found.reason is Reason.NOT_SUPPORTED
