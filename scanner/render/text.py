"""Text that comes from a chain, made safe to look at: what cannot be seen is written out, what is too long is cut."""

from __future__ import annotations

import re

WORD_LIMIT = 120
"""Longer runs without a space are cut in the middle: no address, hash or signature of a usual size is."""
TEXT_LIMIT = 4000
"""Longer texts are cut at the end; the whole text stands in report.json."""
MARKS_LIMIT = 4
"""More combining marks than this on one letter are counted instead of drawn."""

_INVISIBLE_RANGES = (
    (0x80, 0x9F),  # C1 controls
    (0xAD, 0xAD),  # soft hyphen
    (0x34F, 0x34F),  # combining grapheme joiner
    (0x61C, 0x61C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),  # zero width, directional marks
    (0x2028, 0x202E),  # line and paragraph separators, embeddings and overrides
    (0x2060, 0x206F),  # invisible operators, isolates
    (0x2800, 0x2800),  # Braille blank
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),  # lone surrogates
    (0xE000, 0xF8FF),  # private use
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags and variation selectors
    (0xF0000, 0x10FFFF),
)
"""Listed here and not taken from `unicodedata`, whose tables differ between Python versions."""


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
_HIDDEN = re.compile(f"[\\x00-\\x1f\\x7f{_class(_INVISIBLE_RANGES)}]")
_STACKED = re.compile(f"({_MARK}{{{MARKS_LIMIT}}})({_MARK}+)")
_LONG_WORD = re.compile(rf"\S{{{WORD_LIMIT + 1},}}")
_SPACES = re.compile(r" {3,}")


class Exact(str):
    """Text that must not be cut: a command made of hex and numbers only."""


def _written_out(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"[U+{code:04X}]"


def visible(text: str, *, lines: bool = False) -> str:
    """Return `text` with control, bidirectional, zero-width and private characters written out.

    C0 controls become their control pictures (U+2400 …), everything else `[U+XXXX]`. With `lines`, line feeds stay and
    tabs become four spaces. Stacks of more than four combining marks are cut and counted.
    """
    if lines:
        kept = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
        return "\n".join(visible(line) for line in kept)
    shown = _HIDDEN.sub(_written_out, text)
    return _STACKED.sub(lambda m: f"{m[1]}[{len(m[2])} combining marks cut]", shown)


def broken(text: str) -> str:
    """Return `text` with every word of more than `WORD_LIMIT` characters cut in the middle, with a note of how much."""

    def shorten(match: re.Match[str]) -> str:
        word = match.group()
        return f"{word[:60]}…[{len(word) - 80:,} characters cut]…{word[-20:]}"

    return _LONG_WORD.sub(shorten, text)


def clipped(text: str, limit: int) -> str:
    """Return the first `limit` characters of `text`, with a note when that is not all of it."""
    if len(text) <= limit:
        return text
    return f"{text[:limit].rstrip()} […cut: {len(text):,} characters in all]"


def readable(text: str, *, limit: int = TEXT_LIMIT, lines: bool = False) -> str:
    """Return `text` as a page or a terminal may show it: visible, broken and clipped."""
    return broken(visible(clipped(text, limit), lines=lines))


def line(text: str, limit: int = 120) -> str:
    """Return the first line of `text` that says something, shortened, for a table or a terminal."""
    for candidate in text.splitlines():
        shown = _SPACES.sub("  ", readable(candidate.strip(" #*\t"), limit=max(limit, 1)))
        if shown.strip():
            return shown
    return ""
