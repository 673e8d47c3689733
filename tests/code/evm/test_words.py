"""The operations on words, where words are known, partly known, told by an answer, or not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.code.evm.words import (
    ADDRESS_MASK,
    HOLE,
    KNOWN,
    OPERANDS,
    WORDS,
    Assumed,
    Term,
    Value,
    byte_of,
    compute,
    joined,
    number_of,
    split,
)

_NUMBERS = st.one_of(st.integers(0, 300), st.integers(0, WORDS - 1), st.just(WORDS - 1), st.just(1 << 255))


@given(st.sampled_from(sorted(OPERANDS)), _NUMBERS, _NUMBERS, _NUMBERS)
def test_words_stay_words(name: str, a: int, b: int, c: int) -> None:
    found = compute(name, [a, b, c][: OPERANDS[name]])
    assert isinstance(found, int)
    assert 0 <= found < WORDS


@pytest.mark.parametrize(
    ("name", "operands", "result"),
    [
        ("SDIV", [WORDS - 7, 2], WORDS - 3),
        ("SMOD", [WORDS - 7, 3], WORDS - 1),
        ("SDIV", [1 << 255, WORDS - 1], 1 << 255),
        ("SIGNEXTEND", [0, 0xFF], WORDS - 1),
        ("SIGNEXTEND", [1, 0x7FFF], 0x7FFF),
        ("SAR", [1, WORDS - 2], WORDS - 1),
        ("SAR", [300, WORDS - 2], WORDS - 1),
        ("BYTE", [31, 0x1234], 0x34),
        ("BYTE", [32, 0x1234], 0),
        ("SHL", [256, 1], 0),
        ("EXP", [2, 256], 0),
        ("ADDMOD", [WORDS - 1, 2, 7], (WORDS + 1) % 7),
        ("MULMOD", [5, 5, 0], 0),
        ("ADD", [Assumed(32), 32], 64),
    ],
)
def test_operations(name: str, operands: list[int], result: int) -> None:
    assert compute(name, operands) == result


def test_comparing_what_is_assumed_decides_nothing_and_counting_with_it_does() -> None:
    assert isinstance(compute("EQ", [Assumed(32), 32]), Term)
    assert compute("ADD", [Assumed(32), 32]) == 64
    assert isinstance(compute("MUL", [Term("sload"), 0]), Term)


def _marks(word: Value) -> list[int]:
    return [how for _, how in map(byte_of, split(word))]


def test_masks_and_shifts_keep_the_bytes_that_are_known() -> None:
    owner = Term("sload", 7)
    low = compute("AND", [owner, ADDRESS_MASK])
    assert _marks(low) == [KNOWN] * 12 + [HOLE] * 20
    packed = compute("OR", [compute("SHL", [96, low]), 0x1234])
    assert list(split(packed)[-2:]) == [0x12, 0x34]
    assert _marks(packed)[-3:] == [KNOWN] * 3
    assert compute("AND", [packed, 0xFFFF]) == 0x1234
    assert compute("SHR", [96, packed]) is not owner
    assert list(split(compute("SHR", [96, packed])))[12:] == [(owner, at) for at in range(12, 32)]


@pytest.mark.parametrize(("old", "new", "by"), [("DIV", "SHR", 224), ("MUL", "SHL", 96), ("DIV", "SHR", 5)])
def test_compilers_before_eip_145_shift_by_multiplying(old: str, new: str, by: int) -> None:
    word = Term("calldataload")
    one, other = compute(old, [word, 1 << by]), compute(new, [by, word])
    assert isinstance(one, Term)
    assert isinstance(other, Term)
    assert (one.name, one.parts and len(one.parts)) == (other.name, other.parts and len(other.parts))
    assert _marks(one) == _marks(other)


def test_a_word_in_its_own_32_bytes_is_that_word() -> None:
    word = Term("sload", 1)
    assert joined(split(word)) is word
    assert compute("OR", [word, 0]) is word
    assert compute("AND", [WORDS - 1, word]) is word
    assert compute("XOR", [0, word]) is word
    assert compute("BYTE", [32, word]) == 0
    twice = [compute("AND", [word, ADDRESS_MASK]) for _ in range(2)]
    assert compute("EQ", twice) == 1
    assert isinstance(compute("EQ", [word, Term("sload", 1)]), Term), "who says that nothing was written between"


@given(st.sampled_from(sorted(OPERANDS)), _NUMBERS, _NUMBERS, _NUMBERS, st.integers(0, 7))
def test_what_is_told_is_counted_with_and_stays_told(name: str, a: int, b: int, c: int, which: int) -> None:
    """An operation on terms with values has the value of the operation, or is known for certain and right."""
    numbers = [a, b, c][: OPERANDS[name]]
    words: list[Value] = [Term("told", value=one) if which >> at & 1 else one for at, one in enumerate(numbers)]
    assert number_of(compute(name, words)) == compute(name, numbers)


@given(st.sampled_from(sorted(OPERANDS)), _NUMBERS, _NUMBERS, _NUMBERS, st.integers(1, 7))
def test_what_is_not_known_is_never_known_wrongly(name: str, a: int, b: int, c: int, which: int) -> None:
    """Whatever bytes of a result are known for certain are right for whatever the unknown words are."""
    numbers = [a, b, c][: OPERANDS[name]]
    words: list[Value] = [Term("open") if which >> at & 1 else one for at, one in enumerate(numbers)]
    right = compute(name, numbers)
    assert isinstance(right, int)
    known = [(at, part) for at, part in enumerate(split(compute(name, words))) if isinstance(part, int)]
    assert all(right.to_bytes(32, "big")[at] == part for at, part in known)
