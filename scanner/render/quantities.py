"""Numbers in the units that a reader thinks in, exactly: integers in, no floating point on the way."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.model.numbers import duration, grouped, percent, plural

__all__ = ["amount", "day", "duration", "ether", "grouped", "percent", "plural", "short", "utc"]

_LARGEST_DECIMALS = 77
_SCIENTIFIC_FROM = 10**15


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
