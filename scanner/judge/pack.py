"""`pack.yaml`: the name of a pack, the prefix of its ids, its version, and which programs can read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import scanner
from scanner.judge.language.stated import TYPES, allowed, spec
from scanner.judge.language.types import FieldSpec
from scanner.judge.reader import KEBAB, Reader
from scanner.judge.yaml_strict import ListNode, MapNode, Node
from scanner.model.errors import RuleError

ENGINE_VERSION = 1
"""The version of the rule language: what a rule file may say."""
PACK_FILE = "pack.yaml"
PACK_KEYS = ("schema", "name", "prefix", "version", "engine", "tool", "title", "description", "facts")
_PREFIX = re.compile(r"[A-Z]{2,8}\Z")
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}\Z")
_RANGE = re.compile(r"\s*(>=|<=|==|<|>)?\s*([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})\s*\Z")


@dataclass(frozen=True)
class Header:
    """What `pack.yaml` says. `facts`: the stated facts that the pack's rules read."""

    name: str
    prefixes: tuple[str, ...]
    version: str
    engine: str
    facts: Mapping[str, FieldSpec]


def read_header(tree: Node) -> Header:
    """Return what a `pack.yaml` says. RuleError at the first thing that is wrong, or when this program is out of range.

    `engine` is a range of versions of the rule language, `tool` (optional) of the program itself.
    """
    top = Reader(tree, PACK_KEYS, "a pack")
    if top.has("schema") and top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    name = top.matching("name", KEBAB, "my-pack")
    version = _text_of(top, "version")
    if not _VERSION.match(version):
        raise top.error("version", f"version {version[:40]!r} is no version", "numbers with dots between: 1.2.0")
    engine = _text_of(top, "engine")
    _in_range(top, "engine", engine, str(ENGINE_VERSION))
    if top.has("tool"):
        _in_range(top, "tool", _text_of(top, "tool"), scanner.__version__)
    prefixes = _prefixes(top)
    return Header(name, prefixes, version, engine, _facts(top))


def claimed_twice(packs: Sequence[tuple[Path, str, Sequence[str]]]) -> list[RuleError]:
    """Return an error for each name or prefix that two packs claim; `packs`: (folder, name, prefixes)."""
    errors: list[RuleError] = []
    seen: dict[tuple[str, str], Path] = {}
    for folder, name, prefixes in packs:
        for key, value in (("name", name), *(("prefix", prefix) for prefix in prefixes)):
            other = seen.setdefault((key, value), folder)
            if other is not folder:
                what = f"two packs have the {key} {value}"
                errors.append(
                    RuleError(what, where=f"{folder / PACK_FILE}:1:1", hint=f"the other: {other / PACK_FILE}")
                )
    return errors


def _text_of(top: Reader, key: str) -> str:
    whole = type(getattr(top.need(key), "value", None)) is int
    return str(top.integer(key)) if whole else top.text(key)


def _prefixes(top: Reader) -> tuple[str, ...]:
    node = top.need("prefix")
    found = top.texts("prefix", least=1) if isinstance(node, ListNode) else (top.text("prefix"),)
    for prefix in found:
        if not _PREFIX.match(prefix):
            raise node.mark.error(f"prefix {prefix[:20]!r} must be 2 to 8 capital letters")
    return found


def _in_range(top: Reader, key: str, text: str, version: str) -> None:
    mine = _numbers(version)
    compare = {">=": mine.__ge__, "<=": mine.__le__, "==": mine.__eq__, "<": mine.__lt__, ">": mine.__gt__}
    for part in text.split(","):
        match = _RANGE.match(part)
        if not match:
            raise top.error(key, f"{key} {text[:40]!r} is no range", 'for instance 1 or ">=1,<3"')
        if not compare[match[1] or "=="](_numbers(match[2])):
            told = f"daoscan {scanner.__version__} has engine {ENGINE_VERSION}"
            raise top.error(key, f"the pack needs {key} {text[:40]}, this is {version}", f"{told}; install another")


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, padded: 1 is 1.0.0.0; what follows them (a release candidate's mark) is left out."""
    found = re.match(r"[0-9]+(?:\.[0-9]+){0,3}", version)
    numbers = tuple(int(part) for part in found[0].split(".")) if found else ()
    return (*numbers, 0, 0, 0, 0)[:4]


def _facts(top: Reader) -> dict[str, FieldSpec]:
    """Return the stated facts that a pack's rules read: {name: type} or {name: {type, about, values}}."""
    if not top.has("facts"):
        return {}
    node = top.need("facts")
    if not isinstance(node, MapNode):
        raise node.mark.error("'facts' is a mapping of names to types", "for instance {pays_out_to_caller: true/false}")
    found: dict[str, FieldSpec] = {}
    for name, value in node.entries.items():
        if not allowed(name):
            raise node.keys[name].error(f"{name[:60]!r} is no name of a fact", "lower-case words joined by underscores")
        whole = value if isinstance(value, MapNode) else MapNode({"type": value}, {"type": value.mark}, value.mark)
        reader = Reader(whole, ("type", "about", "values"), "a fact")
        type_ = reader.choice("type", TYPES)
        values = reader.texts("values")
        if values and type_ not in ("text", "names"):
            raise reader.error("values", f"only text and names have 'values', this is {type_}")
        found[name] = spec(name, type_, about=reader.optional("about"), values=values)
    return found
