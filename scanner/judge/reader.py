"""Read a mapping of a rule file key by key; every error carries the place and says what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from scanner.judge.language.source import Text, did_you_mean
from scanner.judge.yaml_strict import ListNode, MapNode, Mark, Node, Scalar
from scanner.model.errors import RuleError

E = TypeVar("E", bound=StrEnum)
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


class Reader:
    """The keys of one mapping. Keys outside `allowed` are errors at once."""

    def __init__(self, node: Node, allowed: Iterable[str], what: str) -> None:
        if not isinstance(node, MapNode):
            raise node.mark.error(f"{what} is a mapping of keys to values")
        self.node = node
        self.what = what
        known = list(allowed)
        for key, mark in node.keys.items():
            if key not in known:
                raise mark.error(f"unknown key {key[:60]!r} in {what}", did_you_mean(key, known))

    def has(self, key: str) -> bool:
        return key in self.node.entries

    def mark(self, key: str) -> Mark:
        """Where the value of `key` stands; the mapping itself when there is none."""
        return self.node.entries[key].mark if self.has(key) else self.node.mark

    def error(self, key: str, what: str, hint: str = "") -> RuleError:
        return self.mark(key).error(what, hint)

    def need(self, key: str, hint: str = "") -> Node:
        if not self.has(key):
            raise self.node.mark.error(f"{self.what} has no {key!r}", hint)
        return self.node.entries[key]

    def scalar(self, key: str, hint: str = "") -> Scalar:
        """Return a text value that is there and not empty."""
        node = self.need(key, hint)
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
            raise node.mark.error(f"{key!r} must be text", hint or "quote it if it looks like a number")
        return node

    def text(self, key: str, hint: str = "") -> str:
        return str(self.scalar(key, hint).value).strip()

    def optional(self, key: str) -> str:
        return self.text(key) if self.has(key) else ""

    def integer(self, key: str) -> int:
        node = self.need(key)
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
            raise node.mark.error(f"{key!r} must be an integer")
        return node.value

    def choice(self, key: str, choices: Iterable[str]) -> str:
        """Return a text that is one of `choices`."""
        known = list(choices)
        value = self.text(key, f"one of {', '.join(known)}")
        if value not in known:
            raise self.error(key, f"{key!r} cannot be {value[:60]!r}", did_you_mean(value, known))
        return value

    def member(self, key: str, kind: type[E]) -> E:
        return kind(self.choice(key, [one.value for one in kind]))

    def kebab(self, key: str) -> str:
        value = self.text(key)
        if not KEBAB.match(value):
            raise self.error(
                key, f"{key!r} must be lower-case words joined by hyphens", "for instance voting-delay-too-short"
            )
        return value

    def matching(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        value = self.text(key)
        if not pattern.match(value):
            raise self.error(key, f"{key!r} cannot be {value[:60]!r}", f"for instance {example}")
        return value

    def items(self, key: str, *, least: int = 0) -> tuple[Node, ...]:
        """Return the items of a list; none when `least` is 0 and the key is missing."""
        if least == 0 and not self.has(key):
            return ()
        node = self.need(key)
        if not isinstance(node, ListNode):
            raise node.mark.error(f"{key!r} must be a list")
        if len(node.items) < least:
            raise node.mark.error(f"{key!r} needs at least {least} item{'' if least == 1 else 's'}")
        return node.items

    def texts(self, key: str, *, least: int = 0) -> tuple[str, ...]:
        return tuple(one.text.strip() for one in self.lines(key, least=least))

    def lines(self, key: str, *, least: int = 0) -> tuple[Text, ...]:
        """Return a list of texts with their places."""
        found: list[Text] = []
        for item in self.items(key, least=least):
            if not isinstance(item, Scalar) or not isinstance(item.value, str) or not item.value.strip():
                if isinstance(item, Scalar) and isinstance(item.value, bool):
                    raise item.mark.error("a list item must be text", "quote it")
                raise item.mark.error(
                    f"every item of {key!r} must be text", "quote it if it holds ': ' or begins with [ or {"
                )
            found.append(as_text(item))
        return tuple(found)


def as_text(node: Scalar) -> Text:
    """Return the text of a scalar with the place where it begins."""
    return Text(str(node.value), node.text_mark, node.exact)
