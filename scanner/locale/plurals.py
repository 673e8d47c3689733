"""Plural rules for whole numbers (Unicode CLDR, cardinal). A locale file names the one that its language follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

CATEGORIES = ("zero", "one", "two", "few", "many", "other")


@dataclass(frozen=True)
class PluralRule:
    """The categories that a language tells apart, and which of them a number belongs to."""

    categories: tuple[str, ...]
    of: Callable[[int], str]


def _other(number: int) -> str:
    return "other"


def _one_other(number: int) -> str:
    return "one" if number == 1 else "other"


def _up_to_one(number: int) -> str:
    return "one" if number < 2 else "other"


def _east_slavic(number: int) -> str:
    last, two = number % 10, number % 100
    if last == 1 and two != 11:
        return "one"
    return "few" if last in (2, 3, 4) and two not in (12, 13, 14) else "many"


def _arabic(number: int) -> str:
    if number < 3:
        return CATEGORIES[number]
    last = number % 100
    return "few" if 3 <= last <= 10 else "many" if last >= 11 else "other"


PLURAL_RULES: Mapping[str, PluralRule] = {
    "other": PluralRule(("other",), _other),  # Chinese, Japanese, Korean, Vietnamese, Indonesian
    "one-other": PluralRule(("one", "other"), _one_other),  # English, German, Dutch, Spanish, Italian, Turkish
    "up-to-one": PluralRule(("one", "other"), _up_to_one),  # French, Portuguese of Brazil
    "east-slavic": PluralRule(("one", "few", "many"), _east_slavic),  # Russian, Ukrainian
    "arabic": PluralRule(CATEGORIES, _arabic),
}
"""By the name that stands under `plural` in a locale file's header."""


def category(rule: PluralRule, number: int) -> str:
    """Return the category of `number`; the sign does not count."""
    return rule.of(abs(number))
