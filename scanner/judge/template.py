"""Messages with values in them: `Voting opens {governor.voting_delay_seconds:duration} after a proposal is made.`"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scanner.judge.formats import NAMES, formatter, problem
from scanner.judge.language.compiled import Compiled
from scanner.judge.language.compiler import Scope, compile_value
from scanner.judge.language.source import MAX_LENGTH, Text, did_you_mean
from scanner.judge.language.types import Kind
from scanner.judge.language.values import LimitExceeded
from scanner.judge.language.world import Ref, World
from scanner.locale.locale import Locale

_FORMAT = re.compile(r":[ ]*([a-z]+)[ ]*\Z")
"""The end of `{expression:format}`; no expression can end like this."""


@dataclass(frozen=True)
class Printed:
    """A checked expression and how its value reads. `source` is what stands between the braces, without the format."""

    value: Compiled
    show: Callable[[object], str]
    source: str
    format: str


@dataclass(frozen=True)
class Template:
    """Text with checked expressions between its parts."""

    text: str
    parts: tuple[str | Printed, ...]
    unknown: str = "unknown"

    def render(self, world: World, roots: Sequence[Ref]) -> str:
        """Return the message; what is unknown reads "unknown", text from the chain is cut to 300 characters."""
        pieces: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part)
                continue
            try:
                pieces.append(part.show(part.value.closure(part.value.start(world, roots))))
            except LimitExceeded:
                pieces.append(self.unknown)
        return "".join(pieces)


def compile_template(text: Text, scope: Scope) -> Template:
    """Return a checked template. `{{` and `}}` stand for braces."""
    if len(text.text) > MAX_LENGTH:
        raise text.error(f"a message of more than {MAX_LENGTH} characters")
    return Template(text.text, _parts(text, lambda begin, end: _value(text, begin, end, scope)))


def reword(template: Template, text: Text, t: Locale) -> Template:
    """Return the message in another language: the same values with the same formats, in any order and number.

    Nothing is compiled anew, so that a translation can read no fact which the rule does not print.
    """
    if len(text.text) > MAX_LENGTH:
        raise text.error(f"a message of more than {MAX_LENGTH} characters")
    printed = {(part.source, part.format): part for part in template.parts if isinstance(part, Printed)}
    used: set[tuple[str, str]] = set()

    def value(begin: int, end: int) -> Printed:
        source, name = _named(text.text[begin:end])
        part = printed.get((source, name))
        if part is None:
            hint = did_you_mean(source, {one for one, _ in printed}) or "copy it from the message in English"
            raise text.error("the message in English prints no such value, or in another format", begin, hint)
        used.add((source, name))
        return replace(part, show=formatter(name, part.value.type, t))

    parts = _parts(text, value)
    missing = sorted(source for source, name in printed.keys() - used)
    if missing:
        raise text.error(f"the message lacks {{{missing[0][:80]}}}", hint="copy it from the message in English")
    return Template(text.text, parts, str(t("judge.unknown")))


def _parts(text: Text, value: Callable[[int, int], Printed]) -> tuple[str | Printed, ...]:
    parts: list[str | Printed] = []
    literal: list[str] = []
    position = 0
    source = text.text
    while position < len(source):
        char = source[position]
        if source[position : position + 2] in ("{{", "}}"):
            literal.append(char)
            position += 2
        elif char == "}":
            raise text.error("a closing brace without an opening one", position, "write }} for a brace")
        elif char == "{":
            end = source.find("}", position)
            if end < 0:
                raise text.error("an opening brace without a closing one", position, "write {{ for a brace")
            parts.extend(("".join(literal), value(position + 1, end)))
            literal = []
            position = end + 1
        else:
            literal.append(char)
            position += 1
    parts.append("".join(literal))
    return tuple(part for part in parts if part != "")


def _named(inside: str) -> tuple[str, str]:
    """Return what stands between braces as expression and format, blanks made single."""
    found = _FORMAT.search(inside)
    expression = inside[: found.start()] if found else inside
    return " ".join(expression.split()), found[1] if found else ""


def _value(text: Text, begin: int, end: int, scope: Scope) -> Printed:
    """Compile one `{expression}` or `{expression:format}`; blanks keep the columns right."""
    named = _FORMAT.search(text.text[begin:end])
    stop = begin + named.start() if named else end
    compiled = compile_value(Text(" " * begin + text.text[begin:stop], text.mark, text.exact), scope)
    if compiled.type.kind in (Kind.ITEMS, Kind.RECORD):
        raise text.error(f"a {compiled.type} cannot be printed", begin, "name one of its fields, or count it")
    if not compiled.fields:
        raise text.error("no field is named between the braces", begin, "write {{ and }} for braces")
    source, name = _named(text.text[begin:end])
    if named is None:
        return Printed(compiled, formatter("", compiled.type), source, name)
    wrong = problem(named[1], compiled.type)
    if wrong:
        raise text.error(wrong, begin + named.start(1), f"formats: {', '.join(NAMES)}")
    return Printed(compiled, formatter(name, compiled.type), source, name)
