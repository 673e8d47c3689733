"""Locale files: reports/locales/<lang>.yaml, one for each language. A further language is a further file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scanner.content import reports_dir
from scanner.locale.locale import Header, Locale, Text
from scanner.locale.phrase import parse
from scanner.locale.plurals import CATEGORIES, PLURAL_RULES, PluralRule
from scanner.model.errors import UsageError

ENGLISH = "en"
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_HEADER = ("code", "name", "direction", "plural", "group", "decimal")


class LocaleError(UsageError):
    """A locale file that cannot be used."""


_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same nodes, many times faster


class _Loader(_Parser):  # type: ignore[misc]
    """Every scalar is text, and a key may stand once."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"key {twice!r} stands twice", node.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that there are, English first."""
    found = sorted(path.stem for path in _folder().glob("*.yaml"))
    return (ENGLISH, *(code for code in found if code != ENGLISH))


def _folder() -> Path:
    return reports_dir() / "locales"


def load_locale(lang: str = ENGLISH) -> Locale:
    """Return the words of a language, with English behind them. Raises UsageError for a language that is not there."""
    return _kept(lang)


@cache
def _kept(lang: str) -> Locale:
    if not _CODE.match(lang) or lang not in languages():
        raise UsageError(f"no such language: {lang[:20]!r}", hint=f"languages: {', '.join(languages())}")
    fallback = None if lang == ENGLISH else load_locale(ENGLISH)
    return read_locale(_folder() / f"{lang}.yaml", fallback)


def read_locale(path: Path, fallback: Locale | None) -> Locale:
    """Return the locale of one file. Raises LocaleError."""
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LocaleError("the locale file cannot be read", where=str(path), hint=str(error)[:200]) from error
    if not isinstance(tree, dict) or not isinstance(tree.get("language"), dict):
        raise LocaleError("the locale file has no 'language'", where=str(path), hint=f"keys: {', '.join(_HEADER)}")
    header = _header(tree.pop("language"), path)
    texts: dict[str, Text] = {}
    _flatten(tree, "", texts, rule=header.plural, path=path)
    return Locale(header, texts, fallback)


def _header(found: Mapping[str, Any], path: Path) -> Header:
    missing = [key for key in _HEADER if not isinstance(found.get(key), str)]
    if missing or set(found) - set(_HEADER):
        raise LocaleError(f"'language' needs {', '.join(_HEADER)} and nothing else", where=str(path))
    if found["direction"] not in ("ltr", "rtl") or found["plural"] not in PLURAL_RULES or path.stem != found["code"]:
        hint = f"direction: ltr or rtl; plural: {', '.join(PLURAL_RULES)}; code: the file's name"
        raise LocaleError("'language' says what cannot be", where=str(path), hint=hint)
    return Header(**{**found, "plural": PLURAL_RULES[found["plural"]]})


def _flatten(tree: Mapping[str, Any], prefix: str, texts: dict[str, Text], *, rule: PluralRule, path: Path) -> None:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            texts[key] = parse(value)
        elif isinstance(value, dict) and value and set(value) <= set(CATEGORIES):
            if set(value) != set(rule.categories) or not all(isinstance(one, str) for one in value.values()):
                raise LocaleError(f"{key} needs the forms {', '.join(rule.categories)}", where=str(path))
            texts[key] = {form: parse(one) for form, one in value.items()}
        elif isinstance(value, dict):
            _flatten(value, f"{key}.", texts, rule=rule, path=path)
        else:
            raise LocaleError(f"{key} is no text", where=str(path))
