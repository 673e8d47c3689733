"""Encoding and decoding: against the reference implementation, and against hostile data."""

from __future__ import annotations

import time
from typing import Any

import eth_abi.abi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.chain.abi import (
    DecodeError,
    decode,
    decode_call_input,
    encode,
    encode_call,
    event_topic,
    function_signature,
    input_types,
    selector,
    signature_types,
    topic,
)

ONE = "0x" + "11" * 20


def words(*values: int | bytes) -> str:
    parts = [value if isinstance(value, bytes) else value.to_bytes(32, "big") for value in values]
    return "0x" + b"".join(parts).hex()


def test_selectors_and_topics() -> None:
    assert selector("transfer(address,uint256)") == "0xa9059cbb"
    assert topic("Transfer(address,address,uint256)").startswith("0xddf252ad1be2c89b")
    assert topic("PROPOSER_ROLE").startswith("0xb09aa5aeb3702cfd")


def test_signatures_of_abi_entries() -> None:
    point = [{"name": "x", "type": "uint8"}, {"name": "y", "type": "bytes"}]
    entry = {
        "type": "function",
        "name": "move",
        "inputs": [{"type": "tuple[2]", "components": point}, {"type": "address[]"}],
        "outputs": [{"type": "bool"}],
    }
    assert function_signature(entry) == "move((uint8,bytes)[2],address[])"
    assert event_topic(entry) == topic("move((uint8,bytes)[2],address[])")
    assert input_types(entry, of="outputs") == ("bool",)
    assert function_signature({"name": "f"}) == "f()"


HOSTILE_ENTRIES: list[dict[str, Any]] = [
    {},
    {"name": 5},
    {"name": "a b"},
    {"name": "f\n"},
    {"name": "f", "inputs": 5},
    {"name": "f", "inputs": [5]},
    {"name": "f", "inputs": [{}]},
    {"name": "f", "inputs": [{"type": 5}]},
    {"name": "f", "inputs": [{"type": "tuple", "components": None}]},
]


@pytest.mark.parametrize("entry", HOSTILE_ENTRIES)
def test_hostile_abi_entries(entry: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        function_signature(entry)


def test_an_abi_entry_that_nests_for_ever() -> None:
    item: dict[str, Any] = {"type": "uint8"}
    for _ in range(5000):
        item = {"type": "tuple", "components": [item]}
    with pytest.raises(DecodeError, match="too deep"):
        function_signature({"name": "f", "inputs": [item]})


def test_signature_types() -> None:
    assert signature_types("f()") == ()
    assert signature_types("f((uint8,bytes)[2],address)") == ("(uint8,bytes)[2]", "address")


@pytest.mark.parametrize("text", ["f", "f(", "f)", "f(uint)", "f(uint256)x", "f(uint256)(bool)", "f((uint256)", "f(,)"])
def test_no_signature(text: str) -> None:
    with pytest.raises(DecodeError):
        signature_types(text)


def test_hex_goes_in_and_comes_out() -> None:
    types = ["address", "bytes4", "bytes", "(uint256,bytes32[])[]", "int8", "bool"]
    values = (ONE, "0x01020304", "0xdeadbeef", ((7, ("0x" + "22" * 32,)),), -5, True)
    assert decode(types, encode(types, values)) == values
    call = encode_call(f"f({','.join(types)})", values)
    assert call.startswith(selector(f"f({','.join(types)})"))
    assert decode_call_input(types, call) == values


@pytest.mark.parametrize(
    ("types", "args"),
    [
        (["uint8"], [256]),
        (["uint8"], ["1"]),
        (["uint8"], []),
        (["address"], ["0x12"]),
        (["bytes4"], ["0x0102030405"]),
        (["bytes"], ["hello"]),
        (["bytes"], ["0x1"]),
        (["uint8[]"], [5]),
        (["(uint8,uint8)"], [(1,)]),
        (["nonsense"], [1]),
    ],
)
def test_arguments_that_do_not_fit(types: list[str], args: list[Any]) -> None:
    with pytest.raises(DecodeError):
        encode(types, args)


SIMPLE = st.sampled_from(["uint256", "int64", "address", "bool", "bytes32", "bytes", "string"])
TYPES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        inner.map(lambda name: f"{name}[]"),
        inner.map(lambda name: f"{name}[2]"),
        st.lists(inner, min_size=1, max_size=3).map(lambda names: f"({','.join(names)})"),
    ),
    max_leaves=5,
)


def value_of(draw: st.DrawFn, name: str) -> Any:
    if name.endswith("[2]"):
        return tuple(value_of(draw, name[:-3]) for _ in range(2))
    if name.endswith("[]"):
        return tuple(value_of(draw, name[:-2]) for _ in range(draw(st.integers(0, 3))))
    if name.startswith("("):
        return tuple(value_of(draw, part) for part in signature_types(f"f{name}"))
    plain: dict[str, st.SearchStrategy[Any]] = {
        "uint256": st.integers(0, 2**256 - 1),
        "int64": st.integers(-(2**63), 2**63 - 1),
        "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
        "bool": st.booleans(),
        "bytes32": st.binary(min_size=32, max_size=32).map(lambda raw: "0x" + raw.hex()),
        "bytes": st.binary(max_size=70).map(lambda raw: "0x" + raw.hex()),
        "string": st.text(max_size=40),
    }
    return draw(plain[name])


@st.composite
def typed_values(draw: st.DrawFn) -> tuple[list[str], tuple[Any, ...]]:
    types = draw(st.lists(TYPES, min_size=1, max_size=4))
    return types, tuple(value_of(draw, name) for name in types)


@settings(max_examples=150, deadline=None)
@given(typed_values())
def test_what_is_encoded_is_decoded(case: tuple[list[str], tuple[Any, ...]]) -> None:
    types, values = case
    assert decode(types, encode(types, values)) == values


@settings(max_examples=300, deadline=None)
@given(types=st.lists(TYPES, min_size=1, max_size=3), data=st.binary(max_size=400))
def test_any_bytes_decode_or_raise(types: list[str], data: bytes) -> None:
    try:
        decode(types, "0x" + data.hex())
    except DecodeError:
        # What is refused here, the strict reference refuses too.
        with pytest.raises(Exception):  # noqa: B017, PT011 - it raises many sorts
            eth_abi.abi.decode(types, data)


def test_text_that_is_not_utf8() -> None:
    assert decode(["string"], words(32, 3, b"\xffA\xfe" + bytes(29))) == ("\ufffdA\ufffd",)
    assert decode(["string"], words(32, 3, b"\xed\xa0\x80" + bytes(29)))[0].encode()


def test_missing_padding_is_taken_and_missing_data_is_not() -> None:
    assert decode(["string"], words(32, 3, b"abc")) == ("abc",)
    assert decode(["bytes"], words(32, 3, b"abc" + b"\xff" * 29)) == ("0x616263",)
    assert decode(["uint256"], words(5, 6, 7)) == (5,)
    with pytest.raises(DecodeError):
        decode(["string"], words(32, 4, b"abc"))


@pytest.mark.parametrize(
    ("types", "data"),
    [
        (["uint256"], "0x"),
        (["uint256"], words(5)[:-2]),
        (["uint256"], words(5)[:-1]),
        (["uint256"], "zz"),
        (["uint256"], "12"),
        (["address"], words(2**200)),
        (["bool"], words(2)),
        (["uint8"], words(256)),
        (["bytes4"], words(1)),
        (["string"], words(2**255)),
        (["string"], words(32, 2**255, b"abc")),
        (["uint256[]"], words(32, 2**250)),
        (["string[]"], words(32, 1, 0)),
        (["string[]"], words(32, 2, 2**256 - 32, 0)),
        (["uint256[][1000000000]"], words(32, 1, 2)),
        (["uint256[1000000000]"], words(1)),
        (["uint256[0]"], words(1)),
        (["()"], words(1)),
        (["tuple"], words(1)),
        (["uint257"], words(1)),
        (["(" * 3000 + "uint8" + ")" * 3000], words(1)),
        (["(" * 30000 + "uint8" + ")" * 30000], words(1)),
        (["uint8" + "[]" * 2000], words(32)),
    ],
)
def test_hostile_data_and_types(types: list[str], data: str) -> None:
    with pytest.raises(DecodeError):
        decode(types, data)


def test_pointers_that_overlap_do_not_blow_up() -> None:
    """200 pointers to the same 200 pointers to the same 200 numbers: eight million values in twenty kilobytes."""
    level = [200, *[200 * 32] * 200]
    bomb = words(32, *level, *level, 200, *[5] * 200)
    begun = time.process_time()
    with pytest.raises(DecodeError, match="no encoding"):
        decode(["uint256[][][]"], bomb)
    assert time.process_time() - begun < 2


def test_a_long_text_that_is_pointed_to_often_does_not_blow_up() -> None:
    many = 2000
    bomb = words(32, many, *[many * 32] * many, 500_000, b"a" * 500_000)
    with pytest.raises(DecodeError):
        decode(["string[]"], bomb)


def test_a_megabyte_of_text_is_fast() -> None:
    begun = time.process_time()
    (text,) = decode(["string"], words(32, 1_000_000, b"\xf0\x9f\x92\xa9" * 250_000))
    assert len(text) == 250_000
    assert time.process_time() - begun < 5


def test_calldata_without_a_selector() -> None:
    with pytest.raises(DecodeError):
        decode_call_input(["uint256"], "0x1234")
    assert decode_call_input([], "0x12345678") == ()
