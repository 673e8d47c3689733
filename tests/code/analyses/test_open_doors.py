"""Functions that do for anyone what others ask their caller for, and those that only look like it."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of

pytestmark = pytest.mark.compiler


def _opens(contract: str) -> dict[str, tuple[str, ...]]:
    return {
        one.signature.partition("(")[0]: one.opens
        for one in facts_of("Open.sol")[contract].functions.items
        if one.opens
    }


def test_payments_and_acts_for_anyone_are_told_and_so_is_who_lets_anyone_name_the_owner() -> None:
    assert _opens("Barn") == {
        "begin": ("pay",),  # an initializer: the state says whether it has run
        "giveWhileOpen": ("pay",),
        "giveLater": ("pay",),
        "giveMe": ("pay",),
        "giveAll": ("pay",),
        "run": ("act", "pay"),
        "name": ("pay",),
        "become": ("act", "pay"),
        "nameHeir": ("pay",),  # who accepts is owner next
    }


def test_what_is_kept_proven_paid_for_or_given_back_opens_nothing() -> None:
    assert _opens("Bank") == {}
