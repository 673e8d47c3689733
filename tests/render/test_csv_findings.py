"""The table for spreadsheets: every finding, every undecided outcome, no formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from scanner.model.outcome import Status
from scanner.render.csv_findings import BYTE_ORDER_MARK, COLUMNS, guarded, render_csv
from tests.render import factory


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))


def test_one_row_for_each_finding_and_each_undecided_outcome() -> None:
    judged = factory.assessment()
    found = rows(render_csv(factory.snapshot(), judged, "00" * 32))
    open_outcomes = [one for one in judged.outcomes if one.status in (Status.UNKNOWN, Status.ERROR)]
    assert [row["rule"] for row in found] == [
        *(one.rule_id for one in judged.findings),
        *(one.rule_id for one in open_outcomes),
    ]
    assert {row["status"] for row in found} == {"finding", "unknown", "error"}
    assert list(found[0]) == list(COLUMNS)


def test_undecided_outcomes_say_why() -> None:
    found = rows(render_csv(factory.snapshot(), factory.assessment(), "00" * 32))
    assert all(row["reason"] for row in found if row["status"] == "unknown")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_no_cell_is_a_formula(start: str) -> None:
    cell = guarded(f'{start}HYPERLINK("https://example.org","look")')
    assert cell.startswith("'")


def test_hostile_names_stay_in_their_cells() -> None:
    nasty = "=cmd|' /C calc'!A0\",x\n\r\u202eoops\ud800\x00"

    def text(value: str) -> str:
        return nasty

    judged: Any = factory.with_text(factory.assessment(), text)
    found = rows(render_csv(factory.snapshot(), judged, "00" * 32))
    assert len(found) >= len(factory.assessment().findings)
    for row in found:
        for cell in row.values():
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))
            assert "\u202e" not in cell
    render_csv(factory.snapshot(), judged, "00" * 32).encode()
