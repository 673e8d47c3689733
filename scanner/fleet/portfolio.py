"""Everything in the store on one page, with the reports that a reader will want to open; and as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from scanner import pipeline
from scanner.fleet.settings import Settings
from scanner.locale.load import load_locale
from scanner.model.errors import UsageError
from scanner.model.outcome import Dimension, Severity
from scanner.render.csv_findings import BYTE_ORDER_MARK, guarded
from scanner.render.index import Rows, render_index
from scanner.store.records import Strip
from scanner.store.store import Store

CHOICES = ("findings", "all", "none")


def folder_of(strip: Strip) -> str:
    """Return the name of the folder of a target's report."""
    return f"{strip.scan.key.chain_id}-{strip.scan.key.target}"


def portfolio_page(strips: Sequence[Strip], reported: set[str], lang: str) -> bytes:
    """Return index.html over `strips`, the worst first; those whose folder is in `reported` are links.

    A target that could not be scanned is a row as well: undecided, with the reason.
    """
    t = load_locale(lang)
    rows = Rows(t)
    entries = [
        rows.row(
            f"{folder_of(one)}/report.html" if folder_of(one) in reported else "",
            name=one.scan.name or one.scan.key.target,
            target=(one.scan.key.chain_id, one.scan.key.target, one.scan.as_of),
            judged=(one.dimensions, tuple((each, one.severities[each]) for each in Severity if each in one.severities)),
        )
        for one in strips
    ]
    entries = [replace(entry, problem=one.problem) for entry, one in zip(entries, strips, strict=True)]
    return render_index(t, entries, worst_first=True).encode()


def wanted_reports(strips: Sequence[Strip], which: str, fail_on: Severity) -> list[Strip]:
    """Return the scans whose report is written: all, none, or those with a finding at or above `fail_on`."""
    done = [one for one in strips if one.scan.status == "done"]
    if which == "all":
        return done
    if which == "none":
        return []
    return [one for one in done if one.worst and Severity(one.worst).rank >= fail_on.rank]


def reports(
    store: Store,
    wanted: Sequence[Strip],
    settings: Settings,
    *,
    lang: str = "en",
    formats: Sequence[str] = ("html", "json"),
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield the folder and the report files of each scan, made from its stored snapshot: no chain is read."""
    rules = settings.loaded_rules(lang)
    for one in wanted:
        data = store.snapshot(one.scan.snapshot)
        snapshot = pipeline.load_snapshot(data, f"scan {one.scan.id}")
        assessment = pipeline.evaluate(snapshot, rules)
        files = pipeline.render(data, snapshot, assessment=assessment, formats=formats)
        yield folder_of(one), files


_NUMBERS = ("chain_id", "block", "as_of", "exit_code")
COLUMNS = ("chain_id", "address", "name", "block", "as_of", "status", "error", "worst", "exit_code")


def table(strips: Sequence[Strip]) -> list[dict[str, Any]]:
    """Return one row for each target: the columns above, and worst, undecided and count of findings by dimension."""
    return [_row(one) for one in strips]


def _row(one: Strip) -> dict[str, Any]:
    scan = one.scan
    row: dict[str, Any] = {
        "chain_id": scan.key.chain_id,
        "address": scan.key.target,
        "name": scan.name,
        "block": scan.block_number,
        "as_of": scan.as_of,
        "status": "outdated" if one.failed else scan.status,
        "error": one.problem or scan.error,
        "worst": one.worst,
        "exit_code": one.exit_code,
    }
    cells = {cell.dimension: cell for cell in one.dimensions}
    for dimension in Dimension:
        cell, name = cells.get(dimension), dimension.value.replace("-", "_")
        row[f"{name}_findings"] = cell.findings if cell else None
        if not dimension.descriptive:
            row[f"{name}_worst"] = cell.worst.value if cell and cell.worst else ""
            row[f"{name}_undecided"] = cell.worst_undecided.value if cell and cell.worst_undecided else ""
    return row


def as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return a table as CSV for a spreadsheet: UTF-8 with a mark, LF, no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow(["" if cell is None else guarded(str(cell)) for cell in row.values()])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def as_parquet(rows: Sequence[dict[str, Any]]) -> bytes:
    """Return a table as a Parquet file. Raises UsageError where pyarrow is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError("Parquet wants pyarrow", hint="pip install 'daoscan[parquet]', or use --format csv") from error
    # Types by name, not by what is there: a column without a value has the type that it has in every other export.
    numbers, text = pyarrow.int64(), pyarrow.string()
    columns = [(name, numbers if name in _NUMBERS or name.endswith("_findings") else text) for name in rows[0]]
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=pyarrow.schema(columns)), buffer)
    return buffer.getvalue()
