"""Units that are kept as histories of balances: who creates and who takes them."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of, value

pytestmark = pytest.mark.compiler


@pytest.mark.parametrize(
    ("contract", "mint", "seize"),
    [
        ("FixedHistories", "no-function", "no-function"),
        ("ControlledHistories", "caller", "caller"),
        ("OpenHistories", "none", "no-function"),
        ("BurnableHistories", "no-function", "no-function"),
    ],
)
def test_a_new_entry_with_a_computed_value_creates_or_takes_units(contract: str, mint: str, seize: str) -> None:
    facts = facts_of("Histories.sol")[contract]
    assert (value(facts.mint_guard), value(facts.seizure_guard)) == (mint, seize)
    assert value(facts.rebase_guard) == "no-function"
