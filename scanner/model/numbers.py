"""Numbers in the units that a reader thinks in, exactly: integers in, no floating point on the way."""

from __future__ import annotations

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
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


def percent(bps: int) -> str:
    """Return hundredths of a percent as "4%" or "0.25%"."""
    sign = "-" if bps < 0 else ""
    whole, rest = divmod(abs(bps), 100)
    return f"{sign}{grouped(whole)}{f'.{rest:02d}'.rstrip('0') if rest else ''}%"


def share(bps: int) -> str:
    """Return a share that was rounded down as a percentage; a 0 says no more than "under 0.01%"."""
    return percent(bps) if bps else "under 0.01%"
