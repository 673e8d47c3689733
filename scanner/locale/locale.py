"""A Locale: the words of one language with its plural forms, numbers and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.locale.phrase import Phrase, Pieces, Slot, joined, parts_of
from scanner.locale.plurals import PluralRule, category

MARK = "≈"
"""Stands before a number of which digits were left out."""


@dataclass(frozen=True)
class Header:
    """What a locale file says about its language."""

    code: str
    name: str
    direction: str
    plural: PluralRule
    group: str
    decimal: str

    @property
    def rtl(self) -> bool:
        """Whether it is written from right to left."""
        return self.direction == "rtl"


Text = Pieces | Mapping[str, Pieces]
"""A text, or one text for each plural category."""


@dataclass(frozen=True)
class Locale:
    """The words of one language. `fallback` speaks where it has none: English, for a language that is not complete."""

    header: Header
    texts: Mapping[str, Text]
    fallback: Locale | None = None

    @property
    def lang(self) -> str:
        """The language's code (BCP 47)."""
        return self.header.code

    @property
    def rtl(self) -> bool:
        return self.header.rtl

    def __call__(self, key: str, /, **values: str | int) -> Phrase:
        """Return the words of `key` with `values` in their slots; `n` chooses the plural form. KeyError for no words.

        Whole numbers are printed as the language groups them, a phrase is put in as it is, other text is foreign.
        """
        pieces, lang = self.pieces(key, values.get("n"))
        parts: list[tuple[str, bool]] = []
        for piece in pieces:
            if isinstance(piece, Slot):
                value = values[piece.name]
                parts.extend(((self.number(value), False),) if isinstance(value, int) else parts_of(value))
            else:
                parts.append((piece, False))
        return Phrase(parts, lang)

    def pieces(self, key: str, number: str | int | None = None) -> tuple[Pieces, str]:
        """Return the text of `key` in its parts, and its language where that is not this one."""
        text = self.texts.get(key)
        if text is None:
            if self.fallback is None:
                raise KeyError(f"no words for {key!r}")
            return self.fallback.pieces(key, number)[0], self.fallback.lang
        if isinstance(text, tuple):
            return text, ""
        if not isinstance(number, int):
            raise KeyError(f"{key!r} has plural forms and needs n")
        return text[category(self.header.plural, number)], ""

    def has(self, key: str) -> bool:
        """Return whether there are words for `key`, in this language or the one behind it."""
        return key in self.texts or (self.fallback is not None and self.fallback.has(key))

    def own(self, text: str) -> Phrase:
        """Return text that is in this language already, such as a number."""
        return Phrase(((text, False),))

    def joined(self, values: Iterable[str], by: str = "comma") -> Phrase:
        """Return `values` in a row; `by` is comma, semicolon, plus or space."""
        return joined(str(self(f"join.{by}")), values)

    def listed(self, values: Iterable[str]) -> Phrase:
        """Return "a, b and c"."""
        kept = list(values)
        if len(kept) < 2:
            return joined("", kept)
        return self("join.last", before=self.joined(kept[:-1]), last=kept[-1])

    def number(self, number: int) -> Phrase:
        """Return 1234567 as 1,234,567, and what has more than 15 digits with a power of ten."""
        if abs(number) < 10**15:
            return self.own(f"{number:,}".replace(",", self.header.group))
        digits = str(abs(number))
        sign = "-" if number < 0 else ""
        return self.own(f"{MARK} {sign}{digits[0]}{self.header.decimal}{digits[1:4]} × 10^{len(digits) - 1}")

    def rounded(self, text: str) -> bool:
        """Return whether a quantity in words says that something was left out."""
        about = self.pieces("duration.about")[0][0]
        return text.startswith((MARK, about)) if isinstance(about, str) else text.startswith(MARK)
