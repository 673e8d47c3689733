"""Load rule packs from folders: `pack.yaml` and one file per rule."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from scanner.judge.facts import build
from scanner.judge.language.source import did_you_mean
from scanner.judge.language.stated import TYPES, allowed, spec, with_facts
from scanner.judge.language.types import FieldSpec, Schema
from scanner.judge.python_metadata import read_metadata
from scanner.judge.reader import KEBAB, Reader
from scanner.judge.rule import Pack, PythonCheck, Rule, Rulebook
from scanner.judge.schema import read_rule
from scanner.judge.yaml_strict import ListNode, MapNode, Node, load
from scanner.model.errors import RuleError

ENGINE_VERSION = 1
PACK_FILE = "pack.yaml"
PACK_KEYS = ("schema", "name", "prefix", "version", "engine", "title", "description", "facts")
MAX_FILES = 5_000
_PREFIX = re.compile(r"[A-Z]{2,8}\Z")
_RANGE = re.compile(r"\s*(>=|<=|==|<|>)?\s*([0-9]{1,6})\s*\Z")


class RuleErrors(RuleError):
    """Several things wrong at once; the first speaks for them."""

    def __init__(self, errors: Sequence[RuleError]) -> None:
        first = errors[0]
        more = f" (and {len(errors) - 1} more; `daoscan rules lint` lists them)" if len(errors) > 1 else ""
        super().__init__(first.what + more, where=first.where, hint=first.hint)
        self.errors = tuple(errors)


def load_rulebook(folders: Iterable[Path]) -> Rulebook:
    """Return the rules of all packs below `folders`. RuleErrors with everything that is wrong."""
    rulebook, errors = collect(folders)
    if errors:
        raise RuleErrors(errors)
    return rulebook


def collect(folders: Iterable[Path]) -> tuple[Rulebook, list[RuleError]]:
    """Return the rules that could be loaded, and what is wrong with the others."""
    packs: list[Pack] = []
    errors: list[RuleError] = []
    for folder in folders:
        for pack_folder in _pack_folders(folder, errors):
            try:
                packs.append(_load_pack(pack_folder, errors))
            except RuleError as error:
                errors.append(error)
    rules = sorted((rule for pack in packs for rule in pack.rules), key=lambda rule: rule.id)
    errors.extend(_cross_checks(rules))
    errors.extend(_facts_agree(packs))
    return Rulebook(tuple(packs), tuple(rules)), errors


def read_text(path: Path) -> str:
    """Return a rule file's text; RuleError when it cannot be read or is no UTF-8."""
    if path.exists() and not path.is_file():
        raise RuleError("this is no file", where=f"{path}:1:1")  # a pipe would be waited for
    try:
        with path.open("rb") as handle:
            data = handle.read(1_000_001)
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise RuleError("the file is not UTF-8 text", where=f"{path}:1:1") from None
    except OSError as error:
        raise RuleError(f"the file cannot be read: {error.strerror}", where=f"{path}:1:1") from None


def folder_digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 over names and contents of files, sorted by name, whatever their size; hex without 0x."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda one: one.name):
        if path.is_file():
            with path.open("rb") as handle:
                content = hashlib.file_digest(handle, "sha256").hexdigest()
            total.update(f"{path.name}\0{content}\n".encode())
    return total.hexdigest()


def _pack_folders(folder: Path, errors: list[RuleError]) -> list[Path]:
    if (folder / PACK_FILE).is_file():
        return [folder]
    found = sorted(path.parent for path in folder.glob(f"*/{PACK_FILE}"))
    if not found:
        what = f"no {PACK_FILE} in this folder or one below" if folder.is_dir() else "no such folder"
        hint = "a pack is a folder with a pack.yaml and its rules; `daoscan rules new` begins one"
        errors.append(RuleError(what, where=str(folder), hint=hint))
    return found


def _load_pack(folder: Path, errors: list[RuleError]) -> Pack:
    top = Reader(_tree(folder / PACK_FILE), PACK_KEYS, "a pack")
    if top.has("schema") and top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    name = top.matching("name", KEBAB, "my-pack")
    prefixes = _prefixes(top.need("prefix"), top)
    version = str(top.integer("version")) if _is_integer(top, "version") else top.text("version")
    engine = str(top.integer("engine")) if _is_integer(top, "engine") else top.text("engine")
    _check_engine(engine, top)
    facts = _facts(top)
    files = sorted(path for path in folder.glob("*.yaml") if path.name != PACK_FILE)
    code = sorted(folder.glob("*.py"))
    files += [path for path in code if not path.name.startswith("_")]
    if len(files) > MAX_FILES:
        raise RuleError(f"more than {MAX_FILES} files in one pack", where=f"{folder / PACK_FILE}:1:1")
    rules: list[Rule] = []
    for path in files:
        try:
            rules.append(_load_rule(path, prefixes, with_facts(facts)))
        except RuleError as error:
            errors.append(error)
    digest = folder_digest({folder / PACK_FILE, *files, *code})
    return Pack(name, prefixes, version, engine, tuple(rules), digest, facts, folder)


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


def _load_rule(path: Path, prefixes: Sequence[str], schema: Schema) -> Rule:
    if path.suffix == ".py":
        text = read_text(path)
        tree = read_metadata(text, str(path))
        rule = read_rule(tree, path.name, schema=schema, python=PythonCheck(path.resolve(), text))
    else:
        rule = read_rule(_tree(path), path.name, schema=schema)
    if rule.id.split("-")[0] not in prefixes:
        raise rule.mark.error(f"id {rule.id} does not begin with the pack's prefix", f"{' or '.join(prefixes)}")
    for test in rule.tests:
        if not test.snapshot:
            build(rule, test)
    return rule


def _tree(path: Path) -> Node:
    return load(read_text(path), str(path))


def _is_integer(top: Reader, key: str) -> bool:
    return type(getattr(top.need(key), "value", None)) is int


def _prefixes(node: Node, top: Reader) -> tuple[str, ...]:
    found = top.texts("prefix", least=1) if isinstance(node, ListNode) else (top.text("prefix"),)
    for prefix in found:
        if not _PREFIX.match(prefix):
            raise node.mark.error(f"prefix {prefix[:20]!r} must be 2 to 8 capital letters")
    return found


def _check_engine(text: str, top: Reader) -> None:
    compare = {
        ">=": ENGINE_VERSION.__ge__,
        "<=": ENGINE_VERSION.__le__,
        "==": ENGINE_VERSION.__eq__,
        "<": ENGINE_VERSION.__lt__,
        ">": ENGINE_VERSION.__gt__,
    }
    for part in text.split(","):
        match = _RANGE.match(part)
        if not match:
            raise top.error("engine", f"engine {text[:40]!r} is no range", 'for instance 1 or ">=1,<3"')
        if not compare[match[1] or "=="](int(match[2])):
            raise top.error("engine", f"the pack needs engine {text}, this is {ENGINE_VERSION}")


def _cross_checks(rules: Sequence[Rule]) -> list[RuleError]:
    """What can only be seen across rules: ids and names used twice, unknown ids, cycles."""
    errors: list[RuleError] = []
    by_id: dict[str, Rule] = {}
    names: dict[str, Rule] = {}
    for rule in rules:
        for key, table, value in (("id", by_id, rule.id), ("name", names, rule.name)):
            if value in table:
                errors.append(
                    rule.marks[key].error(f"{key} {value!r} is used twice", f"first at {table[value].marks[key]}")
                )
            table.setdefault(value, rule)
    for rule in rules:
        for condition in rule.conditions:
            for asked in sorted(condition.rule_ids - by_id.keys()):
                errors.append(condition.text.error(f"no rule {asked}", hint=did_you_mean(asked, by_id)))
    cycle = _cycle(by_id)
    if cycle:
        names_ = " -> ".join(cycle)
        errors.append(by_id[cycle[0]].mark.error(f"rules ask for each other's outcomes: {names_}"))
    return errors


def _facts_agree(packs: Sequence[Pack]) -> list[RuleError]:
    """A fact is one thing: packs that read it declare the same type."""
    errors: list[RuleError] = []
    first: dict[str, Pack] = {}
    for pack in packs:
        for name, fact in pack.facts.items():
            other = first.setdefault(name, pack)
            if other.facts[name].type != fact.type:
                what = f"fact {name!r} is {fact.type} in pack {pack.name} and {other.facts[name].type} in {other.name}"
                errors.append(RuleError(what, where=f"{pack.folder / PACK_FILE}:1:1"))
    return errors


def _cycle(rules: dict[str, Rule]) -> list[str]:
    """Return one cycle of rules that ask for outcomes, or nothing."""
    done = {rule.id for rule in rules.values() if not rule.asks}
    order = in_order(list(rules.values()))
    done |= {rule.id for rule in order}
    left = [rule for rule in rules.values() if rule.id not in done]
    if not left:
        return []
    path = [left[0].id]
    while True:
        following = sorted(one for one in rules[path[-1]].asks if one in rules and one not in done)
        if following[0] in path:
            return [*path[path.index(following[0]) :], following[0]]
        path.append(following[0])


def in_order(rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules so that each comes after those whose outcomes it asks for; rules in a cycle are left out."""
    waiting = {rule.id: rule for rule in rules}
    ordered: list[Rule] = []
    while True:
        ready = [rule for rule in waiting.values() if not rule.asks & waiting.keys()]
        if not ready:
            return ordered
        ordered.extend(ready)
        for rule in ready:
            del waiting[rule.id]
