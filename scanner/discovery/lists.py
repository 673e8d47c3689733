"""Address lists the user gives, and where the DAO meets an address that stands on one."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scanner.model.dao import ListHit
from scanner.model.errors import UsageError
from scanner.model.evidence import Evidence

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class ListEntry:
    """One row: an address, who it is listed as, on which list, of which date; `delisted` where it is so no more."""

    address: str
    entity: str
    list_name: str
    list_date: str
    delisted: str


@dataclass(frozen=True)
class AddressList:
    """One imported file."""

    name: str
    sha256: str
    entries: tuple[ListEntry, ...]


@dataclass(frozen=True)
class Met:
    """An address the DAO meets directly, and how."""

    address: str
    relation: str
    evidence: tuple[Evidence, ...]


def read_list(path: Path) -> AddressList:
    """Read a CSV with a header: `address`, and optionally `entity`, `list`, `list_snapshot`, `delisted`.

    Raises UsageError with file and line for anything that is not an address.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"the list cannot be read: {error.strerror}", where=path.name) from error
    if len(data) > _MAX_BYTES:
        raise UsageError("the list is larger than 50 MB", where=path.name)
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig", errors="replace")))
    if "address" not in (rows.fieldnames or ()):
        raise UsageError(
            "the list has no column named address", where=f"{path.name}:1", hint="address,entity,list,list_snapshot"
        )
    entries = []
    for row in rows:
        address = (row.get("address") or "").strip()
        if not _ADDRESS.match(address):
            raise UsageError(f"not an EVM address: {address[:60]!r}", where=f"{path.name}:{rows.line_num}")
        entries.append(
            ListEntry(
                address=address.lower(),
                entity=(row.get("entity") or "").strip(),
                list_name=(row.get("list") or path.stem).strip(),
                list_date=(row.get("list_snapshot") or row.get("listed") or "").strip(),
                delisted=(row.get("delisted") or "").strip(),
            )
        )
    return AddressList(path.name, "0x" + hashlib.sha256(data).hexdigest(), tuple(entries))


def match(lists: Iterable[AddressList], met: Iterable[Met]) -> tuple[ListHit, ...]:
    """Return direct matches, in a stable order. Nothing is inferred about anyone further away."""
    by_address: dict[str, list[ListEntry]] = {}
    for one in lists:
        for entry in one.entries:
            by_address.setdefault(entry.address, []).append(entry)
    hits = {
        (item.address, entry.list_name, item.relation): ListHit(
            address=item.address,
            list_name=entry.list_name,
            entity=entry.entity,
            list_date=entry.list_date,
            status="formerly-listed" if entry.delisted else "listed",
            relation=item.relation,
            evidence=item.evidence,
        )
        for item in met
        for entry in by_address.get(item.address, ())
    }
    return tuple(hits[key] for key in sorted(hits))
