"""A list as it is kept: where it comes from, of which day, and its entries in one form."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from pydantic import Field

from scanner.model.errors import UsageError
from scanner.model.values import HexBytes, Model

FORMATS = ("ofac-sdn-xml", "ofac-advanced-xml", "csv", "json")
MAX_ENTRIES = 2_000_000
MAX_TEXT = 1_000

_EVM = re.compile(r"0x[0-9a-fA-F]{40}\Z", re.IGNORECASE)
_LONG_HEX = re.compile(r"0x[0-9a-fA-F]{41,128}\Z", re.IGNORECASE)
_OTHER = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{19,129}\Z")
_CAIP10 = re.compile(r"(eip155:[0-9]{1,20}):(0x[0-9a-fA-F]{40})\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class ListEntry(Model):
    """One identifier on a list. EVM addresses are in lower case, all others stay as the list has them."""

    address: str
    evm: bool = Field(description="20 bytes in hex: compared on every EVM chain; all others are kept and never matched")
    kind: str = Field(description="what the list calls it, for instance Digital Currency Address - ETH")
    chain: str = ""
    entity: str = ""
    program: str = ""
    listed: str = Field(default="", description="day of listing as the list gives it")
    delisted: str = Field(default="", description="day of delisting as the list gives it")
    note: str = Field(default="", description="the status that the list itself gives")


class AddressList(Model):
    """One edition of one list."""

    schema_version: Literal["1"] = "1"
    name: str
    published: str = Field(description="YYYY-MM-DD; empty when neither the user nor the file gives a day")
    source: str
    format: str
    file: str = Field(description="name of the file, without folders")
    sha256: HexBytes = Field(description="of the bytes of the file")
    entries: tuple[ListEntry, ...] = Field(description="sorted, each once")


def is_day(text: str) -> bool:
    """Whether `text` is a day of the calendar as YYYY-MM-DD."""
    if not _DAY.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_day(text: str, where: str) -> str:
    """Return `text` as a day. Raises UsageError."""
    if not is_day(text.strip()):
        raise UsageError(f"not a day: {text[:40]!r}", where=where, hint="give it as YYYY-MM-DD")
    return text.strip()


def clean(text: str) -> str:
    """Return a stranger's text on one line, without invisible characters, cut to `MAX_TEXT`."""
    return " ".join(_INVISIBLE.sub(" ", text).split())[:MAX_TEXT]


def identify(text: str, where: str) -> tuple[str, bool, str]:
    """Return (identifier, whether it is an EVM address, chain that it names). Raises UsageError with its place."""
    caip = _CAIP10.match(text)
    if caip:
        return caip.group(2).lower(), True, caip.group(1)
    if _EVM.match(text):
        return text.lower(), True, ""
    if _LONG_HEX.match(text) or (_OTHER.match(text) and not text.lower().startswith("0x")):
        return text, False, ""
    hint = "an EVM address is 0x and 40 hex digits; addresses of other chains have at least 20 letters and digits"
    raise UsageError(f"not an address: {text[:60]!r}", where=where, hint=hint)


def in_order(entries: list[ListEntry]) -> tuple[ListEntry, ...]:
    """Return the entries sorted, each once."""
    return tuple(sorted(set(entries), key=lambda one: tuple(str(value) for value in one.model_dump().values())))
