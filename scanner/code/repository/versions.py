"""Which release of solc suits what pragmas ask for (the ranges of semantic versioning, as solc reads them)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_LAST = {(0, 4): 26, (0, 5): 17, (0, 6): 12, (0, 7): 6, (0, 8): 30}
_FIRST = {(0, 4): 11}
RELEASES: tuple[tuple[int, int, int], ...] = tuple(
    (*minor, patch) for minor, last in _LAST.items() for patch in range(_FIRST.get(minor, 0), last + 1)
)
"""Releases with a standard JSON interface, oldest first."""

Version = tuple[int, int, int]
_PART = re.compile(r"(\^|~|>=|<=|>|<|=)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_WILD = ("", "x", "X", "*")


class BadPragma(ValueError):
    """A pragma that is no range of versions."""


def choose(pragmas: Iterable[str], preferred: Sequence[Version]) -> Version | None:
    """Return the release for a set of files: the first of `preferred` that suits, else the newest that does, or None.

    Raises BadPragma.
    """
    ranges = [_range(pragma) for pragma in pragmas]

    def suits(version: Version) -> bool:
        return all(any(all(low <= version < high for low, high in joined) for joined in one) for one in ranges)

    return next((version for version in (*preferred, *reversed(RELEASES)) if suits(version)), None)


Bounds = tuple[Version, Version]
_TOP: Version = (10**9, 0, 0)
_BOTTOM: Version = (0, 0, 0)


def _range(pragma: str) -> list[list[Bounds]]:
    """Return alternatives, each a list of [low, high) that all hold."""
    return [_joined(part.strip(), pragma) for part in pragma.split("||")]


def _joined(text: str, pragma: str) -> list[Bounds]:
    text = _HYPHEN.sub(r">=\1 <=\2", text.replace('"', "").replace("'", ""))
    bounds: list[Bounds] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise BadPragma(f"pragma solidity {pragma[:80]}: not a range of versions")
        bounds.append(_bounds(found))
        position = found.end()
        while position < len(text) and text[position] in " ,":
            position += 1
    if not bounds:
        raise BadPragma("pragma solidity without a version")
    return bounds


def _bounds(found: re.Match[str]) -> Bounds:
    sign = found[1] or ""
    numbers = [int(part) for part in (found[2], found[3] or "", found[4] or "") if part not in _WILD]
    low: Version = (*numbers, 0, 0, 0)[:3]  # type: ignore[assignment]
    if not numbers:
        return _BOTTOM, _TOP
    if sign == "^":
        return low, _after_caret(low, len(numbers))
    if sign == "~":
        return low, _next(low, min(len(numbers), 2))
    if sign == ">=":
        return low, _TOP
    if sign == ">":
        return _next(low, len(numbers)), _TOP
    if sign == "<":
        return _BOTTOM, low
    if sign == "<=":
        return _BOTTOM, _next(low, len(numbers))
    return low, _next(low, len(numbers))


def _next(version: Version, places: int) -> Version:
    """Return the first version after all that begin with the first `places` numbers."""
    kept = list(version[:places])
    kept[-1] += 1
    return (*kept, 0, 0, 0)[:3]  # type: ignore[return-value]


def _after_caret(low: Version, given: int) -> Version:
    """A caret holds the first number that is not zero."""
    for place in range(given):
        if low[place] or place == given - 1:
            return _next(low, place + 1)
    return _next(low, given)
