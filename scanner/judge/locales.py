"""Texts of rules and scenarios in other languages: locales/<lang>.yaml in the folder of a pack or of the scenarios.

A file maps ids to the texts that a reader sees. Ids, conditions, levels and references have no language, and a message
prints the values that it prints in English. What has no text in the language keeps its English one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from scanner.content import rules_dir
from scanner.judge.language.source import did_you_mean
from scanner.judge.reader import Reader, as_text
from scanner.judge.rule import Pack, Rule, Rulebook
from scanner.judge.rules import folder_digest, read_text
from scanner.judge.scenarios import Scenario, Scenarios
from scanner.judge.template import reword
from scanner.judge.wording import check
from scanner.judge.yaml_strict import MapNode, Node, load
from scanner.locale.load import ENGLISH, languages, load_locale
from scanner.locale.locale import Locale
from scanner.model.errors import RuleError

COMPLETE: tuple[str, ...] = ("ar",)
"""Languages, besides English, in which every stable built-in rule and every scenario must have its texts."""
LOCALE_FOLDER = "locales"
RULE_TEXTS = ("title", "message", "why", "legitimate_use", "remediation", "false_positives", "base_rate")
SCENARIO_TEXTS = ("title", "description", "out_of_scope", "would_change", "legitimate_use", "content_note")

T = TypeVar("T", Rule, Scenario)


@dataclass(frozen=True)
class Worded:
    """Rules and scenarios in a language. `missing`: ids that have no text in it."""

    rulebook: Rulebook
    scenarios: Scenarios
    missing: tuple[str, ...]
    errors: tuple[RuleError, ...]


def worded(rulebook: Rulebook, scenarios: Scenarios, folders: Sequence[Path], t: Locale) -> Worded:
    """Return the rules, and the scenarios of `folders`, in the language of `t`; English changes nothing."""
    if t.lang == ENGLISH:
        return Worded(rulebook, scenarios, (), ())
    errors: list[RuleError] = []
    digests: list[tuple[str, str]] = []
    packs: list[Pack] = []
    for pack in rulebook.packs:
        path = locale_file(Path(pack.rules[0].mark.file).parent, t.lang) if pack.rules else None
        rules, digest = _of_file(path, pack.rules, lambda rule, reader: _rule(rule, reader, t), errors)
        packs.append(replace(pack, rules=rules))
        digests.extend((f"rules/{pack.name}/{LOCALE_FOLDER}/{t.lang}", one) for one in digest)
    items: tuple[Scenario, ...] = ()
    for folder in folders:
        mine = tuple(one for one in scenarios.items if Path(one.mark.file).parent == folder)
        made, digest = _of_file(locale_file(folder, t.lang), mine, _scenario, errors)
        items += made
        digests.extend((f"rules/{folder.name}/{LOCALE_FOLDER}/{t.lang}", one) for one in digest)
    order = {one.id: place for place, one in enumerate(scenarios.items)}
    items = tuple(sorted(items, key=lambda one: order[one.id]))
    by_id = {rule.id: rule for pack in packs for rule in pack.rules}
    rules = tuple(by_id[rule.id] for rule in rulebook.rules)
    before: Iterable[Rule | Scenario] = (*rulebook.rules, *scenarios.items)
    after: Iterable[Rule | Scenario] = (*rules, *items)
    missing = tuple(old.id for old, new in zip(before, after, strict=True) if old is new)
    return Worded(
        replace(rulebook, packs=tuple(packs), rules=rules, translations=tuple(sorted(digests))),
        replace(scenarios, items=items),
        missing,
        tuple(errors),
    )


def locale_file(folder: Path, lang: str) -> Path:
    """Return where a folder of rules or scenarios has its texts in a language."""
    return folder / LOCALE_FOLDER / f"{lang}.yaml"


def without_text(found: Worded, lang: str) -> Iterator[RuleError]:
    """Return an error for each stable rule and each scenario that has no text in a language."""
    missing = frozenset(found.missing)
    for rule in found.rulebook.rules:
        if rule.id in missing and rule.status == "stable":
            yield _lacking(rule, lang)
    for scenario in found.scenarios.items:
        if scenario.id in missing:
            yield _lacking(scenario, lang)


def translation_problems(
    rulebook: Rulebook, scenarios: Sequence[Scenario], folders: Sequence[Path], required: Iterable[str] = ()
) -> list[RuleError]:
    """Return what is wrong with the texts in every language, and what is missing.

    Something is missing in the languages `required`, and in those that the built-in rules come in (`COMPLETE`).
    """
    found: list[RuleError] = []
    needed = frozenset(required)
    root = rules_dir().resolve()
    for lang in languages():
        made = worded(rulebook, Scenarios(tuple(scenarios), ""), folders, load_locale(lang))
        found.extend(made.errors)
        items: tuple[Rule | Scenario, ...] = (*made.rulebook.rules, *made.scenarios.items)
        for item in items:
            found.extend(_wording(item, lang) if item.id not in made.missing and lang != ENGLISH else ())
        if lang in needed:
            found.extend(without_text(made, lang))
        elif lang in COMPLETE:
            found.extend(one for one in without_text(made, lang) if Path(one.where).resolve().is_relative_to(root))
    return found


def _wording(item: Rule | Scenario, lang: str) -> Iterator[RuleError]:
    place = f"{locale_file(Path(item.mark.file).parent, lang)}:1:1"
    for key, text in item.texts().items():
        for wording in check(text):
            yield RuleError(f"{key} of {item.id} says {wording.passage!r}", where=place, hint=wording.hint)


def _lacking(one: Rule | Scenario, lang: str) -> RuleError:
    path = locale_file(Path(one.mark.file).parent, lang)
    return one.mark.error(f"{one.id} has no text in language {lang!r}", f"write it into {path.parent.name}/{path.name}")


def _of_file(
    path: Path | None, items: tuple[T, ...], word: Callable[[T, Reader], T], errors: list[RuleError]
) -> tuple[tuple[T, ...], tuple[str, ...]]:
    """Return `items` with the texts of a file, and the file's digest; neither where there is no file."""
    if path is None or not path.is_file():
        return items, ()
    try:
        tree = load(read_text(path), str(path))
        texts = _texts(tree, {item.id for item in items})
    except RuleError as error:
        errors.append(error)
        return items, ()
    found: list[T] = []
    for item in items:
        try:
            found.append(word(item, _reader(texts[item.id], item)) if item.id in texts else item)
        except RuleError as error:
            errors.append(error)
            found.append(item)
    return tuple(found), (folder_digest([path]),)


def _texts(tree: Node, ids: set[str]) -> Mapping[str, Node]:
    if not isinstance(tree, MapNode):
        raise tree.mark.error("a locale file maps ids to texts")
    for key, mark in tree.keys.items():
        if key not in ids:
            raise mark.error(f"nothing in this folder has the id {key[:40]!r}", did_you_mean(key, ids))
    return tree.entries


def _reader(node: Node, item: Rule | Scenario) -> Reader:
    return Reader(node, RULE_TEXTS if isinstance(item, Rule) else SCENARIO_TEXTS, f"the text of {item.id}")


def _rule(rule: Rule, texts: Reader, t: Locale) -> Rule:
    return replace(
        rule,
        title=texts.text("title"),
        message=reword(rule.message, as_text(texts.scalar("message")), t),
        why=texts.text("why"),
        legitimate_use=texts.text("legitimate_use"),
        remediation=rule.remediation.model_copy(update={"text": texts.text("remediation")}),
        false_positives=_as_many(texts, "false_positives", rule.false_positives),
        base_rate=_where_there_is_one(texts, "base_rate", rule.base_rate),
    )


def _scenario(scenario: Scenario, texts: Reader) -> Scenario:
    return replace(
        scenario,
        title=texts.text("title"),
        description=texts.text("description"),
        out_of_scope=_where_there_is_one(texts, "out_of_scope", scenario.out_of_scope),
        would_change=_as_many(texts, "would_change", scenario.would_change),
        legitimate_use=texts.text("legitimate_use"),
        content_note=_where_there_is_one(texts, "content_note", scenario.content_note),
    )


def _as_many(texts: Reader, key: str, english: tuple[str, ...]) -> tuple[str, ...]:
    found = texts.texts(key)
    if len(found) != len(english):
        raise texts.error(key, f"{key!r} has {len(found)} items, the English text has {len(english)}")
    return found


def _where_there_is_one(texts: Reader, key: str, english: str) -> str:
    if texts.has(key) and not english:
        raise texts.error(key, f"the English text has no {key!r}")
    return texts.text(key) if english else ""
