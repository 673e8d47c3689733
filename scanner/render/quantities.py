"""Numbers in the units that a reader thinks in, exactly: integers in, no floating point on the way."""

from __future__ import annotations

from datetime import UTC, datetime

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_LARGEST_DECIMALS = 77
_SCIENTIFIC_FROM = 10**15


def grouped(number: int) -> str:
    """Return 1234567 as 1,234,567, and what has more than 15 digits with a power of ten."""
    if abs(number) < _SCIENTIFIC_FROM:
        return f"{number:,}"
    digits = str(abs(number))
    sign = "-" if number < 0 else ""
    return f"≈ {sign}{digits[0]}.{digits[1:4]} × 10^{len(digits) - 1}"


def plural(number: int, noun: str) -> str:
    """Return "1 day", "2 days"."""
    return f"{grouped(number)} {noun}" if number == 1 else f"{grouped(number)} {noun}s"


def duration(seconds: int) -> str:
    """Return seconds as "2 days" or "1 day 12 hours"; "about" when smaller units were left out."""
    if seconds < 0:
        return f"{grouped(seconds)} seconds"
    if seconds == 0:
        return "0 seconds"
    parts: list[str] = []
    rest = seconds
    for size, noun in _UNITS:
        if rest >= size and len(parts) < 2:
            parts.append(plural(rest // size, noun))
            rest %= size
    return ("about " if rest else "") + " ".join(parts)


def amount(units: int, decimals: int, symbol: str) -> str:
    """Return an amount of a token's smallest unit in whole tokens; "≈" when digits were left out."""
    if not 0 <= decimals <= _LARGEST_DECIMALS:
        return f"{grouped(units)} units {symbol}".strip()
    sign = "-" if units < 0 else ""
    whole, fraction = divmod(abs(units), 10**decimals)
    if whole >= _SCIENTIFIC_FROM:
        return f"{grouped(-whole if sign else whole)} {symbol}".strip()
    digits = f"{fraction:0{decimals}d}" if decimals else ""
    places = 2 if whole >= 1000 else 4 if whole else _leading_zeros(digits) + 4
    kept = digits[:places]
    about = "≈ " if digits[places:].strip("0") else ""
    kept = kept.rstrip("0")
    return f"{about}{sign}{whole:,}{'.' + kept if kept else ''} {symbol}".strip()


def _leading_zeros(digits: str) -> int:
    return len(digits) - len(digits.lstrip("0"))


def ether(wei: int, symbol: str = "ETH") -> str:
    """Return an amount of wei in the chain's own currency."""
    return amount(wei, 18, symbol)


def percent(bps: int) -> str:
    """Return hundredths of a percent as "4%" or "0.25%"."""
    sign = "-" if bps < 0 else ""
    whole, rest = divmod(abs(bps), 100)
    return f"{sign}{grouped(whole)}{f'.{rest:02d}'.rstrip('0') if rest else ''}%"


def utc(timestamp: int) -> str:
    """Return seconds since 1970 as "2026-11-20 22:05:09 UTC"."""
    try:
        return datetime.fromtimestamp(timestamp, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{grouped(timestamp)} seconds since 1970"


def day(timestamp: int) -> str:
    """Return the UTC date of seconds since 1970."""
    shown = utc(timestamp)
    return shown[:10] if shown.endswith("UTC") else shown


def short(identifier: str, head: int = 6, tail: int = 4) -> str:
    """Return 0x1234…abcd; what is short already stays whole."""
    return identifier if len(identifier) <= head + tail + 2 else f"{identifier[: head + 2]}…{identifier[-tail:]}"
