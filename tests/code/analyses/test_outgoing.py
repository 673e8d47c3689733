"""Functions that pay out, functions that act on what their caller names, and those that do neither."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of

pytestmark = pytest.mark.compiler


def test_payments_and_acts_are_told_by_what_leaves_and_to_whom() -> None:
    found = {
        one.signature.partition("(")[0]: set(one.powers) for one in facts_of("Outgoing.sol")["Purse"].functions.items
    }
    assert found == {
        "payOut": {"pay"},
        "payMe": {"pay"},
        "payHeir": {"pay"},  # whoever it is can be replaced
        "setHeir": set(),
        "sendHome": set(),  # to an address that is written down for good
        "allow": {"pay"},
        "pull": set(),
        "run": {"pay", "act"},
        "order": {"act"},
        "poke": set(),
        "handOver": set(),
    }


def test_whoever_names_the_keeper_appoints_who_pays() -> None:
    functions = {one.signature: one.appoints for one in facts_of("Outgoing.sol")["Purse"].functions.items}
    assert functions["handOver(address)"] == ("act", "pay")
    assert functions["setHeir(address)"] == ()
