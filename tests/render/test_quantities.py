"""Numbers in human units are exact or say that they are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.locale.load import load_locale
from scanner.render.quantities import amount, day, duration, ether, percent, short, utc

EN = load_locale()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (172800, "2 days"),
        (129600, "1 day 12 hours"),
        (604800, "7 days"),
        (90061, "about 1 day 1 hour"),
        (-5, "-5 seconds"),
    ],
)
def test_durations(seconds: int, shown: str) -> None:
    assert duration(EN, seconds) == shown


@pytest.mark.parametrize(
    ("units", "decimals", "shown"),
    [
        (10**18, 18, "1 X"),
        (1234 * 10**18 + 567 * 10**15, 18, "≈ 1,234.56 X"),
        (1, 18, "0.000000000000000001 X"),
        (15 * 10**17, 18, "1.5 X"),
        (123456789, 6, "≈ 123.4567 X"),
        (-(10**18), 18, "-1 X"),
        (0, 0, "0 X"),
        (2**256 - 1, 18, "≈ 1.157 × 10^59 X"),
        (5, 250, "5 units X"),
    ],
)
def test_amounts(units: int, decimals: int, shown: str) -> None:
    assert amount(EN, units, decimals, "X") == shown


def test_other_units() -> None:
    assert ether(EN, 10**16) == "0.01 ETH"
    assert [percent(EN, 400), percent(EN, 25), percent(EN, 1005), percent(EN, -50)] == [
        "4%",
        "0.25%",
        "10.05%",
        "-0.5%",
    ]
    assert EN.number(1234567) == "1,234,567"
    assert EN.number(10**20) == "≈ 1.000 × 10^20"
    assert EN("count.key", n=1) == "1 key"
    assert EN("count.key", n=3) == "3 keys"
    assert short("0x" + "ab" * 20) == "0xababab…abab"
    assert short("42") == "42"
    assert utc(EN, 0) == "1970-01-01 00:00:00 UTC"
    assert day(EN, 86400) == "1970-01-02"


def test_times_beyond_the_calendar_are_no_crash() -> None:
    assert utc(EN, 2**256 - 1) == "≈ 1.157 × 10^77 seconds since 1970"
    assert day(EN, 10**13) == "10,000,000,000,000 seconds since 1970"


@given(st.integers(min_value=0, max_value=10**24), st.integers(min_value=0, max_value=30))
def test_an_amount_without_a_sign_of_rounding_is_exact(units: int, decimals: int) -> None:
    shown = amount(EN, units, decimals, "")
    if not shown.startswith("≈"):
        whole, _, fraction = shown.replace(",", "").partition(".")
        assert int(whole) * 10**decimals + int(fraction.ljust(decimals, "0") or 0) == units
