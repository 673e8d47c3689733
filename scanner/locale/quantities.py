"""Numbers in the units that a reader thinks in, in the words of a locale, exactly: integers in, no floating point."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.locale.locale import MARK, Locale
from scanner.locale.phrase import Phrase

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_LARGEST_DECIMALS = 77
_SCIENTIFIC_FROM = 10**15


def duration(t: Locale, seconds: int) -> Phrase:
    """Return seconds as "2 days" or "1 day 12 hours"; "about" when smaller units were left out."""
    if seconds <= 0:
        return t("duration.second", n=seconds)
    parts: list[Phrase] = []
    rest = seconds
    for size, unit in _UNITS:
        if rest >= size and len(parts) < 2:
            parts.append(t(f"duration.{unit}", n=rest // size))
            rest %= size
    whole = t("duration.two", first=parts[0], second=parts[1]) if len(parts) == 2 else parts[0]
    return t("duration.about", time=whole) if rest else whole


def percent(t: Locale, bps: int) -> Phrase:
    """Return hundredths of a percent as "4%" or "0.25%"."""
    sign = "-" if bps < 0 else ""
    whole, rest = divmod(abs(bps), 100)
    digits = f"{t.header.decimal}{rest:02d}".rstrip("0") if rest else ""
    return t("quantity.percent", number=t.own(f"{sign}{t.number(whole)}{digits}"))


def share(t: Locale, bps: int) -> Phrase:
    """Return a share that was rounded down as a percentage; a 0 says no more than "under 0.01%"."""
    return percent(t, bps) if bps else t("quantity.under", share=percent(t, 1))


def amount(t: Locale, units: int, decimals: int, symbol: str) -> Phrase:
    """Return an amount of a token's smallest unit in whole tokens; "≈" when digits were left out."""
    if not 0 <= decimals <= _LARGEST_DECIMALS:
        return _with_symbol(t, t("quantity.units", number=t.number(units)), symbol)
    sign = "-" if units < 0 else ""
    whole, fraction = divmod(abs(units), 10**decimals)
    if whole >= _SCIENTIFIC_FROM:
        return _with_symbol(t, t.number(-whole if sign else whole), symbol)
    digits = f"{fraction:0{decimals}d}" if decimals else ""
    places = 2 if whole >= 1000 else 4 if whole else _leading_zeros(digits) + 4
    kept = digits[:places]
    about = f"{MARK} " if digits[places:].strip("0") else ""
    kept = kept.rstrip("0")
    number = f"{about}{sign}{t.number(whole)}{t.header.decimal + kept if kept else ''}"
    return _with_symbol(t, t.own(number), symbol)


def _with_symbol(t: Locale, number: Phrase, symbol: str) -> Phrase:
    """Return number and symbol, kept together in the symbol's direction where the symbol is no word of the language."""
    if not symbol:
        return number
    said = t("quantity.amount", number=number, symbol=symbol)
    return said if isinstance(symbol, Phrase) else Phrase(((str(said), True),))


def _leading_zeros(digits: str) -> int:
    return len(digits) - len(digits.lstrip("0"))


def ether(t: Locale, wei: int, symbol: str = "ETH") -> Phrase:
    """Return an amount of wei in the chain's own currency."""
    return amount(t, wei, 18, symbol)


def utc(t: Locale, timestamp: int) -> Phrase:
    """Return seconds since 1970 as "2026-11-20 22:05:09 UTC"; dates are ISO 8601 in every language."""
    moment = _moment(timestamp)
    if moment is None:
        return t("time.since_1970", number=t.number(timestamp))
    return t("time.utc", date=t.own(moment.strftime("%Y-%m-%d")), time=t.own(moment.strftime("%H:%M:%S")))


def day(t: Locale, timestamp: int) -> Phrase:
    """Return the UTC date of seconds since 1970."""
    moment = _moment(timestamp)
    return utc(t, timestamp) if moment is None else t.own(moment.strftime("%Y-%m-%d"))


def _moment(timestamp: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(timestamp, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def short(identifier: str, head: int = 6, tail: int = 4) -> str:
    """Return 0x1234…abcd; what is short already stays whole."""
    return identifier if len(identifier) <= head + tail + 2 else f"{identifier[: head + 2]}…{identifier[-tail:]}"
