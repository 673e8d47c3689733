"""The shares of guards named and checked: what counts as a guard, as named, as checked."""

from __future__ import annotations

import pytest

from scanner.model.passages import Passage
from tools.bench.guards import Tally, of


def _passage(
    guard: str, checked: str, *functions: str, asks: str = "caller is owner", complete: bool = True
) -> Passage:
    return Passage(
        contract="0x" + "11" * 20,
        functions=functions,
        guard=guard,
        asks=asks,
        complete=complete,
        reason="" if complete else "no view and no slot",
        checked=checked,
        evidence=(),
    )


def test_shares_are_of_functions_behind_a_condition_on_the_caller() -> None:
    tally = Tally()
    tally.add(
        "hall",
        [
            _passage("caller", "passed", "a()", "b()", "c()"),
            _passage("caller", "refused", "d()"),
            _passage("anyone", "passed", "e()", asks="caller is owner or open"),
            _passage("caller", "not-checkable", "f()"),
            _passage("caller", "not-checkable", "g()", complete=False),
            _passage("anyone", "not-asked", "h()", asks=""),
            _passage("members", "not-asked", "i()"),
            _passage("unknown", "not-checkable", "0x01020304", "0x05060708"),
        ],
    )
    figures = {figure.name: figure for figure in of(tally)}
    assert figures["guards_counted"].value == 7
    assert figures["guards_resolved_share"].value == pytest.approx(6 / 7)
    assert figures["edges_checked_share"].value == pytest.approx(5 / 7)
    assert figures["functions_without_source_undecided"].value == 2
    assert not figures["guards_unresolved_share"].holds
    assert figures["edges_contradicted"].holds
    assert len(tally.open) == 3, "and what is undecided"


def test_one_contradiction_in_a_fixture_does_not_hold() -> None:
    tally = Tally()
    tally.add("hall", [_passage("caller", "contradicted", "a()")])
    figures = {figure.name: figure for figure in of(tally)}
    assert not figures["edges_contradicted"].holds
    assert figures["edges_unchecked_share"].holds
