"""From the text of a condition to a Python syntax tree within limits, and errors that point into the text."""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from scanner.judge.yaml_strict import Mark
from scanner.model.errors import RuleError

MAX_LENGTH = 2_000
MAX_BRACKETS = 30
MAX_NODES = 400
MAX_DEPTH = 40


@dataclass(frozen=True)
class Text:
    """A condition as written, and where its first character stands. `exact`: it stands on one line as it is."""

    text: str
    mark: Mark
    exact: bool = True

    def error(self, what: str, offset: int = 0, hint: str = "") -> RuleError:
        """Return an error with the line, a caret under `offset`, and file:line:column."""
        line = self.text.replace("\n", " ")
        begin = max(0, offset - 60)
        excerpt = line[begin : begin + 100]
        where = Mark(self.mark.file, self.mark.line, self.mark.column + offset) if self.exact else self.mark
        return RuleError(f"{what}\n    {excerpt}\n    {' ' * (offset - begin)}^", where=str(where), hint=hint)

    def at(self, node: ast.AST, what: str, hint: str = "") -> RuleError:
        return self.error(what, getattr(node, "col_offset", 0), hint)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return a hint with the closest of `choices`, or with all of them when they are few."""
    known = sorted(choices)
    close = difflib.get_close_matches(word[:80], known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known: {', '.join(known)}" if len(known) <= 12 else ""


def parse(text: Text) -> ast.expr:
    """Return the syntax tree of one expression. RuleError when it is no expression or beyond the limits."""
    source = text.text
    if len(source) > MAX_LENGTH:
        raise text.error(f"a condition of more than {MAX_LENGTH} characters", hint="split it into several lines")
    if not source.strip():
        raise text.error("an empty condition")
    for offset, char in enumerate(source):
        if char != "\n" and not " " <= char <= "~":
            raise text.error(f"character U+{ord(char):04X} is not allowed in a condition", offset)
    _check_brackets(text)
    flat = source.replace("\n", " ")
    indent = len(flat) - len(flat.lstrip(" "))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = ast.parse(flat[indent:], mode="eval").body
    except SyntaxError as error:
        offset = max(0, (error.offset or 1) - 1) + indent
        raise text.error(f"not a valid expression: {error.msg}", min(offset, len(flat)), _hint(flat)) from None
    except (ValueError, RecursionError, MemoryError, OverflowError, Warning) as error:
        raise text.error(f"not a valid expression ({type(error).__name__})") from None
    _check_size(text, tree)
    if indent:
        for node in ast.walk(tree):
            if hasattr(node, "col_offset"):
                node.col_offset += indent
    return tree


def _check_brackets(text: Text) -> None:
    depth = 0
    for offset, char in enumerate(text.text):
        if char in "([{":
            depth += 1
            if depth > MAX_BRACKETS:
                raise text.error(f"brackets nested deeper than {MAX_BRACKETS}", offset)
        elif char in ")]}":
            depth -= 1


def _check_size(text: Text, tree: ast.expr) -> None:
    """Walk without recursion; ast.walk alone does not tell the depth."""
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    nodes = 0
    while stack:
        node, depth = stack.pop()
        nodes += 1
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise text.error("the condition is too large", hint="split it into several lines")
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _hint(source: str) -> str:
    for wrong, right in (("&&", "and"), ("||", "or"), ("!=", "")):
        if wrong in source and right:
            return f"write {right!r} instead of {wrong!r}"
    if " = " in source:
        return "write '==' to compare"
    return ""
