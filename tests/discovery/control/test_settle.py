"""Lines of control as a whole: where one may be missing, nothing is said of there being none."""

from __future__ import annotations

import pytest

from scanner.discovery.control.holders import Resolver
from scanner.discovery.control.settle import build_controls
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.contracts import Token
from scanner.model.controls import Control
from scanner.model.observation import Collection, Known, Reason, Unknown
from tests.discovery.membership.test_settle import described
from tests.discovery.support import address, contract, eoa, parts, world

GUARDS = ("mint_guard", "pause_guard", "confiscation_guard")


def lines(**code: Known[str] | Unknown) -> Collection[Control]:
    """Return the lines to a token that its owner mints, as far as its code was read."""
    account, owner = contract(1, owner=("address", address(2))), eoa(2)
    made = world(account, owner)
    guards = {name: Known(value="no-function", evidence=()) for name in GUARDS} | {
        "mint_guard": Known(value="caller", evidence=()),
        **code,
    }
    facts = all_unknown(CodeFacts, Reason.NOT_VERIFIED).model_copy(update=guards)
    whole = described(account).model_copy(update={"code": facts, "label": "Crown"})
    token = all_unknown(Token, Reason.NOT_READ, chain_id=1, address=account.address)
    return build_controls(made, Resolver(made, parts()), contracts=(whole,), tokens=(token,))


def test_lines_are_complete_where_every_power_over_the_units_was_read() -> None:
    found = lines()
    assert found.complete, found.reason
    assert [one.actor for one in found.items] == [address(2)]


@pytest.mark.parametrize("name", GUARDS)
@pytest.mark.parametrize("reason", [Reason.ANALYSIS_FAILED, Reason.COMPILE_FAILED, Reason.ANALYSIS_NOT_RUN])
def test_source_that_could_not_be_analysed_leaves_lines_open(name: str, reason: Reason) -> None:
    found = lines(**{name: Unknown(reason=reason, detail=f"{name}: TypeError")})
    assert not found.complete
    if found.items:
        assert found.reason == f"what Crown lets whom do was not read: {name}: TypeError"


def test_a_token_without_source_is_counted_elsewhere() -> None:
    assert lines(pause_guard=Unknown(reason=Reason.NOT_VERIFIED)).complete
