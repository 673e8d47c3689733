"""Messages with values in them: `Voting opens {governor.voting_delay_seconds:duration} after a proposal is made.`"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scanner.judge.formats import NAMES, formatter, problem
from scanner.judge.language.compiled import Compiled
from scanner.judge.language.compiler import Scope, compile_value
from scanner.judge.language.source import Text
from scanner.judge.language.types import Kind
from scanner.judge.language.values import LimitExceeded, shown
from scanner.judge.language.world import Ref, World

_FORMAT = re.compile(r":[ ]*([a-z]+)[ ]*\Z")
"""The end of `{expression:format}`; no expression can end like this."""


@dataclass(frozen=True)
class Printed:
    """A checked expression and how its value reads."""

    value: Compiled
    show: Callable[[object], str]


@dataclass(frozen=True)
class Template:
    """Text with checked expressions between its parts."""

    text: str
    parts: tuple[str | Printed, ...]

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
                pieces.append("unknown")
        return "".join(pieces)


def compile_template(text: Text, scope: Scope) -> Template:
    """Return a checked template. `{{` and `}}` stand for braces."""
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
            parts.extend(("".join(literal), _value(text, position + 1, end, scope)))
            literal = []
            position = end + 1
        else:
            literal.append(char)
            position += 1
    parts.append("".join(literal))
    return Template(source, tuple(part for part in parts if part != ""))


def _value(text: Text, begin: int, end: int, scope: Scope) -> Printed:
    """Compile one `{expression}` or `{expression:format}`; blanks keep the columns right."""
    named = _FORMAT.search(text.text[begin:end])
    stop = begin + named.start() if named else end
    compiled = compile_value(Text(" " * begin + text.text[begin:stop], text.mark, text.exact), scope)
    if compiled.type.kind in (Kind.ITEMS, Kind.RECORD):
        raise text.error(f"a {compiled.type} cannot be printed", begin, "name one of its fields, or count it")
    if not compiled.fields:
        raise text.error("no field is named between the braces", begin, "write {{ and }} for braces")
    if named is None:
        return Printed(compiled, shown)
    wrong = problem(named[1], compiled.type)
    if wrong:
        raise text.error(wrong, begin + named.start(1), f"formats: {', '.join(NAMES)}")
    return Printed(compiled, formatter(named[1], compiled.type))
