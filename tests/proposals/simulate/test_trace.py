from __future__ import annotations

from typing import Any

import pytest

from scanner.chain import wire
from scanner.chain.abi import encode
from scanner.proposals.simulate import trace as module
from scanner.proposals.simulate.trace import TooMuch, Trace, missing_features, read_trace, reason_of

A, B, C = ("0x" + pair * 20 for pair in ("aa", "bb", "cc"))
TOPIC = "0x" + "11" * 32


def call(target: str, **more: Any) -> dict[str, Any]:
    return {"type": "CALL", "from": A, "to": target, "value": "0x0", "gasUsed": "0x10", "input": "0x12345678", **more}


def log(index: int, address: str = B) -> dict[str, Any]:
    return {"address": address, "topics": [TOPIC], "data": "0x", "index": hex(index)}


def test_frames_stand_in_order_and_logs_by_their_number() -> None:
    inner = call(C, logs=[log(0, C)])
    found = read_trace(call(B, calls=[inner, call(A)], logs=[log(1)]))
    assert [(frame.target, frame.depth) for frame in found.frames] == [(B, 0), (C, 1), (A, 1)]
    assert [one.address for one in found.logs] == [C, B]
    assert found.succeeded
    assert found.gas_used == 16


def test_what_was_undone_leaves_no_log() -> None:
    undone = call(C, error="execution reverted", calls=[call(A, logs=[log(0, A)])], logs=[log(1, C)])
    found = read_trace(call(B, calls=[undone], logs=[log(2)]))
    assert [one.address for one in found.logs] == [B]
    assert [frame.reverted for frame in found.frames] == [False, True, True]


@pytest.mark.parametrize(
    "answer",
    [None, [], call("0x12"), call(B, logs=[{"address": B, "topics": ["0x1"]}]), call(B, value="5"), {"type": "CALL"}],
)
def test_a_malformed_trace_is_refused(answer: Any) -> None:
    with pytest.raises(wire.Malformed):
        read_trace(answer)


def test_a_trace_of_endless_calls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FRAMES", 3)
    with pytest.raises(TooMuch):
        read_trace(call(B, calls=[call(C)] * 3))


def test_nesting_takes_no_stack() -> None:
    deep = call(B)
    for _ in range(5_000):
        deep = call(B, calls=[deep])
    assert len(read_trace(deep).frames) == 5_001


def _failed(output: str, error: str = "execution reverted") -> Trace:
    return read_trace(call(B, error=error, output=output))


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("0x08c379a0" + encode(("string",), ("too\n early",))[2:], "it reverts: too early"),
        ("0x08c379a0" + encode(("string",), ("",))[2:], "it reverts without a reason"),
        ("0x08c379a0ff", "it reverts with a reason that cannot be decoded"),
        ("0x4e487b71" + f"{0x11:064x}", "it panics: arithmetic overflow"),
        ("0x4e487b71" + f"{0x99:064x}", "it panics: code 0x99"),
        ("0xdeadbeef00", "it reverts with the custom error 0xdeadbeef"),
        ("0x", "it reverts without a reason"),
    ],
)
def test_why_a_call_fails_is_said_in_words(output: str, said: str) -> None:
    assert reason_of(_failed(output)) == said


def test_other_failures_keep_their_name() -> None:
    assert reason_of(_failed("0x", "out of gas")) == "out of gas"
    assert reason_of(read_trace(call(B))) == ""


@pytest.mark.parametrize(
    ("number", "chain", "lacking"),
    [
        (0x64, 42161, ("ArbSys (0x64)",)),
        (0x6E, 999, ("ArbRetryableTx (0x6e)",)),
        (0x1001, 1329, ("the precompile 0x1001",)),
        (0x02, 1, ()),
        (0x100, 8453, ()),
    ],
)
def test_calls_to_machinery_that_a_fork_lacks_are_told(number: int, chain: int, lacking: tuple[str, ...]) -> None:
    found = read_trace(call(B, calls=[call(f"0x{number:040x}")]))
    assert missing_features(found, chain) == lacking


def test_a_payment_to_a_low_address_is_no_call() -> None:
    assert missing_features(read_trace(call(B, calls=[call(f"0x{0x64:040x}", input="0x")])), 42161) == ()


def test_a_chain_with_another_machine_has_no_fork() -> None:
    assert "EraVM" in missing_features(read_trace(call(B)), 324)[0]
