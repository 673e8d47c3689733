"""The plural categories of CLDR's own examples."""

from __future__ import annotations

import pytest

from scanner.locale.plurals import CATEGORIES, PLURAL_RULES, category

ARABIC = {
    "zero": (0,),
    "one": (1,),
    "two": (2,),
    "few": (3, 4, 10, 103, 110, 1003),
    "many": (11, 26, 99, 111, 1011),
    "other": (100, 101, 102, 200, 202, 600, 1000, 10000, 100000, 1000000),
}
OTHERS = {
    "one-other": {"one": (1,), "other": (0, 2, 3, 11, 100, 1000)},
    "up-to-one": {"one": (0, 1), "other": (2, 3, 17, 100)},
    "east-slavic": {"one": (1, 21, 101), "few": (2, 4, 22, 104), "many": (0, 5, 11, 12, 14, 19, 111, 112)},
    "other": {"other": (0, 1, 2, 100)},
}


@pytest.mark.parametrize(("form", "numbers"), ARABIC.items())
def test_arabic(form: str, numbers: tuple[int, ...]) -> None:
    assert {category(PLURAL_RULES["arabic"], number) for number in numbers} == {form}


@pytest.mark.parametrize(("name", "forms"), OTHERS.items())
def test_other_languages(name: str, forms: dict[str, tuple[int, ...]]) -> None:
    for form, numbers in forms.items():
        assert {category(PLURAL_RULES[name], number) for number in numbers} == {form}


@pytest.mark.parametrize("rule", PLURAL_RULES.values(), ids=list(PLURAL_RULES))
def test_a_rule_gives_what_it_says_that_it_gives(rule) -> None:
    assert {category(rule, number) for number in range(-1200, 1201)} == set(rule.categories)
    assert set(rule.categories) <= set(CATEGORIES)
