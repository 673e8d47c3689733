"""Arithmetic and comparison on values that can be unknown or lower bounds."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from scanner.judge.language.compiled import Closure
from scanner.judge.language.values import DIVISION_BY_ZERO, Range, Truth, Unk, bounded, either
from scanner.judge.language.world import Run


def _divide(left: Any, right: Any) -> Any:
    return Fraction(left) / Fraction(right)


ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", _divide),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
}
COMPARISON: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


def calculate(function: Callable[[Any, Any], Any], left: Closure, right: Closure) -> Closure:
    """Return a closure for one arithmetic operation; exact, bounded, unknown where an operand is."""

    def run(at: Run) -> Any:
        a, b = left(at), right(at)
        if isinstance(a, (Unk, Range)) or isinstance(b, (Unk, Range)):
            return either(a, b)
        try:
            return bounded(function(a, b))
        except ZeroDivisionError:
            return DIVISION_BY_ZERO

    return run


def compare(function: Callable[[Any, Any], bool], a: Any, b: Any) -> Truth:
    """Return one comparison of two values; a count that is a lower bound decides where it can."""
    if isinstance(a, Unk) or isinstance(b, Unk):
        return either(a, b)
    if isinstance(a, Range) or isinstance(b, Range):
        return _compare_ranges(function, a, b)
    return function(a, b)


def _compare_ranges(function: Callable[[Any, Any], bool], a: Any, b: Any) -> Truth:
    """Decide where the ranges leave no doubt. `function` is one of the six comparisons."""
    low_a, high_a = (a.low, a.high) if isinstance(a, Range) else (a, a)
    low_b, high_b = (b.low, b.high) if isinstance(b, Range) else (b, b)
    apart = (high_a is not None and high_a < low_b) or (high_b is not None and high_b < low_a)
    below = high_a is not None and high_a < low_b
    if function in (operator.eq, operator.ne):
        return either(a, b) if not apart else function is operator.ne
    if apart:
        return function(0, 1) if below else function(1, 0)
    if function in (operator.le, operator.gt) and high_a is not None and high_a <= low_b:
        return function is operator.le
    if function in (operator.lt, operator.ge) and high_b is not None and high_b <= low_a:
        return function is operator.ge
    if function in (operator.le, operator.gt, operator.lt, operator.ge):
        return either(a, b)
    raise AssertionError(function)
