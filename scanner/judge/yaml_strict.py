"""YAML read strictly, with the position of every value.

Duplicate keys, anchors, aliases, tags, merge keys and further documents are errors. Only `true`, `false` and plain
decimal integers are more than text: `0x…` stays text, `no` and `on` stay text, `1.5` stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from scanner.judge.language.values import cut
from scanner.model.errors import RuleError

MAX_BYTES = 1_000_000
MAX_DEPTH = 50
MAX_EVENTS = 50_000
MAX_MESSAGE = 600
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_MAX_DIGITS = 1_000
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control characters, those that turn or hide text, halves of a pair; not U+200C to U+200F, which Arabic needs."""


@dataclass(frozen=True)
class Mark:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def error(self, what: str, hint: str = "") -> RuleError:
        """Return an error about this place; what a file says of itself may be long, and is cut."""
        return RuleError(cut(what, MAX_MESSAGE), where=str(self), hint=cut(hint, MAX_MESSAGE))


@dataclass(frozen=True)
class Scalar:
    """Text, an integer or a truth value. `exact`: a column inside the text can be counted from `text_mark`."""

    value: str | int | bool | None
    mark: Mark
    quoted: bool = False
    exact: bool = True

    @property
    def text_mark(self) -> Mark:
        """Where the first character of the text stands."""
        return Mark(self.mark.file, self.mark.line, self.mark.column + (1 if self.quoted else 0))


@dataclass(frozen=True)
class ListNode:
    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True)
class MapNode:
    """A mapping; `keys` holds where each key stands."""

    entries: dict[str, Node]
    keys: dict[str, Mark]
    mark: Mark


Node: TypeAlias = Scalar | ListNode | MapNode


def load(text: str, file: str) -> Node:
    """Return the one document of `text`. Errors (RuleError) carry `file`:line:column."""
    start = Mark(file, 1, 1)
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise start.error(f"the file is larger than {MAX_BYTES} bytes", "split it into smaller files")
    unix = text.replace("\r\n", "\n")
    found = _UNPRINTABLE.search(unix)
    if found:
        line = unix.count("\n", 0, found.start()) + 1
        column = found.start() - unix.rfind("\n", 0, found.start())
        raise _not_allowed(found, Mark(file, line, column))
    try:
        return _Builder(file).build(text)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = Mark(file, at.line + 1, at.column + 1) if at else start
        raise mark.error(f"not valid YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise start.error(f"not valid YAML: {type(error).__name__}") from None


def _not_allowed(found: re.Match[str], mark: Mark) -> RuleError:
    return mark.error(f"character U+{ord(found.group()):04X} is not allowed in a rule file")


def plain(node: Node) -> Any:
    """Return the value of `node` as dictionaries, lists and scalars."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


@dataclass
class _Open:
    """A list or mapping that is still being read."""

    mark: Mark
    is_map: bool
    items: list[Node]
    entries: dict[str, Node]
    keys: dict[str, Mark]
    key: str | None = None


class _Builder:
    """Builds the tree from parser events, without recursion."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._stack: list[_Open] = []
        self._root: Node | None = None

    def build(self, text: str) -> Node:
        documents = 0
        for count, event in enumerate(yaml.parse(text, Loader=_loader()), start=1):
            mark = self._mark(event)
            if count > MAX_EVENTS:
                raise mark.error(f"more than {MAX_EVENTS} elements", "split the file")
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise mark.error("a second document in one file", "keep one rule per file")
            elif isinstance(event, yaml.NodeEvent):
                self._node(event, mark)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
        if self._root is None:
            raise Mark(self._file, 1, 1).error("the file is empty")
        return self._root

    def _node(self, event: Any, mark: Mark) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise mark.error("aliases (*name) are not allowed", "write the value out")
        if event.anchor is not None:
            raise mark.error("anchors (&name) are not allowed", "write the value out")
        if event.tag is not None:
            raise mark.error(f"tags ({event.tag[:60]}) are not allowed", "quote the value if it begins with !")
        if isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event, mark), mark)
            return
        if self._stack and self._stack[-1].is_map and self._stack[-1].key is None:
            raise mark.error("a key must be text")
        if len(self._stack) >= MAX_DEPTH:
            raise mark.error(f"nested deeper than {MAX_DEPTH}")
        self._stack.append(_Open(mark, isinstance(event, yaml.MappingStartEvent), [], {}, {}))

    def _add(self, node: Node, mark: Mark) -> None:
        if not self._stack:
            self._root = node
            return
        top = self._stack[-1]
        if not top.is_map:
            top.items.append(node)
        elif top.key is None:
            self._key(top, node, mark)
        else:
            top.entries[top.key] = node
            top.key = None

    def _key(self, top: _Open, node: Node, mark: Mark) -> None:
        assert isinstance(node, Scalar)
        if not isinstance(node.value, str) or not node.value:
            raise mark.error("a key must be text")
        if node.value == "<<":
            raise mark.error("merge keys (<<) are not allowed", "write the values out")
        if node.value in top.keys:
            raise mark.error(f"key {node.value[:60]!r} is there twice", f"first at line {top.keys[node.value].line}")
        top.keys[node.value] = mark
        top.key = node.value

    def _close(self) -> None:
        top = self._stack.pop()
        node: Node
        node = MapNode(top.entries, top.keys, top.mark) if top.is_map else ListNode(tuple(top.items), top.mark)
        self._add(node, top.mark)

    def _mark(self, event: Any) -> Mark:
        return Mark(self._file, event.start_mark.line + 1, event.start_mark.column + 1)


def _loader() -> Any:
    """The C parser where PyYAML was built with it: the same events, many times faster."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _scalar(event: Any, mark: Mark) -> Scalar:
    text: str = event.value
    escaped = _UNPRINTABLE.search(text)
    if escaped:
        raise _not_allowed(escaped, mark)
    if event.style:
        quoted = event.style in "'\""
        return Scalar(text, mark, quoted, quoted and event.start_mark.line == event.end_mark.line)
    if text in ("", "null", "~", "Null", "NULL"):
        return Scalar(None, mark)
    if text in ("true", "false"):
        return Scalar(text == "true", mark)
    if _INTEGER.match(text):
        if len(text) > _MAX_DIGITS:
            raise mark.error(f"an integer of more than {_MAX_DIGITS} digits")
        return Scalar(int(text), mark)
    return Scalar(text, mark, exact=event.start_mark.line == event.end_mark.line)
