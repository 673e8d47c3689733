"""Left-to-right runs in right-to-left text are isolated in pairs, and nothing else is changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.render.bidi import FSI, LRI, PDI, foreign, has_rtl, isolated
from scanner.render.text import readable
from tests.render.hostile import STRINGS

ADDRESS = "0x" + "ab" * 20


def marked(text: str) -> str:
    """Return the text with visible isolates."""
    return isolated(text).replace(LRI, "<").replace(PDI, ">")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("في 2026-11-20 22:05:09 UTC.", "في <2026-11-20 22:05:09 UTC>."),
        (f"العنوان {ADDRESS}، الكتلة 5", f"العنوان <{ADDRESS}>، الكتلة <5>"),
        ("القفل الزمني (Timelock)", "القفل الزمني <(Timelock)>"),
        ("الدالة transfer(address,uint256) هنا", "الدالة <transfer(address,uint256)> هنا"),
        ("(السلسلة 31337)", "(السلسلة <31337>)"),
        ("نص (a: b", "نص (<a: b>"),
        ("≈ 1.157 × 10^59 X", "<≈ 1.157 × 10^59 X>"),
        ("نصاب قدره 4% من المعروض", "نصاب قدره <4%> من المعروض"),
        ("(Ma et al., IEEE TSE 2025).", "<(Ma et al., IEEE TSE 2025)>."),
        ("1-control", "<1-control>"),
        ("https://docs.example.com/a?b=c#d", "https://docs.example.com/a?b=c#d"),
        ("tone-critical", "tone-critical"),
        ("0.8.23+commit.f704f362", "<0.8.23+commit.f704f362>"),
        (ADDRESS, ADDRESS),
        ("e3" * 32, "e3" * 32),
        ("foo()", "<foo()>"),
        ("contract 0x522…", "<contract 0x522…>"),
        ("نص بلا غيره", "نص بلا غيره"),
        ("", ""),
    ],
)
def test_runs(text: str, shown: str) -> None:
    assert marked(text) == shown


def test_a_name_is_isolated_as_a_whole() -> None:
    assert foreign("عقد (Vault)") == f"{FSI}عقد (Vault){PDI}"
    assert foreign("") == ""
    assert has_rtl("abc א")
    assert not has_rtl("abc …")


def depth(text: str) -> list[int]:
    depths = [0]
    for letter in text:
        depths.append(depths[-1] + (letter in (LRI, FSI)) - (letter == PDI))
    return depths


@given(st.one_of(st.text(), st.text(alphabet="ab0 (){}[]«»“”.,:؛،عربي≈×-–%$#\u202e\u2066\u2069")))
def test_whatever_is_shown_isolates_come_in_pairs(text: str) -> None:
    visible = readable(text)
    shown = isolated(visible)
    assert re.sub(f"[{LRI}{PDI}]", "", shown) == visible
    assert depth(shown)[-1] == 0
    assert set(depth(shown)) <= {0, 1}


@pytest.mark.parametrize("text", STRINGS)
def test_hostile_text_opens_nothing(text: str) -> None:
    shown = foreign(readable(text))
    assert depth(shown)[-1] == 0
    assert set(depth(shown)) <= {0, 1}
