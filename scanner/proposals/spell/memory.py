"""Bytes of which some are not known before the code runs."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BYTES = 1 << 18
"""Memory beyond this is not followed."""

_KNOWN, _HOLE = b"\x00", b"\x01"
_WORD = 32


class Assumed(int):
    """A number that is taken for granted and not known: how long an answer is. Comparing it decides nothing."""


@dataclass(frozen=True)
class Partial:
    """A word of which some bytes are not known."""

    data: bytes
    mask: bytes


Word = int | Partial | None
"""A word of the EVM; None where only the run itself decides it."""


class TooLarge(Exception):
    """More memory than is followed."""


@dataclass(frozen=True)
class Bytes:
    """Bytes with a mask of the same length: 1 where a byte is not known; it is zero in `data` then."""

    data: bytes
    mask: bytes

    @classmethod
    def known(cls, data: bytes) -> Bytes:
        return cls(data, bytes(len(data)))

    @property
    def whole(self) -> bool:
        """Whether every byte is known."""
        return 1 not in self.mask

    def word(self, at: int) -> Word:
        """Return the word at an offset, zeros behind the end."""
        return word_of(self.data[at : at + _WORD].ljust(_WORD, b"\x00"), self.mask[at : at + _WORD])

    def part(self, at: int, size: int) -> Bytes:
        """Return bytes of an exact length, zeros behind the end."""
        data = self.data[at : at + size].ljust(size, b"\x00")
        return Bytes(data, self.mask[at : at + size].ljust(size, _KNOWN))

    def filled(self) -> bytes:
        """Return the bytes with 1 as the last unknown byte of every word of arguments in which one is not known.

        As a second reading beside `data`, in which they are zero: what differs between the two depends on them.
        """
        found = bytearray(self.data)
        for at in range(4, len(found), _WORD):
            last = self.mask.rfind(_HOLE, at, at + _WORD)
            if last >= 0:
                found[last] = 1
        return bytes(found)


class Memory:
    """The memory of a running contract. `work` counts the words that were moved."""

    def __init__(self, data: bytearray | None = None, mask: bytearray | None = None) -> None:
        self.data = bytearray() if data is None else data
        self.mask = bytearray() if mask is None else mask
        self.work = 0

    def copy(self) -> Memory:
        return Memory(bytearray(self.data), bytearray(self.mask))

    def reach(self, end: int) -> None:
        """Make the memory at least this long, in whole words. Raises TooLarge."""
        if end > MAX_BYTES:
            raise TooLarge
        if end > len(self.data):
            more = -(-end // _WORD) * _WORD - len(self.data)
            self.data.extend(bytes(more))
            self.mask.extend(bytes(more))

    def read(self, at: int, size: int) -> Bytes:
        if size:
            self.reach(at + size)
        self.work += size // _WORD
        return Bytes(bytes(self.data[at : at + size]), bytes(self.mask[at : at + size]))

    def write(self, at: int, what: Bytes) -> None:
        self.work += len(what.data) // _WORD
        if what.data:
            self.reach(at + len(what.data))
            self.data[at : at + len(what.data)] = what.data
            self.mask[at : at + len(what.data)] = what.mask

    def forget(self, at: int, size: int) -> None:
        """From now on these bytes are not known."""
        self.write(at, Bytes(bytes(size), _HOLE * size))

    def load(self, at: int) -> Word:
        self.reach(at + _WORD)
        return word_of(bytes(self.data[at : at + _WORD]), bytes(self.mask[at : at + _WORD]))

    def store(self, at: int, word: Word) -> None:
        if word is None:
            self.forget(at, _WORD)
        elif isinstance(word, Partial):
            self.write(at, Bytes(word.data, word.mask))
        else:
            self.write(at, Bytes.known(int(word).to_bytes(_WORD, "big")))


def word_of(data: bytes, mask: bytes) -> Word:
    """Return 32 bytes as a word."""
    if 1 not in mask:
        return int.from_bytes(data, "big")
    return None if 0 not in mask else Partial(data, mask.ljust(_WORD, _KNOWN))
