"""Ways through code made by hand: what instructions do, and what no byte of it can hide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.code.evm.codes import NAMES
from scanner.code.evm.memory import Bytes
from scanner.code.evm.steps import STEPS
from scanner.code.evm.walk import Limits, Walked, walk
from scanner.code.evm.way import Made, Outside, Reply, Setting, Way
from scanner.code.evm.words import Assumed, Term

_LIMITS = Limits(steps=20_000, ways=32, turns=1_000, memory=4_096, merges=True)
_CALL = "5f5f5f5f5f" + "{to}" + "5af1"  # PUSH0 x5, the target, GAS, CALL


class _Kept(Outside):
    """Every call is kept, and answered with bytes that are not known."""

    def call(self, way: Way, made: Made, room: int) -> Reply:
        way.note(made)
        return Reply(Term("success"), Bytes.unknown(Term("returned"), room), Assumed(room))


def _walked(code: str, calldata: bytes = b"", limits: Limits = _LIMITS) -> Walked:
    return walk(Setting(bytes.fromhex(code), "", "", 0, Bytes.known(calldata), None), _Kept(), limits)


def _targets(code: str, calldata: bytes = b"") -> list[int | None]:
    return [made.target for made in _walked(code, calldata).made]


def _calling(to: str) -> str:
    return _CALL.format(to=to)


def test_every_number_has_a_step_and_those_without_a_name_end_the_way() -> None:
    assert len(STEPS) == 256
    missing = [number for number in range(256) if number not in NAMES and not 0x60 <= number <= 0x7F]
    assert {STEPS[number] for number in missing} == {STEPS[0xFE]}


@pytest.mark.parametrize(
    ("pushes", "target"),
    [
        ("6020" + "6005" + "5f52" + "5f51" + "90" + "50", 5),  # MSTORE(0, 5), MLOAD(0)
        ("6007" + "5f53" + "5f51" + "60f8" + "1c", 7),  # MSTORE8(0, 7)
        ("6009" + "6003" + "55" + "6003" + "54", 9),  # SSTORE(3, 9), SLOAD(3)
        ("6009" + "6003" + "5d" + "6003" + "5c", 9),  # TSTORE, TLOAD
        ("6003" + "54", None),
        ("36" + "80" + "01", 8),  # CALLDATASIZE, twice
        ("5f35" + "60e0" + "1c", 0x12345678),
        ("58", 0),  # PC
        ("59", 0),  # MSIZE
        ("5f51" + "50" + "59", 32),
        ("600160026003" + "91" + "50" + "50", 3),  # SWAP2, and the two above it away
    ],
)
def test_what_instructions_leave_on_the_stack(pushes: str, target: int | None) -> None:
    code = pushes + "5f5f5f5f5f" + "85" + "5af1" + "00"  # DUP6 brings it back
    assert _targets(code, bytes.fromhex("12345678")) == [target]


@pytest.mark.parametrize("code", ["50", "80", "90", "01", "600101", "52", "f1"])
def test_an_empty_stack_undoes_the_way(code: str) -> None:
    found = _walked(_calling("6009") + "50" + code)
    assert (found.made, found.ways, found.missing) == ((), 0, "")


def test_copying_of_an_answer_that_nobody_gave_undoes_the_way() -> None:
    """RETURNDATACOPY past the end is no copy of zeros (EIP-211)."""
    assert _walked("60015f5f3e00").ways == 0
    assert _walked("5f5f5f3e00").ways == 1


def test_the_identity_contract_gives_back_what_it_is_given() -> None:
    # MSTORE(0, 0x1234); STATICCALL(4, 0, 32, 32, 32); RETURNDATACOPY(64, 0, 32); call MLOAD(64).
    code = "611234" + "5f52" + "6020602060205f60045afa" + "50" + "60205f60403e" + "5f5f5f5f5f" + "604051" + "5af100"
    assert _targets(code) == [0x1234]


def test_an_answer_is_copied_as_what_it_is_and_beyond_it_nothing_is_known() -> None:
    # CALL(9) with room for 32 bytes at 0; RETURNDATACOPY(32, 0, 64); call with 96 bytes of memory.
    code = "60205f5f5f5f60095af1" + "50" + "60405f60203e" + "5f5f60605f5f600a5af100"
    (_, second) = _walked(code).made
    assert second.data.mask == b"\x01" * 96


def test_ways_that_only_a_chosen_hash_makes_agree_are_told_apart() -> None:
    """Two numbers of one hash: a way that comes with the second must not count as one that was there already."""
    other = 5 + 2**61 - 1
    assert hash(other) == hash(5)
    start = "42" + "6009" + "57"  # on TIMESTAMP, go to 9
    here = "6005" + "6014" + "56"  # push 5, go to 20
    there = "5b" + "68" + f"{other:018x}"  # 9: push the other number, fall through to 20
    code = start + here + there + "5b" + "5f5f5f5f5f" + "85" + "5af1" + "00"
    assert set(_targets(code)) == {5, other}


def test_limits_are_said_and_what_was_met_is_kept() -> None:
    round_and_round = "5b" + _calling("6009") + "50" + "5f56"
    assert "goes round more than 1000" in _walked(round_and_round).missing
    assert len(_walked(round_and_round).made) > 10
    few = replace(_LIMITS, steps=50)
    assert "more than 50 steps" in _walked(round_and_round, limits=few).missing
    assert "more memory" in _walked("6001" + "6110005200").missing
    parting = "".join(f"5b42{'60'}{4 * (at + 1):02x}57" for at in range(40)) + "5b00"
    assert "more than 32 ways" in _walked(parting, limits=replace(_LIMITS, merges=False)).missing
    assert _walked(parting).missing == "", "each turn is the same by both ways"
