"""One walk over the tree of a condition, which checks it against the schema and builds closures."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scanner.judge.language.compiled import Closure, Constant, Notes, Place, items_field, scalar_field
from scanner.judge.language.constants import CONSTANTS
from scanner.judge.language.operators import (
    ARITHMETIC,
    COMPARISON,
    DIVISIONS,
    Quotient,
    calculate,
    chain,
    comparison,
    conjunction,
    contained,
    disjunction,
    folded,
)
from scanner.judge.language.source import Text, did_you_mean
from scanner.judge.language.types import BOOL, INTEGER, RATIO, TEXT, Kind, Schema, Type
from scanner.judge.language.values import Unk, negate
from scanner.judge.language.world import Step
from scanner.model.errors import RuleError

Operand: TypeAlias = tuple[ast.expr, Type, Closure]
Builder: TypeAlias = "Callable[[Compiler, ast.Call], tuple[Type, Closure]]"
"""Checks one call of a function and compiles it."""


@dataclass(frozen=True)
class Scope:
    """What a condition may use: its root names, whether it may ask for outcomes of other rules, and further functions.

    `functions`: those that can be asked once everything was judged, in frameworks and policies.
    """

    schema: Schema
    roots: Mapping[str, Type]
    outcomes: bool = False
    functions: Mapping[str, Builder] = field(default_factory=dict)


def with_article(type_: Type) -> str:
    """Return a type's name as it stands in a sentence."""
    return f"{'an' if str(type_)[0] in 'aeiouAEIOU' else 'a'} {type_}"


class Compiler:
    """One walk over the tree. `sign`: whether truth speaks for (1), against (-1) or neither (0) at the present node."""

    def __init__(self, text: Text, scope: Scope, functions: Mapping[str, Builder]) -> None:
        self.text = text
        self.scope = scope
        self.functions = {**functions, **scope.functions}
        self.notes = Notes()
        self.names: dict[str, tuple[int, Type]] = {
            name: (slot, type_) for slot, (name, type_) in enumerate(scope.roots.items())
        }
        self.slots = max(1, len(self.names))
        self.sign: int = 1

    def fail(self, node: ast.AST, what: str, hint: str = "") -> RuleError:
        return self.text.at(node, what, hint)

    def visit(self, node: ast.expr) -> tuple[Type, Closure]:
        """Return type and closure of any allowed expression."""
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.BoolOp):
            return self._bool_op(node)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        hint = "allowed: fields, comparisons, and / or / not, in, + - * / // %, any all count len min max abs known"
        raise self.fail(node, f"{type(node).__name__} is not part of the condition language", hint)

    def truth(self, node: ast.expr) -> Closure:
        """Return the closure of a true/false expression."""
        type_, closure = self.visit(node)
        if type_.kind is not Kind.BOOL:
            raise self.fail(
                node, f"true or false is needed here, this is {with_article(type_)}", "compare it with something"
            )
        return closure

    def number(self, node: ast.expr) -> tuple[Type, Closure]:
        """Return type and closure of a numeric expression."""
        type_, closure = self.visit(node)
        if not type_.numeric:
            raise self.fail(node, f"a number is needed here, this is {with_article(type_)}")
        return type_, closure

    def without_polarity(self, node: ast.expr) -> tuple[Type, Closure]:
        """Visit `node` where neither true nor false is the careful direction."""
        before, self.sign = self.sign, 0
        result = self.visit(node)
        self.sign = before
        return result

    def _constant(self, node: ast.Constant) -> tuple[Type, Closure]:
        value = node.value
        if isinstance(value, bool):
            return BOOL, Constant(value)
        if isinstance(value, int):
            if value.bit_length() > 4096:
                raise self.fail(node, "an integer of more than 4096 bits")
            return INTEGER, Constant(value)
        if isinstance(value, str) and node.kind is None:
            if value.lower().startswith("0x") and value != value.lower():
                raise self.fail(node, "hex is lower-case in the model", f"write {value.lower()!r}")
            return Type(Kind.TEXT, values=(value,)), Constant(value)
        if isinstance(value, float):
            raise self.fail(node, "numbers with a decimal point are not exact", "write a ratio, for instance 3 / 2")
        raise self.fail(node, f"{type(value).__name__} is not part of the condition language")

    def _name(self, node: ast.Name) -> tuple[Type, Closure]:
        if node.id in CONSTANTS:
            value = CONSTANTS[node.id]
            return (INTEGER if isinstance(value, int) else TEXT), Constant(value)
        if node.id not in self.names:
            hint = {
                "true": "write True",
                "false": "write False",
                "null": "there is no null: a fact is known or unknown",
            }
            known = [*self.names, *CONSTANTS, *self.functions]
            raise self.fail(node, f"unknown name {node.id!r}", hint.get(node.id) or did_you_mean(node.id, known))
        slot, type_ = self.names[node.id]
        return type_, Place(slot)

    def _attribute(self, node: ast.Attribute) -> tuple[Type, Closure]:
        base_type, base = self.visit(node.value)
        at_name = ast.Name(id=node.attr, col_offset=(node.end_col_offset or len(node.attr)) - len(node.attr))
        if base_type.kind is not Kind.RECORD:
            hint = "use any(...), all(...) or count(...) over it" if base_type.kind is Kind.ITEMS else ""
            raise self.fail(at_name, f"{with_article(base_type)} has no fields", hint)
        spec = self.scope.schema.records[base_type.record].fields.get(node.attr)
        name = node.attr
        if spec is None:
            choices = self.scope.schema.records[base_type.record].fields
            raise self.fail(at_name, f"{base_type.record} has no field {name!r}", did_you_mean(name, choices))
        self.notes.fields.add((base_type.record, name))
        assert isinstance(base, Place)  # nothing else gives a record
        step = Step(name, spec.relation)
        if spec.type.kind is Kind.RECORD:
            return spec.type, Place(base.slot, (*base.path, step))
        return spec.type, items_field(base, step) if spec.type.kind is Kind.ITEMS else scalar_field(base, name)

    def _bool_op(self, node: ast.BoolOp) -> tuple[Type, Closure]:
        parts = [self.truth(value) for value in node.values]
        return BOOL, conjunction(parts) if isinstance(node.op, ast.And) else disjunction(parts)

    def _unary(self, node: ast.UnaryOp) -> tuple[Type, Closure]:
        if isinstance(node.op, ast.Not):
            self.sign = -self.sign
            part = self.truth(node.operand)
            self.sign = -self.sign
            return BOOL, lambda at: negate(part(at))
        if isinstance(node.op, ast.USub):
            type_, inner = self.number(node.operand)
            return type_, calculate(operator.sub, Constant(0), inner)
        raise self.fail(node, f"{type(node.op).__name__} is not part of the condition language")

    def _arithmetic(self, node: ast.BinOp) -> tuple[Type, Closure]:
        divides = isinstance(node.op, ast.Div)
        if type(node.op) not in ARITHMETIC and not divides:
            hint = "write 1000 * ether, or the number in full" if isinstance(node.op, ast.Pow) else ""
            raise self.fail(node, f"{type(node.op).__name__} is not part of the condition language", hint)
        left_type, left = self.number(node.left)
        right_type, right = self.number(node.right)
        if isinstance(node.right, ast.Constant) and node.right.value == 0 and isinstance(node.op, DIVISIONS):
            raise self.fail(node.right, "division by zero")
        if divides:
            return RATIO, folded(Quotient(left, right), left, right)
        floor = isinstance(node.op, ast.FloorDiv)
        ratio = Kind.RATIO in (left_type.kind, right_type.kind) and not floor
        return (RATIO if ratio else INTEGER), calculate(ARITHMETIC[type(node.op)], left, right)

    def _compare(self, node: ast.Compare) -> tuple[Type, Closure]:
        before, self.sign = self.sign, 0
        operands: list[Operand] = [(node.left, *self.visit(node.left))]
        steps: list[Callable[[Any, Any], bool]] = []
        for operator_, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator_, (ast.In, ast.NotIn)):
                if len(node.ops) > 1:
                    raise self.fail(node, "'in' cannot be part of a chain of comparisons")
                result = self._membership(operands[0], right, negated=isinstance(operator_, ast.NotIn))
                self.sign = before
                return BOOL, result
            if type(operator_) not in COMPARISON:
                raise self.fail(right, "'is' is not part of the condition language", "write ==")
            operands.append((right, *self.visit(right)))
            sign, function = COMPARISON[type(operator_)]
            self._comparable(sign, operands[-2], operands[-1])
            steps.append(function)
        self.sign = before
        closures = [closure for _, _, closure in operands]
        return BOOL, comparison(steps[0], *closures) if len(steps) == 1 else chain(steps, closures)

    def _comparable(self, sign: str, left: Operand, right: Operand) -> None:
        left_type, right_type = left[1], right[1]
        if left_type.numeric and right_type.numeric:
            return
        if sign not in ("==", "!="):
            wrong = right if left_type.numeric else left
            raise self.fail(
                wrong[0], f"{sign} compares numbers, this is {with_article(wrong[1])}", self._order_hint(left, right)
            )
        if left_type.kind is not right_type.kind or left_type.kind not in (Kind.TEXT, Kind.BOOL):
            raise self.fail(right[0], f"{with_article(left_type)} cannot be compared with {with_article(right_type)}")
        self._vocabulary(left, right)
        self._vocabulary(right, left)

    def _order_hint(self, left: Operand, right: Operand) -> str:
        if left[1].kind is Kind.TEXT and right[1].kind is Kind.TEXT:
            return 'for stages write at_least(field, "configured")'
        return ""

    def _vocabulary(self, field: Operand, literal: Operand) -> None:
        """A literal that the field can never hold is a mistake."""
        node = literal[0]
        if isinstance(field[0], ast.Constant) or not isinstance(node, ast.Constant) or not field[1].values:
            return
        if node.value not in field[1].values:
            hint = did_you_mean(str(node.value), field[1].values)
            raise self.fail(node, f"{ast.unparse(field[0])} is never {node.value!r}", hint)

    def _membership(self, left: Operand, right: ast.expr, *, negated: bool) -> Closure:
        """`x in (literals)` or `"literal" in names`."""
        _, left_type, left_closure = left
        if isinstance(right, ast.Tuple):
            return self._in_literals(left, right, negated=negated)
        right_type, names = self.visit(right)
        if right_type.kind is not Kind.NAMES:
            over_items = right_type.kind is Kind.ITEMS
            hint = "write any(... for x in ...)" if over_items else 'write in ("a", "b"), or in ("a",)'
            raise self.fail(right, f"'in' needs a list of literals or names, this is {with_article(right_type)}", hint)
        if left_type.kind is not Kind.TEXT:
            raise self.fail(left[0], f"names hold text, this is {with_article(left_type)}")
        self._vocabulary((right, right_type, names), left)

        def contains(one: Any, many: Any) -> bool:
            return (one in many) is not negated

        return comparison(contains, left_closure, names)

    def _in_literals(self, left: Operand, right: ast.Tuple, *, negated: bool) -> Closure:
        if not right.elts:
            raise self.fail(right, "an empty list")
        values: list[Any] = []
        for element in right.elts:
            operand = (element, *self.visit(element))
            if not isinstance(operand[2], Constant) or isinstance(operand[2].value, Unk):
                raise self.fail(element, "only literals and constants can stand in a list after 'in'")
            self._comparable("==", left, operand)
            values.append(operand[2].value)
        return contained(left[2], tuple(values), negated=negated)

    def _call(self, node: ast.Call) -> tuple[Type, Closure]:
        if not isinstance(node.func, ast.Name) or node.func.id not in self.functions:
            name = ast.unparse(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else "this"
            raise self.fail(
                node, f"{name[:60]!r} is not a function of the condition language", did_you_mean(name, self.functions)
            )
        if node.keywords:
            raise self.fail(node, f"{node.func.id} takes no named arguments")
        return self.functions[node.func.id](self, node)
