"""JSON or YAML as a tree in which every value knows its line: for files that a stranger may have written.

Numbers stay text (`1e18` and `0x10` are what they look like), keys stand once, and there are no anchors, tags or
further documents. Text is text: control characters written as escapes are kept, so that they can be shown.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

import yaml

from scanner.model.errors import UsageError

MAX_BYTES = 8_000_000
MAX_DEPTH = 40
_BLANK = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"[-+.0-9A-Za-z]+")


@dataclass(frozen=True)
class Place:
    """Where a value stands; line and column count from 1."""

    file: str
    line: int
    column: int

    def error(self, what: str, hint: str = "") -> UsageError:
        """Return an error about this place."""
        return UsageError(what, where=f"{self.file}:{self.line}:{self.column}", hint=hint)


@dataclass(frozen=True)
class Leaf:
    """Text, or a number as its text. `quoted`: it is text and nothing else."""

    text: str
    quoted: bool
    place: Place


@dataclass(frozen=True)
class Branch:
    """A list."""

    items: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True)
class Table:
    """A mapping."""

    entries: dict[str, Tree]
    keys: dict[str, Place]
    place: Place


Tree = Leaf | Branch | Table


def read_tree(data: bytes, file: str) -> Tree:
    """Return the tree of a file. Raises UsageError with file:line:column."""
    start = Place(file, 1, 1)
    if len(data) > MAX_BYTES:
        raise start.error(f"the file is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Place(file, line, error.start - data.rfind(b"\n", 0, error.start)).error("not UTF-8 text") from None
    return _Json(text, file).whole() if text.lstrip()[:1] in ("{", "[") else _yaml(text, file)


# ------------------------------------------------------------------------------------------------------- JSON


class _Json:
    """RFC 8259, strictly."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file, self._at = text, file, 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def whole(self) -> Tree:
        tree = self._value(0)
        self._blank()
        if self._at < len(self._text):
            raise self._here().error("not valid JSON: something stands behind its end")
        return tree

    def _here(self, at: int | None = None) -> Place:
        at = self._at if at is None else at
        line = bisect_right(self._lines, at)
        return Place(self._file, line, at - self._lines[line - 1] + 1)

    def _blank(self) -> str:
        """Go past white space and return the next character, empty at the end."""
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _value(self, depth: int) -> Tree:
        sign, place = self._blank(), self._here()
        if depth > MAX_DEPTH:
            raise place.error("it nests too deep")
        if sign == '"':
            return Leaf(self._string(), True, place)
        if sign == "[":
            return Branch(tuple(self._items(depth)), place)
        if sign == "{":
            return self._table(depth, place)
        found = _WORD.match(self._text, self._at)
        if found is None or not _is_json_word(found.group()):
            raise place.error("not valid JSON: a value is expected here")
        if found.group() == "null":
            raise place.error("null is no value", "leave the key out, or give a value")
        self._at = found.end()
        return Leaf(found.group(), False, place)

    def _string(self) -> str:
        place = self._here()
        try:
            value, self._at = scanstring(self._text, self._at + 1, True)
        except json.JSONDecodeError as error:
            raise self._here(min(error.pos, len(self._text))).error(f"not valid JSON: {error.msg}") from None
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise place.error("half of a character that needs two escapes")
        return str(value)

    def _items(self, depth: int) -> Iterator[Tree]:
        self._at += 1
        if self._blank() == "]":
            self._at += 1
            return
        while True:
            yield self._value(depth + 1)
            if self._next("]"):
                return

    def _next(self, end: str) -> bool:
        """Go past a comma, or past the end and say so."""
        sign = self._blank()
        if sign not in (",", end) or not sign:
            raise self._here().error(f"not valid JSON: a comma or {end} is expected here")
        self._at += 1
        return sign == end

    def _table(self, depth: int, place: Place) -> Table:
        entries: dict[str, Tree] = {}
        keys: dict[str, Place] = {}
        self._at += 1
        if self._blank() == "}":
            self._at += 1
            return Table(entries, keys, place)
        while True:
            sign, here = self._blank(), self._here()
            if sign != '"':
                raise here.error("not valid JSON: a key in quotation marks is expected here")
            key = self._string()
            if self._blank() != ":":
                raise self._here().error("not valid JSON: a colon is expected here")
            self._at += 1
            _enter(entries, keys, key, self._value(depth + 1), here)
            if self._next("}"):
                return Table(entries, keys, place)


def _is_json_word(word: str) -> bool:
    return (
        word in ("true", "false", "null")
        or re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", word) is not None
    )


def _enter(entries: dict[str, Tree], keys: dict[str, Place], key: str, value: Tree, place: Place) -> None:
    if key in entries:
        raise place.error(f"the key {key[:60]!r} stands here twice")
    entries[key], keys[key] = value, place


# ------------------------------------------------------------------------------------------------------- YAML


def _yaml(text: str, file: str) -> Tree:
    loader = yaml.SafeLoader(text) if not hasattr(yaml, "CSafeLoader") else yaml.CSafeLoader(text)
    try:
        _refuse_sharing(text, file)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        place = Place(file, at.line + 1, at.column + 1) if at else Place(file, 1, 1)
        raise place.error(f"not valid YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        place = Place(file, line, max(1, position - text.rfind("\n", 0, position)))
        raise place.error(f"not valid YAML: {getattr(error, 'reason', type(error).__name__)}") from None
    finally:
        loader.dispose()
    if node is None:
        raise Place(file, 1, 1).error("the file is empty")
    return _of_node(node, file, 0)


def _refuse_sharing(text: str, file: str) -> None:
    """An anchor lets a short file stand for a long one; nesting without end breaks the parser's stack."""
    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        place = _marked(event.start_mark, file)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise place.error("anchors and aliases are not allowed")
        if getattr(event, "tag", None):
            raise place.error("tags are not allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise place.error("it nests too deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _marked(mark: Any, file: str) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)


def _of_node(node: yaml.Node, file: str, depth: int) -> Tree:
    place = _marked(node.start_mark, file)
    if isinstance(node, yaml.ScalarNode):
        return Leaf(str(node.value), node.style is not None, place)
    if isinstance(node, yaml.SequenceNode):
        return Branch(tuple(_of_node(item, file, depth + 1) for item in node.value), place)
    entries: dict[str, Tree] = {}
    keys: dict[str, Place] = {}
    for key, value in node.value:
        at = _marked(key.start_mark, file)
        if not isinstance(key, yaml.ScalarNode):
            raise at.error("a key is text")
        _enter(entries, keys, str(key.value), _of_node(value, file, depth + 1), at)
    return Table(entries, keys, place)
