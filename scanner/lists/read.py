"""A list file of any form, read into one edition of a list."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from scanner.checksum import wrong_checksum
from scanner.lists.interface import FORMATS, AddressList, ListEntry, clean, in_order, parse_day
from scanner.lists.ofac import parse_ofac
from scanner.lists.tables import Parsed, parse_csv, parse_json
from scanner.model.errors import UsageError

MAX_TABLE_BYTES = 50_000_000
MAX_XML_BYTES = 1_000_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()-]{0,79}\Z")


@dataclass(frozen=True)
class Stated:
    """What the user says about a file; empty means that the file itself has to say it."""

    name: str = ""
    published: str = ""
    source: str = ""
    format: str = "auto"


def read_list(path: Path, stated: Stated) -> AddressList:
    """Return one edition. Raises UsageError with the place for anything that cannot be used.

    What the user states and what the file says must agree about the day. A file with addresses of nobody is refused:
    every address would seem to be absent from it.
    """
    form = _form(path, stated.format)
    digest = hashlib.sha256()
    try:
        if form == "xml":
            _small_enough(path, MAX_XML_BYTES)
            found = parse_ofac(path, digest.update)
            if stated.format not in ("auto", found.form):
                raise UsageError(f"the file is {found.form}, not {stated.format}", where=path.name)
            form, entries = found.form, found.entries
            said = Parsed(names={"OFAC-SDN": path.name})
            if found.published:
                said.days[found.published] = path.name
        else:
            _small_enough(path, MAX_TABLE_BYTES)
            data = path.read_bytes()
            digest.update(data)
            said = parse_csv(data, path.name) if form == "csv" else parse_json(data, path.name)
            entries = said.entries
    except OSError as error:
        raise UsageError(f"the list cannot be read: {error.strerror}", where=path.name) from error
    if not entries:
        raise UsageError("the list holds no address", where=path.name, hint="an empty list would clear every address")
    return AddressList(
        name=_name(path, stated, said),
        published=_published(path, stated, said),
        source=clean(stated.source) or "; ".join(sorted(said.sources))[:1_000],
        format=form,
        file=clean(path.name),
        sha256="0x" + digest.hexdigest(),
        entries=in_order(entries),
    )


def _small_enough(path: Path, most: int) -> None:
    if path.stat().st_size > most:
        raise UsageError(f"the list is larger than {most // 1_000_000} MB", where=path.name)


def _form(path: Path, wanted: str) -> str:
    """Return xml, csv or json: what was asked for, else what the file begins with."""
    if wanted not in ("auto", *FORMATS):
        raise UsageError(f"no such format: {wanted[:40]!r}", hint=f"auto, {', '.join(FORMATS)}")
    if wanted != "auto":
        return "xml" if wanted.endswith("xml") else wanted
    try:
        with path.open("rb") as stream:
            begin = stream.read(4_096)
    except OSError as error:
        raise UsageError(f"the list cannot be read: {error.strerror}", where=path.name) from error
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "xml"
    begin = begin.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "xml" if begin.startswith(b"<") else "json" if begin.startswith((b"{", b"[")) else "csv"


def _name(path: Path, stated: Stated, said: Parsed) -> str:
    if not stated.name and len(said.names) > 1:
        second = sorted(said.names.items())[1]
        raise UsageError(
            "the file holds rows of several lists", where=second[1], hint="give each list a file of its own"
        )
    name = stated.name or next(iter(said.names), "") or clean(path.stem)
    if not _NAME.match(name):
        hint = "letters, digits, blanks and . _ ( ) -, at most 80, beginning with a letter or digit"
        raise UsageError(f"not a name for a list: {name[:80]!r}", where=path.name, hint=hint)
    return name


def _published(path: Path, stated: Stated, said: Parsed) -> str:
    """Return the day of publication: one, and the same from every side."""
    days = {parse_day(day, where): where for day, where in said.days.items()}
    if stated.published:
        days.setdefault(parse_day(stated.published, "--published"), "--published")
    if len(days) > 1:
        ordered = sorted(days.items())
        told = " and ".join(f"{day} ({where})" for day, where in ordered[:2])
        raise UsageError(
            f"the list gives two days of publication: {told}", where=path.name, hint="one edition per file"
        )
    return next(iter(days), "")


def wrong_checksums(path: Path, entries: tuple[ListEntry, ...]) -> int:
    """Return how many addresses of a table are written with a wrong EIP-55 checksum: a digit may be mistyped."""
    evm = {entry.address for entry in entries if entry.evm}
    try:
        text = path.read_text("utf-8", errors="replace") if path.stat().st_size <= MAX_TABLE_BYTES else ""
    except OSError:
        return 0
    written = {found for found in re.findall(r"0x[0-9a-fA-F]{40}(?![0-9a-fA-F])", text) if found.lower() in evm}
    return sum(wrong_checksum(one) for one in written)
