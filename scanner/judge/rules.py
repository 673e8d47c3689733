"""Load rule packs from folders: `pack.yaml` and one file per rule."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scanner.judge.facts import build
from scanner.judge.language.compiled import Compiled
from scanner.judge.language.source import did_you_mean
from scanner.judge.language.stated import with_facts
from scanner.judge.language.types import Schema
from scanner.judge.pack import PACK_FILE, claimed_twice, read_header
from scanner.judge.python_metadata import read_metadata
from scanner.judge.rule import Pack, PythonCheck, Rule, Rulebook
from scanner.judge.schema import read_rule
from scanner.judge.yaml_strict import Node, load
from scanner.model.errors import RuleError

MAX_FILES = 5_000
_WHOLE = ("dao", "membership")


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
    seen: set[Path] = set()
    for folder in folders:
        for pack_folder in _pack_folders(folder, errors):
            if pack_folder.resolve() in seen:
                continue  # named twice, it is one pack
            seen.add(pack_folder.resolve())
            try:
                packs.append(_load_pack(pack_folder, errors))
            except RuleError as error:
                errors.append(error)
    rules = sorted((rule for pack in packs for rule in pack.rules), key=lambda rule: rule.id)
    errors.extend(_cross_checks(rules))
    errors.extend(claimed_twice([(pack.folder, pack.name, pack.prefixes) for pack in packs]))
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
    header = read_header(_tree(folder / PACK_FILE))
    files = sorted(path for path in folder.glob("*.yaml") if path.name != PACK_FILE)
    code = sorted(folder.glob("*.py"))
    files += [path for path in code if not path.name.startswith("_")]
    if len(files) > MAX_FILES:
        raise RuleError(f"more than {MAX_FILES} files in one pack", where=f"{folder / PACK_FILE}:1:1")
    rules: list[Rule] = []
    for path in files:
        try:
            rules.append(_load_rule(path, header.prefixes, with_facts(header.facts)))
        except RuleError as error:
            errors.append(error)
    digest = folder_digest({folder / PACK_FILE, *files, *code})
    return Pack(header.name, header.prefixes, header.version, header.engine, tuple(rules), digest, header.facts, folder)


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
            errors.extend(_about_others(rule, condition, by_id))
    cycle = _cycle(by_id)
    if cycle:
        names_ = " -> ".join(cycle)
        errors.append(by_id[cycle[0]].mark.error(f"rules ask for each other's outcomes: {names_}"))
    return errors


def _about_others(rule: Rule, condition: Compiled, by_id: dict[str, Rule]) -> Iterator[RuleError]:
    """An outcome that is asked for is about the same subject, or about the DAO; a rule about the DAO may ask any."""
    if rule.subject == "dao":
        return
    for asked in sorted(condition.rule_ids & by_id.keys()):
        subject = by_id[asked].subject
        if subject not in (rule.subject, *_WHOLE):
            hint = f"a rule about {rule.subject} asks rules about {rule.subject}, dao and membership"
            yield condition.text.error(f"{asked} is about {subject}", hint=hint)


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
