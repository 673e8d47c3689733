"""Which compiler suits a set of pragmas."""

from __future__ import annotations

import pytest

from scanner.code.repository.versions import RELEASES, BadPragma, choose

NEWEST = RELEASES[-1]


@pytest.mark.parametrize(
    ("pragmas", "chosen"),
    [
        (["^0.8.20"], NEWEST),
        (["0.8.19"], (0, 8, 19)),
        (["=0.8.19"], (0, 8, 19)),
        ([">=0.8.4 <0.8.20"], (0, 8, 19)),
        ([">=0.4.22, <0.6.0"], (0, 5, 17)),
        (["~0.8.4"], NEWEST),
        (["~0.7"], (0, 7, 6)),
        (["^0.6"], (0, 6, 12)),
        (["0.7.x"], (0, 7, 6)),
        (["0.5.*"], (0, 5, 17)),
        (["*"], NEWEST),
        (["0.6.2 - 0.7.4"], (0, 7, 4)),
        (["^0.5.0 || ^0.7.0"], (0, 7, 6)),
        (["^0.8.0", ">=0.6.2 <0.9.0", "<=0.8.10"], (0, 8, 10)),
        ([">0.8.3 <0.8.5"], (0, 8, 4)),
        (["'0.8.7'"], (0, 8, 7)),
        ([], NEWEST),
        (["^0.7.0", "^0.8.0"], None),
        (["0.9.0"], None),
        (["0.4.5"], None),
    ],
)
def test_choice(pragmas: list[str], chosen: tuple[int, int, int] | None) -> None:
    assert choose(pragmas, []) == chosen


def test_what_is_preferred_counts_where_it_suits() -> None:
    assert choose(["^0.8.0"], [(0, 8, 7)]) == (0, 8, 7)
    assert choose(["^0.8.20"], [(0, 8, 7)]) == NEWEST
    assert choose(["0.9.1"], [(0, 9, 1)]) == (0, 9, 1), "a release that this list does not know yet"


@pytest.mark.parametrize("pragma", ["", "latest", "^", ">= x.y", "0.8.0 or so", "|| ||"])
def test_what_is_no_range_is_refused(pragma: str) -> None:
    with pytest.raises(BadPragma):
        choose([pragma], [])
