"""Where code hands an unknown call: from the bytes alone, in bounded time, whatever the bytes are."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.code.bytecode.forwarding import Target, forwarding, routed
from scanner.code.bytecode.proxy import FORMS, minimal_proxy

_TARGET = "be" * 20
_CALL = "5af43d6000803e3d6000f3"
_HEAD = "36600060003760006000366000"  # CALLDATACOPY(0, 0, size), then out size, out, in size, in offset


def _target(push: str) -> Target | None:
    return forwarding("0x" + _HEAD + push + _CALL).target


@pytest.mark.parametrize(
    ("push", "kind", "value"),
    [
        ("73" + _TARGET, "constant", int(_TARGET, 16)),
        ("600754", "slot", 7),
        ("60075473" + "ff" * 20 + "16", "slot", 7),
        ("60075460201c", "slot", 7),
        ("6401000000006007540473" + "ff" * 20 + "16", "slot", 7),
        ("4254", "unknown", 0),
        ("33", "unknown", 0),
        ("60003560e01c54", "selector", 0),
        ("600035600052602060002054", "selector", 0),
    ],
)
def test_where_the_target_comes_from(push: str, kind: str, value: int) -> None:
    found = _target(push)
    assert found is not None
    assert (found.kind, found.value) == (kind, value)


def test_an_address_above_the_low_end_of_its_slot_says_how_far() -> None:
    found = _target("60075460201c")
    assert found is not None
    assert found.shift == 32


def test_a_route_by_selector_leads_to_a_slot_of_its_own() -> None:
    code = "0x" + _HEAD + "60003560e01c54" + _CALL
    found = routed(code, "0x00000123")
    assert found is not None
    assert (found.kind, found.value) == ("slot", 0x123)


@pytest.mark.parametrize(
    "code",
    [
        "0x",
        "0x00",
        "0xf4",
        "0x5f5f5f5f305af4",  # a delegatecall of itself, with no calldata
        "0x60f4",  # the byte is data
        "0xfe" + _HEAD + "73" + _TARGET + _CALL,
    ],
)
def test_code_that_hands_on_no_call(code: str) -> None:
    assert forwarding(code).targets == ()


@pytest.mark.parametrize(
    "code",
    [
        "0x5b600056f4",  # round and round
        "0x5b3354600057" + "600056f4",  # two ways at every turn, for ever
        "0x5b6140006000206140006000208056f4",
        "0x5b61400060002050600056f4",  # a hash of all of the memory at every turn
        "0x5b6140006000600037600056f4",
        "0x7f" + "ff" * 32 + "80" + "800a" * 3_000 + "f4",  # powers of powers
        "0x33" + "8001" * 8_000 + "f4",  # a sum that doubles at every step
        "0x" + "5b33600057" * 600 + "f4",
    ],
)
def test_hostile_code_is_given_up_in_bounded_time(code: str) -> None:
    started = time.process_time()
    forwarding(code)
    routed(code, "0x12345678")
    assert time.process_time() - started < 8


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise(code: bytes) -> None:
    found = forwarding("0x" + (b"\x36\x3d\xf4" + code).hex())
    assert isinstance(found.complete, bool)
    assert isinstance(forwarding("0x" + code.hex()).complete, bool)


@given(st.sampled_from(FORMS), st.binary(min_size=20, max_size=20), st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_a_form_and_what_its_code_does_agree(form: object, target: bytes, behind: bytes) -> None:
    if int.from_bytes(target, "big") == 0:
        return
    head = form.head.replace("????", "0004").replace("??", "9e")  # type: ignore[attr-defined]
    tail = form.tail.replace("{jump}", f"{form.jump:02x}")  # type: ignore[attr-defined]
    code = head + "73" + target.hex() + tail + behind.hex()
    found = minimal_proxy(bytes.fromhex(code))
    assert found is not None
    assert found.target == "0x" + target.hex()
    (run,) = forwarding("0x" + code).targets
    assert run.address == found.target
