"""Selectors in a code are found wherever their bytes stand behind a PUSH4."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.discovery.asking import has_selector


@given(st.text("0136", max_size=60), st.text("0136", min_size=8, max_size=8))
def test_a_selector_is_found_exactly_where_its_bytes_stand(code: str, four: str) -> None:
    assert has_selector(code, f"0x{four}") == (f"63{four}" in code)


def test_a_selector_is_found_inside_another_push_and_not_cut_short() -> None:
    assert has_selector("0x80636363aabbccdd14", "0x63aabbcc")
    assert has_selector("0x80636363aabbccdd14", "0xaabbccdd")
    assert not has_selector("0x8063aabbcc", "0xaabbccdd")
