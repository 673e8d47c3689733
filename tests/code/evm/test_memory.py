"""Memory of which some bytes are not known: what was written is what is read, whatever the places."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.code.evm.memory import Bytes, Memory, TooLarge
from scanner.code.evm.words import HOLE, KNOWN, TOLD, Byte, Term, split

_TERM = Term("sload", 1)
_WRITES = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 40), st.booleans()), max_size=12)


@given(_WRITES, st.integers(0, 120), st.integers(0, 60))
def test_what_was_written_last_is_read(writes: list[tuple[int, int, bool]], at: int, size: int) -> None:
    memory = Memory(256)
    plain: list[Byte] = [0] * 256
    for number, (place, length, known) in enumerate(writes):
        parts: list[Byte] = [number + 1] * length if known else [(Term("x"), one) for one in range(length)]
        memory.write(place, Bytes.of_parts(parts))
        plain[place : place + length] = parts
    found = memory.read(at, size)
    wanted = plain[at : at + size]
    assert [found.sources[one] if how else found.data[one] for one, how in enumerate(found.mask)] == wanted
    assert list(split(memory.load(at))) == plain[at : at + 32]
    assert [how != KNOWN for how in found.mask] == [isinstance(byte, tuple) for byte in wanted]


def test_a_word_that_is_stored_is_loaded_and_a_copy_goes_its_own_way() -> None:
    memory = Memory(1_000)
    memory.store(3, _TERM)
    assert memory.load(3) is _TERM
    other = memory.copy()
    other.store(3, 7)
    assert (other.load(3), memory.load(3)) == (7, _TERM)
    with pytest.raises(TooLarge):
        memory.reach(1_001)


def test_what_a_known_byte_covers_is_forgotten() -> None:
    memory = Memory(1_000)
    memory.store(0, _TERM)
    memory.store(0, 5)
    assert memory.read(0, 32) == Bytes.known((5).to_bytes(32, "big"))
    assert memory.read(0, 32).sources == {}


def test_a_second_reading_differs_wherever_a_byte_is_not_known() -> None:
    head = bytes.fromhex("12345678")
    for how, (first, last) in product((HOLE, TOLD), ((0, 32), (12, 32), (0, 1), (16, 20), (31, 32))):
        word = bytes(31) + b"\x01" if last < 32 else bytes(32)
        mask = bytes(first) + bytes([how]) * (last - first) + bytes(32 - last)
        partly = Bytes(head + bytes(32) + word, bytes(4 + 32) + mask)
        assert (partly.certain, partly.whole, partly.told) == (False, how == TOLD, how == TOLD)
        assert [at for at, (one, two) in enumerate(zip(partly.plain, partly.filled(), strict=True)) if one != two] == [
            36 + last - 1
        ]
