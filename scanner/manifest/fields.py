"""Reading a strict YAML tree field by field: every error carries file:line:column."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scanner.judge.language.source import did_you_mean
from scanner.judge.yaml_strict import ListNode, MapNode, Mark, Node, Scalar, load
from scanner.model.errors import RuleError, UsageError

MAX_DOCUMENT_BYTES = 50_000_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_SHA256 = re.compile(r"(?:0x)?([0-9a-fA-F]{64})\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+\Z")


@dataclass(frozen=True)
class Loaded:
    """A file: its tree, its name without folders, the folder it stands in, and the SHA-256 of its bytes."""

    root: Fields
    file: str
    folder: Path
    sha256: str


class Fields:
    """A mapping of the file. Keys that are not named in `known` are errors, with a "did you mean"."""

    def __init__(self, node: Node, known: tuple[str, ...]) -> None:
        if not isinstance(node, MapNode):
            raise node.mark.error("a mapping is expected here", f"keys: {', '.join(known)}")
        for key, mark in node.keys.items():
            if key not in known:
                raise mark.error(f"unknown key {key[:60]!r}", did_you_mean(key, known) or f"keys: {', '.join(known)}")
        self.node = node
        self.mark = node.mark

    def get(self, key: str) -> Node | None:
        """Return the value of a key; None where it is not there or empty."""
        node = self.node.entries.get(key)
        return None if isinstance(node, Scalar) and node.value is None else node

    def at(self, key: str) -> Mark:
        return self.node.entries[key].mark if key in self.node.entries else self.mark

    def text(self, key: str, *, most: int = 500) -> str:
        """Return text, an integer as its digits; empty where the key is not there."""
        node = self.get(key)
        if node is None:
            return ""
        if not isinstance(node, Scalar) or isinstance(node.value, bool):
            raise node.mark.error(f"{key} is text", "quote it")
        text = str(node.value).strip()
        if len(text) > most:
            raise node.mark.error(f"{key} is longer than {most} characters")
        return text

    def needed(self, key: str, *, most: int = 500) -> str:
        text = self.text(key, most=most)
        if not text:
            raise self.at(key).error(f"{key} is missing")
        return text

    def day(self, key: str) -> str:
        text = self.text(key)
        try:
            if text and not (_DAY.match(text) and date.fromisoformat(text)):
                raise ValueError
        except ValueError:
            raise self.at(key).error(f"not a day: {text[:40]!r}", "give it as YYYY-MM-DD") from None
        return text

    def one_of(self, key: str, values: tuple[str, ...]) -> str:
        text = self.text(key)
        if text and text not in values:
            hint = did_you_mean(text, values) or f"one of {', '.join(values)}"
            raise self.at(key).error(f"{key} is never {text[:60]!r}", hint)
        return text

    def uri(self, key: str) -> str:
        text = self.text(key, most=2_000)
        if text and not _URI.match(text):
            raise self.at(key).error(f"not a URI: {text[:60]!r}", "for instance https://…, ipfs://… or mailto:…")
        return text

    def sha256(self, key: str) -> str:
        """Return a digest as 0x and 64 hex digits; empty where the key is not there."""
        text = self.text(key)
        if not text:
            return ""
        found = _SHA256.match(text)
        if not found:
            raise self.at(key).error("not a SHA-256", "64 hex digits, quoted")
        return "0x" + found.group(1).lower()

    def map(self, key: str, known: tuple[str, ...]) -> Fields | None:
        node = self.get(key)
        return None if node is None else Fields(node, known)

    def items(self, key: str, *, most: int = 1_000) -> tuple[Node, ...]:
        node = self.get(key)
        if node is None:
            return ()
        if not isinstance(node, ListNode):
            raise node.mark.error(f"{key} is a list")
        if len(node.items) > most:
            raise node.mark.error(f"{key} has more than {most} entries")
        return node.items

    def texts(self, key: str, *, most: int = 500) -> tuple[tuple[str, Mark], ...]:
        found = []
        for node in self.items(key):
            if not isinstance(node, Scalar) or isinstance(node.value, bool) or node.value is None:
                raise node.mark.error(f"an entry of {key} is text", "quote it")
            if len(str(node.value)) > most:
                raise node.mark.error(f"an entry of {key} is longer than {most} characters")
            found.append((str(node.value).strip(), node.mark))
        return tuple(found)

    def schema(self) -> None:
        """Refuse a file of another version."""
        node = self.get("schema")
        if not isinstance(node, Scalar) or node.value != 1:
            raise (node.mark if node else self.mark).error("schema is 1", "begin the file with schema: 1")


def load_fields(path: Path, known: tuple[str, ...], what: str) -> Loaded:
    """Return a file as fields. Raises UsageError or RuleError, with file:line:column."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"the {what} cannot be read: {error.strerror}", where=str(path)) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RuleError(f"the {what} is not UTF-8 text", where=f"{path.name}:1:1") from None
    root = Fields(load(text, path.name), known)
    root.schema()
    return Loaded(root, path.name, path.parent, "0x" + hashlib.sha256(data).hexdigest())


def digest_beside(folder: Path, name: str, mark: Mark) -> str:
    """Return the SHA-256 of a file in `folder` or below it; nothing outside is ever read. Raises RuleError."""
    inside = folder.resolve()
    path = (folder / name).resolve()
    if Path(name).is_absolute() or not path.is_relative_to(inside):
        raise mark.error(f"{name[:80]!r} is outside the folder of this file", "put the document beside it")
    try:
        if not path.is_file():
            raise mark.error(f"there is no file {name[:80]!r} beside this file")
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise mark.error(f"{name[:80]!r} is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB")
        return "0x" + hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise mark.error(f"{name[:80]!r} cannot be read: {error.strerror}") from None
