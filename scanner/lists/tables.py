"""Lists as CSV and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.lists.interface import MAX_ENTRIES, ListEntry, clean, identify
from scanner.model.errors import UsageError
from scanner.sources.strict import NotReadable, read_json

COLUMNS = (
    "address",
    "entity",
    "program",
    "chain",
    "kind",
    "list",
    "list_snapshot",
    "listed",
    "delisted",
    "status",
    "source",
)
_ALSO = {"name": "entity", "currency": "chain"}
_FIELD_BYTES = 100_000


@dataclass
class Parsed:
    """What a file holds, and what it says about itself; empty where it says nothing."""

    entries: list[ListEntry] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Each value with the place where it was first said."""

    def add(self, row: Mapping[str, str], where: str) -> None:
        """Add a row. Raises UsageError for what is no address."""
        text = row.get("address", "").strip()
        address, evm, chain = identify(text, where)
        for known, column in ((self.names, "list"), (self.days, "list_snapshot"), (self.sources, "source")):
            if value := clean(row.get(column, "")):
                known.setdefault(value, where)
        if len(self.entries) >= MAX_ENTRIES:
            raise UsageError(f"more than {MAX_ENTRIES} entries", where=where)
        self.entries.append(
            ListEntry(
                address=address,
                evm=evm,
                kind=clean(row.get("kind", "")) or "address",
                chain=clean(row.get("chain", "")) or chain,
                entity=clean(row.get("entity", "")),
                program=clean(row.get("program", "")),
                listed=clean(row.get("listed", "")),
                delisted=clean(row.get("delisted", "")),
                note=clean(row.get("status", "")),
            )
        )


def parse_csv(data: bytes, file: str) -> Parsed:
    """Read a CSV with a header that has a column `address`. Raises UsageError with file and line."""
    rows = csv.DictReader(io.StringIO(_text(data, file)), strict=True)
    parsed = Parsed()
    before = csv.field_size_limit(_FIELD_BYTES)  # it holds for the whole process
    try:
        header = {name: _ALSO.get(name.strip().lower(), name.strip().lower()) for name in rows.fieldnames or ()}
        if "address" not in header.values():
            raise UsageError("the list has no column named address", where=f"{file}:1", hint=",".join(COLUMNS))
        if len(set(header.values())) != len(rows.fieldnames or ()):
            raise UsageError("a column is there twice", where=f"{file}:1")
        for row in _rows(rows, file):
            parsed.add({header[key]: value or "" for key, value in row.items()}, f"{file}:{rows.line_num}")
    except csv.Error as error:
        raise UsageError(f"not a CSV file: {error}", where=f"{file}:{rows.line_num + 1}") from None
    finally:
        csv.field_size_limit(before)
    return parsed


def _rows(rows: csv.DictReader[str], file: str) -> Iterator[dict[str, str]]:
    for row in rows:
        if None in row:
            raise UsageError("the row has more cells than the header", where=f"{file}:{rows.line_num}")
        yield row


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError("the file is not UTF-8 text", where=f"{file}:{line}") from None


def parse_json(data: bytes, file: str) -> Parsed:
    """Read a JSON list: an array of addresses or of objects, or an object with `entries`. Raises UsageError."""
    try:
        value = read_json(data.removeprefix(b"\xef\xbb\xbf"))
    except NotReadable as error:
        raise UsageError(f"the list cannot be read: {error}", where=file) from None
    parsed = Parsed()
    rows: Any = value
    if isinstance(value, dict):
        unknown = sorted(set(value) - {"name", "published", "source", "entries"})
        if unknown or "entries" not in value:
            what = f"unknown key {unknown[0][:60]!r}" if unknown else "no key named entries"
            raise UsageError(what, where=file, hint="keys: name, published, source, entries")
        rows = value["entries"]
        about = (("name", parsed.names), ("published", parsed.days), ("source", parsed.sources))
        for key, known in about:
            if not isinstance(value.get(key, ""), str):
                raise UsageError(f"{key} is not text", where=file)
            if text := clean(value.get(key, "")):
                known[text] = f"{file}, {key}"
    if not isinstance(rows, list):
        raise UsageError("the list is no array", where=file, hint="an array of addresses, or of objects with address")
    for index, row in enumerate(rows):
        parsed.add(_row(row, f"{file}, entry {index + 1}"), f"{file}, entry {index + 1}")
    return parsed


def _row(row: Any, where: str) -> Mapping[str, str]:
    if isinstance(row, str):
        return {"address": row}
    if not isinstance(row, dict) or "address" not in row:
        raise UsageError("an entry is an address or an object with address", where=where)
    renamed: dict[str, str] = {}
    for key, value in row.items():
        name = _ALSO.get(key, key)
        if name not in COLUMNS or name in renamed:
            raise UsageError(f"unknown key {key[:60]!r}", where=where, hint=", ".join(COLUMNS))
        if value is not None and not isinstance(value, str):
            raise UsageError(f"{key[:60]} is not text", where=where)
        renamed[name] = value or ""
    return renamed
