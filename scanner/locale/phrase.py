"""Words of a language with values put into them, and which parts are values that somebody else wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SLOT = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Slot:
    """A place for a value inside a text."""

    name: str


Pieces = tuple[str | Slot, ...]


def parse(text: str) -> Pieces:
    """Return the literal parts of `text` and its slots: `Block {number}`. There is no other syntax."""
    pieces: list[str | Slot] = []
    for place, part in enumerate(_SLOT.split(text)):
        if place % 2:
            pieces.append(Slot(part))
        elif part:
            pieces.append(part)
    return tuple(pieces)


def slots(pieces: Pieces) -> frozenset[str]:
    """Return the names of the slots."""
    return frozenset(piece.name for piece in pieces if isinstance(piece, Slot))


class Phrase(str):
    """Text in the language of a report. It is plain text for whoever treats it so.

    `parts` are (text, foreign) pairs; a page sets foreign ones apart, so that their direction cannot move the words
    around them. `lang` is not empty where the words are those of another language, for want of a translation.
    """

    __slots__ = ("lang", "parts")
    parts: tuple[tuple[str, bool], ...]
    lang: str

    def __new__(cls, parts: Iterable[tuple[str, bool]], lang: str = "") -> Phrase:
        kept = tuple(parts)
        made = super().__new__(cls, "".join(text for text, _ in kept))
        made.parts = kept
        made.lang = lang
        return made


def parts_of(value: str) -> tuple[tuple[str, bool], ...]:
    """Return the parts of a phrase; any other text is one foreign part."""
    return value.parts if isinstance(value, Phrase) else ((value, True),)


def joined(separator: str, values: Iterable[str]) -> Phrase:
    """Return `values` with `separator` between them."""
    parts: list[tuple[str, bool]] = []
    for place, value in enumerate(values):
        if place:
            parts.append((separator, False))
        parts.extend(parts_of(value))
    return Phrase(parts)
