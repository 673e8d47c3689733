"""Hostile text is made visible, broken and cut, and plain text stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.render.text import TEXT_LIMIT, WORD_LIMIT, broken, clipped, line, readable, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Meridian DAO", "Meridian DAO"),
        ("a\x00b", "a\u2400b"),
        ("a\x1b[31mb", "a\u241b[31mb"),
        ("a\x7f\x85b", "a\u2421[U+0085]b"),
        ("0x12\u202e34", "0x12[U+202E]34"),
        ("a\u200bb\u2066c", "a[U+200B]b[U+2066]c"),
        ("lone \ud800", "lone [U+D800]"),
        ("tag \U000e0041", "tag [U+E0041]"),
        ("مجلس", "مجلس"),
        ("line\nfeed", "line\u240afeed"),
        ("\ufeffmark", "[U+FEFF]mark"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_line_feeds_stay_where_asked() -> None:
    assert visible("a\r\n\tb\x00", lines=True) == "a\n    b\u2400"


def test_stacked_marks_are_counted() -> None:
    assert visible("a" + "\u0301" * 4) == "a" + "\u0301" * 4
    assert visible("a" + "\u0301" * 40) == "a" + "\u0301" * 4 + "[36 combining marks cut]"


def test_long_words_are_cut_in_the_middle_with_a_note() -> None:
    word = "A" * WORD_LIMIT
    assert broken(word) == word
    assert broken("x " + "A" * 1_000_000) == "x " + "A" * 60 + "…[999,920 characters cut]…" + "A" * 20


def test_long_texts_are_cut_with_a_note() -> None:
    assert clipped("abc", 3) == "abc"
    assert clipped("ab cd", 3) == "ab […cut: 5 characters in all]"
    assert len(readable("word " * 10**6)) < TEXT_LIMIT + 100


def test_a_line_is_the_first_that_says_something() -> None:
    assert line("\n  \n# Fund the audit\n\nmore") == "Fund the audit"
    assert line("") == ""


@given(st.text(alphabet=st.characters(), max_size=300))
def test_nothing_hidden_is_left(text: str) -> None:
    shown = readable(text)
    assert visible(shown) == shown
    assert not any(ord(each) < 32 or 0x202A <= ord(each) <= 0x202E or 0xD800 <= ord(each) < 0xE000 for each in shown)
    shown.encode()
