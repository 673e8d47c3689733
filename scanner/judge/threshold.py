"""A threshold as a person types it, `governor.voting_delay_seconds < 2 * DAY`, with facts that meet and miss it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from scanner.judge.language.compiler import Scope, compile_condition
from scanner.judge.language.constants import CONSTANTS
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.source import Text
from scanner.judge.language.types import Kind, Type
from scanner.judge.yaml_strict import Mark
from scanner.model.errors import RuleError

_NEAR = {
    ast.Lt: (-1, 0),
    ast.LtE: (0, 1),
    ast.Gt: (1, 0),
    ast.GtE: (0, -1),
    ast.Eq: (0, 1),
    ast.NotEq: (1, 0),
}
"""By operator: what is added to the limit for a value that meets the condition, and for one that misses it."""
_HINT = "compare one field with one value; write longer conditions into the file"


@dataclass(frozen=True)
class Threshold:
    """A checked condition on one field. `meets` and `misses` are values of that field, as YAML."""

    text: str
    path: str
    meets: str
    misses: str
    format: str

    @property
    def shown(self) -> str:
        """What stands between the braces of a message."""
        return f"{{{self.path}{self.format}}}"

    @property
    def slug(self) -> str:
        """A name for a rule about it, lower-case words joined by hyphens."""
        words = _words(self.path.partition(".")[2])
        for sign, word in (
            ("!=", f"not-{_words(self.misses)}"),
            ("==", _words(self.meets)),
            ("<", "low"),
            (">", "high"),
        ):
            if sign in self.text:
                return f"{words}-{word}"
        return f"not-{words}" if self.meets == "false" else words


def _words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "none"


def read_threshold(text: str, subject: str) -> Threshold:
    """Return the threshold that `text` says about a subject. RuleError when it says no such thing."""
    schema = model_schema()
    where = Text(text, Mark("condition", 1, 1), True)
    scope = Scope(schema, schema.roots(subject))
    compile_condition(where, scope)
    tree = ast.parse(text.strip(), mode="eval").body
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return _flag(tree.operand, text, subject, holds=False)
    if isinstance(tree, ast.Attribute):
        return _flag(tree, text, subject, holds=True)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        raise RuleError("this is no single comparison", hint=_HINT)
    path, type_ = _field(tree.left, subject)
    return _compared(tree, path, type_, text.strip())


def _flag(node: ast.expr, text: str, subject: str, *, holds: bool) -> Threshold:
    path, type_ = _field(node, subject)
    if type_.kind is not Kind.BOOL:
        raise RuleError(f"{path} is {type_} and not true or false", hint=_HINT)
    meets, misses = ("true", "false") if holds else ("false", "true")
    return Threshold(text.strip(), path, meets, misses, "")


def _field(node: ast.expr, subject: str) -> tuple[str, Type]:
    """Return path and type of a plain field below the subject."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not names or not isinstance(node, ast.Name) or node.id != subject:
        raise RuleError("the condition does not begin with a field of the subject", hint=f"for instance {subject}.…")
    schema = model_schema()
    record = schema.subjects[subject]
    for name in names[:-1]:
        record = schema.records[record].fields[name].type.record
    return ".".join((subject, *names)), schema.records[record].fields[names[-1]].type


def _compared(tree: ast.Compare, path: str, type_: Type, text: str) -> Threshold:
    operator = type(tree.ops[0])
    if type_.kind is Kind.TEXT and operator in (ast.Eq, ast.NotEq):
        value = tree.comparators[0]
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            raise RuleError(f"{path} is text: compare it with text", hint=f'for instance {path} == "…"')
        same, other = value.value, _other(type_, value.value)
        meets, misses = (same, other) if operator is ast.Eq else (other, same)
        return Threshold(text, path, _quoted(meets), _quoted(misses), ":words" if type_.values else "")
    if type_.kind is not Kind.INTEGER or operator not in _NEAR:
        raise RuleError(f"{path} is {type_}: this comparison cannot be begun from", hint=_HINT)
    limit = _number(tree.comparators[0])
    up, down = _NEAR[operator]
    name = path.rpartition(".")[2]
    suffix = ":duration" if name.endswith("_seconds") else ":share" if name.endswith("_bps") else ""
    return Threshold(text, path, str(limit + up), str(limit + down), suffix)


def _other(type_: Type, value: str) -> str:
    return next((one for one in type_.values if one != value), f"not {value}")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(node: ast.expr) -> int:
    """Return an integer that is written with numbers, constants and + - *."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name) and isinstance(CONSTANTS.get(node.id), int):
        return int(CONSTANTS[node.id])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_number(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
        left, right = _number(node.left), _number(node.right)
        if isinstance(node.op, ast.Mult):
            return left * right
        return left + right if isinstance(node.op, ast.Add) else left - right
    raise RuleError("the limit is no whole number", hint=_HINT)
