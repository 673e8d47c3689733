"""The tables of a portfolio, opened again as an analyst opens them; and what stands on the page."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from scanner.fleet.portfolio import as_csv, as_parquet, folder_of, portfolio_page, table, wanted_reports
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity
from scanner.pipeline import dump_snapshot
from scanner.store.database import Database
from scanner.store.records import Failed, ScanKey, Strip, judged_row
from scanner.store.store import Store
from tests.render import factory
from tests.render.test_html import Page

FORMULA = "=HYPERLINK(1)"


def strips(folder: Path, *, good: bool = True) -> list[Strip]:
    store, snapshot = Store(str(folder / "store.sqlite")), factory.snapshot(FORMULA)
    block, target = snapshot.blocks[0], snapshot.target
    if good:
        key = ScanKey(target.chain_id, target.address, block.hash, "aa" * 32, "0")
        judged = judged_row(factory.assessment(), 1, "cc" * 32)
        assert store.save(key, snapshot, dump_snapshot(snapshot), judged=judged)
    never = ScanKey(target.chain_id + 1, target.address, block.hash, "aa" * 32, "0")
    assert store.save_failure(never, block, "never", Failed("limit", "ran longer than 12 s"))
    found = list(store.strips())
    store.close()
    return found


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    rows = table(strips(tmp_path))
    text = as_csv(rows).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text)))
    columns = pyarrow.parquet.read_table(io.BytesIO(as_parquet(rows))).to_pylist()
    assert columns == rows
    assert [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in rows] == [
        {name: cell.removeprefix("'") for name, cell in row.items()} for row in read
    ]
    assert read[0]["name"] != FORMULA
    assert (rows[0]["worst"], rows[0]["status"], rows[0]["treasury_worst"]) == ("critical", "done", "critical")
    assert (rows[1]["status"], rows[1]["error"], rows[1]["exit_code"]) == ("error", "ran longer than 12 s", None)


def test_a_column_has_its_type_also_without_a_value(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    schemas = [
        pyarrow.parquet.read_schema(io.BytesIO(as_parquet(table(found))))
        for found in (strips(tmp_path / "a"), strips(tmp_path / "b", good=False))
    ]
    assert schemas[0].equals(schemas[1])


def test_a_target_that_failed_is_on_the_page(tmp_path: Path) -> None:
    found = strips(tmp_path)
    page = Page(portfolio_page(found, {folder_of(found[0])}, "en").decode())
    assert "Not scanned: ran longer than 12 s" in page.text
    assert "1 DAO could not be scanned" in page.text
    assert [link for link in page.links if link.endswith("report.html")] == [f"{folder_of(found[0])}/report.html"]
    assert wanted_reports(found, "all", Severity.HIGH) == found[:1]
    assert wanted_reports(found, "findings", Severity.HIGH) == found[:1]
    assert wanted_reports(found, "none", Severity.HIGH) == []


def test_packages_that_are_not_installed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(strips(tmp_path))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pyarrow") as caught:
        as_parquet(rows)
    assert "daoscan[parquet]" in caught.value.hint
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match="psycopg") as caught:
        Database("postgresql+psycopg://host/name")
    assert "daoscan[postgres]" in caught.value.hint
