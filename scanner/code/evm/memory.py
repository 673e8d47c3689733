"""Bytes of which some are not known before the code runs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from scanner.code.evm.words import HOLE, KNOWN, TOLD, WORD_SIZE, Byte, Term, Value, byte_of, joined, split

_UNKNOWN_COST = 4
"""Bytes whose source is kept that cost as much as a step."""


class TooLarge(Exception):
    """More memory than is followed."""


@dataclass(frozen=True)
class Bytes:
    """Bytes with a mask of the same length: 0 where a byte is known, 1 where it is not (it is zero in `data` then), 2
    where it is told by an answer that was read. `sources` says of both others where they come from.
    """

    data: bytes
    mask: bytes
    sources: Mapping[int, tuple[Term, int]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def known(cls, data: bytes) -> Bytes:
        return cls(data, bytes(len(data)))

    @classmethod
    def unknown(cls, term: Term, size: int) -> Bytes:
        """Return bytes of which nothing is known but where they come from."""
        return cls(bytes(size), bytes([HOLE]) * size, {at: (term, at) for at in range(size)})

    @classmethod
    def of_words(cls, words: Iterable[Value], size: int) -> Bytes:
        """Return the first bytes of words."""
        return cls.of_parts([part for word in words for part in split(word)][:size])

    @classmethod
    def of_parts(cls, parts: Iterable[Byte]) -> Bytes:
        data, mask = bytearray(), bytearray()
        sources: dict[int, tuple[Term, int]] = {}
        for at, part in enumerate(parts):
            number, how = byte_of(part)
            data.append(number)
            mask.append(how)
            if isinstance(part, tuple):
                sources[at] = part
        return cls(bytes(data), bytes(mask), sources)

    @property
    def whole(self) -> bool:
        """Whether every byte is known, for certain or by answers that were read."""
        return HOLE not in self.mask

    @property
    def told(self) -> bool:
        """Whether a byte is known by an answer that was read, and not for certain."""
        return TOLD in self.mask

    def key(self) -> Hashable:
        """Return what is the same where the same is known, by the same answers."""
        return self, told_by(self.mask, self.sources)

    @property
    def certain(self) -> bool:
        """Whether every byte is known for certain."""
        return not self.mask.strip(b"\0")

    def word(self, at: int) -> Value:
        """Return the word at an offset, zeros behind the end."""
        return self.part(at, WORD_SIZE).first()

    def first(self) -> Value:
        """Return the first 32 bytes as a word."""
        if self.certain:
            return int.from_bytes(self.data[:WORD_SIZE], "big")
        return joined([self.sources[at] if how else self.data[at] for at, how in enumerate(self.mask[:WORD_SIZE])])

    def part(self, at: int, size: int) -> Bytes:
        """Return bytes of an exact length, zeros behind the end."""
        data = self.data[at : at + size].ljust(size, b"\x00")
        mask = self.mask[at : at + size].ljust(size, bytes([KNOWN]))
        sources = {place - at: one for place, one in self.sources.items() if at <= place < at + size}
        return Bytes(data, mask, sources)

    @property
    def plain(self) -> bytes:
        """Return the bytes with zeros for all that are not known for certain."""
        if TOLD not in self.mask:
            return self.data
        return bytes(0 if how else byte for byte, how in zip(self.data, self.mask, strict=True))

    def filled(self) -> bytes:
        """Return the bytes with 1 as the last byte of every word of arguments that is not known for certain.

        As a second reading beside `plain`, in which they are zero: what differs between the two depends on them.
        """
        found = bytearray(self.plain)
        for at in range(4, len(found), WORD_SIZE):
            last = max(self.mask.rfind(how, at, at + WORD_SIZE) for how in (HOLE, TOLD))
            if last >= 0:
                found[last] = 1
        return bytes(found)


def told_by(mask: bytes | bytearray, sources: Mapping[int, tuple[Term, int]]) -> Hashable:
    """Return which bytes are told by which answers; None where none is."""
    if TOLD not in mask:
        return None
    return frozenset((place, term.by) for place, (term, _) in sources.items() if mask[place] == TOLD)


class Memory:
    """The memory of a running contract, up to `most` bytes. `work` counts the words that were moved."""

    __slots__ = ("data", "mask", "most", "sources", "work")

    def __init__(self, most: int) -> None:
        self.data = bytearray()
        self.mask = bytearray()
        self.sources: dict[int, tuple[Term, int]] = {}
        """Where a byte comes from, for all that are not known for certain; of those that are it says nothing."""
        self.most = most
        self.work = 0

    def copy(self) -> Memory:
        made = Memory(self.most)
        made.data, made.mask, made.sources = bytearray(self.data), bytearray(self.mask), dict(self.sources)
        return made

    def mark(self) -> Hashable:
        """Return what is the same where the same is known, by the same answers."""
        told = told_by(self.mask, self.sources)
        self.work += len(self.data) // WORD_SIZE + (0 if told is None else len(self.sources) // _UNKNOWN_COST)
        return bytes(self.data), bytes(self.mask), told

    @property
    def weight(self) -> int:
        """How much there is to copy, in steps."""
        return len(self.data) // 16 + len(self.sources) // _UNKNOWN_COST

    def reach(self, end: int) -> None:
        """Make the memory at least this long, in whole words. Raises TooLarge."""
        if end > self.most:
            raise TooLarge
        if end > len(self.data):
            more = -(-end // WORD_SIZE) * WORD_SIZE - len(self.data)
            self.data.extend(bytes(more))
            self.mask.extend(bytes(more))

    def read(self, at: int, size: int) -> Bytes:
        if size:
            self.reach(at + size)
        self.work += size // WORD_SIZE
        data, mask = bytes(self.data[at : at + size]), bytes(self.mask[at : at + size])
        if not mask.strip(b"\0"):
            return Bytes(data, mask)
        self.work += size // _UNKNOWN_COST
        return Bytes(data, mask, {place: self.sources[at + place] for place, how in enumerate(mask) if how})

    def write(self, at: int, what: Bytes) -> None:
        self.work += len(what.data) // WORD_SIZE + len(what.sources) // _UNKNOWN_COST
        if what.data:
            self.reach(at + len(what.data))
            self.data[at : at + len(what.data)] = what.data
            self.mask[at : at + len(what.data)] = what.mask
            for place, source in what.sources.items():
                self.sources[at + place] = source

    def load(self, at: int) -> Value:
        self.reach(at + WORD_SIZE)
        if not self.mask[at : at + WORD_SIZE].strip(b"\0"):
            return int.from_bytes(self.data[at : at + WORD_SIZE], "big")
        return self.read(at, WORD_SIZE).first()

    def store(self, at: int, word: Value) -> None:
        if isinstance(word, Term):
            self.write(at, Bytes.of_parts(split(word)))
        else:
            self.reach(at + WORD_SIZE)
            self.data[at : at + WORD_SIZE] = word.to_bytes(WORD_SIZE, "big")
            self.mask[at : at + WORD_SIZE] = bytes(WORD_SIZE)
