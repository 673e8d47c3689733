"""What is to be scanned: CSV, JSON, a folder of manifests, or lines on standard input."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.checksum import wrong_checksum
from scanner.manifest.manifest import Manifest, read_manifest
from scanner.model.errors import DaoscanError, UsageError

MAX_BYTES = 256 * 2**20
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_CAIP10 = re.compile(r"eip155:([0-9]{1,18}):(0x[0-9a-fA-F]{40})\Z")
_NUMBER = re.compile(r"[0-9]{1,18}\Z")
_COLUMNS = ("chain", "address", "name", "block")
_LINE_END = re.compile(r"\r\n|\r|\n")
_SEPARATOR = re.compile(r'(?:"(?:[^"]|"")*"|[^,;\t"]*)([,;\t])')
_SPREADSHEET = re.compile(r"sep=.\s*\Z", re.IGNORECASE)
"""What some spreadsheets write first, to say how cells are separated."""


@dataclass(frozen=True, order=True)
class Wanted:
    """One DAO to scan. `block` is 0 where the run's own block is meant; `manifest` a file that says more."""

    chain_id: int
    address: str
    name: str = ""
    block: int = 0
    manifest: str = ""
    stated: str = ""
    """Digest of what the manifest says."""


@dataclass(frozen=True)
class BadLine:
    """A line that names no target. `place` is the file and the line or entry, counted from 1."""

    place: str
    why: str


@dataclass(frozen=True)
class Targets:
    """What was read: targets in the order of the source, each once; `again` are the places of those that come again."""

    wanted: tuple[Wanted, ...]
    bad: tuple[BadLine, ...]
    again: tuple[str, ...] = ()


def read_targets(source: Path, data: bytes | None = None, chain_id: int | None = None) -> Targets:
    """Return the targets of a file or folder, or of `data` (standard input). Raises UsageError for a source of no use.

    `chain_id` is the chain of addresses that name none.
    """
    if data is None and source.is_dir():
        found: Iterable[tuple[str, Wanted | BadLine]] = _manifests(source)
    else:
        shown = source.name if data is None else "standard input"
        content = _decoded(_content(source) if data is None else data, shown if data is not None else str(source))
        is_json = content.lstrip()[:1] in ("[", "{")
        found = (_json if is_json else _csv)(content, shown, chain_id)
    wanted: dict[tuple[int, str, int], Wanted] = {}
    bad: list[BadLine] = []
    again: list[str] = []
    for place, one in found:
        if isinstance(one, BadLine):
            bad.append(one)
        elif wanted.setdefault((one.chain_id, one.address, one.block), one) is not one:
            again.append(place)
    return Targets(tuple(wanted.values()), tuple(bad), tuple(again))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(
                f"the targets are larger than {MAX_BYTES} bytes", where=str(path), hint="cut them in parts"
            )
        return path.read_bytes()
    except OSError as error:
        hint = "give a CSV or JSON file, a folder of manifests, or - for standard input"
        raise UsageError(f"the targets cannot be read: {error.strerror}", where=str(path), hint=hint) from error


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "a spreadsheet calls it `CSV UTF-8`"
        raise UsageError("the targets are no UTF-8 text", where=where, hint=hint) from error


def _csv(text: str, shown: str, chain_id: int | None) -> Iterator[tuple[str, Wanted | BadLine]]:
    """Each line by itself: a quote that is not closed spoils its own line and swallows no other."""
    columns, names = list(_COLUMNS), ["address", "name", "block"]
    separator, first, has_header = "", True, False
    for number, line in enumerate(_LINE_END.split(text.replace("\0", "\ufffd")), 1):
        place = f"{shown}:{number}"
        if not line.strip() or line.lstrip().startswith("#") or (first and _SPREADSHEET.match(line)):
            continue
        separator = separator or _separator(line)
        try:
            (row,) = csv.reader([line], delimiter=separator or ",", strict=True)
        except csv.Error as error:
            yield place, BadLine(place, f"the line cannot be read: {error}")
            continue
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if first and "address" in map(_column, cells):
            columns, has_header = [_column(cell) for cell in cells], True
        else:
            fields = names if not has_header and _looks_like_address(cells[0]) else columns
            yield place, _wanted(dict(zip(fields, cells, strict=False)), place, chain_id)
        first = False


def _separator(line: str) -> str:
    """Return what stands after the first cell: a comma, a semicolon or a tab; empty for a line of one cell."""
    found = _SEPARATOR.match(line)
    return found[1] if found else ""


def _column(cell: str) -> str:
    name = cell.lower().replace(" ", "_")
    return {"chain_id": "chain", "chainid": "chain", "target": "address"}.get(name, name)


def _looks_like_address(cell: str) -> bool:
    return bool(_ADDRESS.match(cell) or _CAIP10.match(cell))


def _json(text: str, shown: str, chain_id: int | None) -> Iterator[tuple[str, Wanted | BadLine]]:
    """One list of objects, or one object on each line."""
    if text.lstrip()[:1] == "[":
        try:
            entries: list[Any] = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"the targets are no JSON: {error}"[:200], where=shown) from error
        for number, entry in enumerate(entries, 1):
            place = f"{shown}, entry {number}"
            yield place, _entry(entry, place, chain_id)
        return
    for number, line in enumerate(_LINE_END.split(text), 1):
        if not line.strip():
            continue
        place = f"{shown}:{number}"
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            yield place, BadLine(place, "no JSON")
            continue
        yield place, _entry(entry, place, chain_id)


def _entry(entry: Any, place: str, chain_id: int | None) -> Wanted | BadLine:
    if isinstance(entry, str):
        return _wanted({"address": entry}, place, chain_id)
    if not isinstance(entry, dict):
        return BadLine(place, "neither an object nor an address")
    said = {name: value for name, value in entry.items() if value is not None and not isinstance(value, dict | list)}
    fields = {_column(str(name)): str(value).strip() for name, value in said.items()}
    return _wanted(fields, place, chain_id)


def _wanted(fields: dict[str, str], place: str, default: int | None) -> Wanted | BadLine:
    address, chain, block = fields.get("address", ""), fields.get("chain", ""), fields.get("block", "")
    named = _CAIP10.match(address)
    if named:
        if chain and chain.removeprefix("eip155:") != named[1]:
            return BadLine(place, f"two chains: {chain[:30]!r} and {named[1]!r}")
        chain, address = named[1], named[2]
    chain = chain.removeprefix("eip155:")
    if not _ADDRESS.match(address):
        return BadLine(place, f"not an address: {address[:60]!r}" if address else "no address")
    if wrong_checksum(address):
        return BadLine(place, f"the checksum of {address} is wrong (EIP-55)")
    if chain and not _NUMBER.match(chain):
        return BadLine(place, f"not a chain id: {chain[:30]!r}")
    if not chain and default is None:
        return BadLine(place, "no chain: write eip155:CHAIN:0x…, or give --chain-id")
    if block and not _NUMBER.match(block):
        return BadLine(place, f"not a block number: {block[:30]!r}")
    chain_id = int(chain) if chain else default or 0
    return Wanted(chain_id, address.lower(), " ".join(fields.get("name", "").split())[:200], int(block or 0))


def _manifests(folder: Path) -> Iterator[tuple[str, Wanted | BadLine]]:
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not paths:
        raise UsageError("no manifest in this folder", where=str(folder), hint="manifests are files NAME.yaml")
    read: dict[Path, Manifest | DaoscanError] = {}
    for path in paths:
        try:
            read[path] = read_manifest(path)
        except DaoscanError as error:
            read[path] = error
    manifests = [one for one in read.values() if isinstance(one, Manifest)]
    statements = {one.statement.file for one in manifests if one.statement and one.statement.file != one.file}
    for path, found in read.items():
        if isinstance(found, Manifest):
            entry = found.on_chain(found.targets[0].chain_id)[0]
            place = (entry.chain_id, entry.address, found.name)
            yield path.name, Wanted(*place, manifest=str(path.resolve()), stated=stated(found))
        elif path.name not in statements:  # what a manifest names as its accountability file is none itself
            yield path.name, BadLine(found.where or path.name, found.what)


def stated(manifest: Manifest) -> str:
    """Return the digest of what a manifest says, with the files that it names: their digests are in it."""
    return hashlib.sha256(repr(manifest).encode()).hexdigest()
