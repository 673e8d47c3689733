"""Arithmetic and comparison on values that can be unknown or lower bounds."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scanner.judge.language.compiled import Closure, Constant
from scanner.judge.language.values import (
    DIVISION_BY_ZERO,
    LimitExceeded,
    Range,
    Truth,
    Unk,
    both,
    bounded,
    either,
    one_of,
)
from scanner.judge.language.world import NOTHING, Run

_OPEN = frozenset({Unk, Range})
"""What is not exactly known; asked by class, because it is asked of every value."""


ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod)
COMPARISON: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


@dataclass(frozen=True)
class Quotient:
    """A closure for `factor * top / bottom`; a comparison with a constant needs no division."""

    top: Closure
    bottom: Closure
    factor: int = 1

    def __call__(self, at: Run) -> Any:
        return self.of(self.top(at), self.bottom(at))

    def of(self, top: Any, bottom: Any) -> Any:
        """Return the exact ratio of two values; unknown when one is, or when the second is zero."""
        if top.__class__ in _OPEN or bottom.__class__ in _OPEN:
            return either(top, bottom)
        if bottom == 0:
            return DIVISION_BY_ZERO
        if top.__class__ is int and bottom.__class__ is int:
            return bounded(Fraction(self.factor * top, bottom))
        return bounded(Fraction(top) * self.factor / Fraction(bottom))

    def compared(self, function: Callable[[Any, Any], bool], constant: int | Fraction) -> Closure:
        """Return a closure that multiplies crosswise where both are whole and the second is positive."""
        of_top, of_bottom = self.factor * constant.denominator, constant.numerator

        def run(at: Run) -> Truth:
            top, bottom = self.top(at), self.bottom(at)
            if top.__class__ is int and bottom.__class__ is int and bottom > 0:
                return function(top * of_top, bottom * of_bottom)
            return compare(function, self.of(top, bottom), constant)

        return run


def calculate(function: Callable[[Any, Any], Any], left: Closure, right: Closure) -> Closure:
    """Return a closure for one arithmetic operation; exact, bounded, unknown where an operand is."""

    def run(at: Run) -> Any:
        a, b = left(at), right(at)
        if a.__class__ in _OPEN or b.__class__ in _OPEN:
            return either(a, b)
        try:
            return bounded(function(a, b))
        except ZeroDivisionError:
            return DIVISION_BY_ZERO

    return folded(run, left, right)


def folded(closure: Closure, *operands: Closure) -> Closure:
    """Calculate what depends on nothing once; what goes beyond the limits goes on to do so when it is evaluated."""
    if not all(isinstance(operand, Constant) for operand in operands):
        return closure
    try:
        return Constant(closure(Run(NO_WORLD, (NOTHING,))))
    except LimitExceeded:
        return closure


class _NoWorld:
    """For expressions that read nothing."""

    def related(self, item: Any, name: str) -> Any:
        raise AssertionError(f"a constant reads no {name}")

    def verdicts(self, rule_id: str) -> Any:
        raise AssertionError(f"a constant asks no {rule_id}")


NO_WORLD = _NoWorld()


def comparison(function: Callable[[Any, Any], bool], left: Closure, right: Closure) -> Closure:
    """Return a closure for one comparison."""
    if isinstance(right, Constant) and not isinstance(right.value, Unk):
        constant = right.value
        if isinstance(left, Quotient):
            return left.compared(function, constant)

        def with_constant(at: Run) -> Truth:
            value = left(at)
            if value.__class__ in _OPEN:
                return compare(function, value, constant)
            return function(value, constant)

        return with_constant

    return lambda at: compare(function, left(at), right(at))


def chain(functions: Sequence[Callable[[Any, Any], bool]], operands: Sequence[Closure]) -> Closure:
    """Return a closure for `a < b <= c`; each operand is evaluated once."""

    def run(at: Run) -> Truth:
        values = [operand(at) for operand in operands]
        result: Truth = True
        for index, function in enumerate(functions):
            result = both(result, compare(function, values[index], values[index + 1]))
        return result

    return run


def contained(left: Closure, choices: tuple[Any, ...], *, negated: bool) -> Closure:
    """Return a closure for `x in (1, 2)`. A count that is a lower bound may be any of them."""

    def run(at: Run) -> Truth:
        value = left(at)
        if isinstance(value, (Unk, Range)):
            return Unk(value.why)
        return (value in choices) is not negated

    return run


def conjunction(parts: Sequence[Closure]) -> Closure:
    """True if all are; false wins over unknown, whatever the order. What comes after a false one is not looked at."""
    if len(parts) == 1:
        return parts[0]
    fixed = tuple(parts)

    def run(at: Run) -> Truth:
        result: Truth = True
        for part in fixed:
            truth: Truth = part(at)
            if truth is not True:
                if truth is False:
                    return False
                result = both(result, truth)
        return result

    return run


def disjunction(parts: Sequence[Closure]) -> Closure:
    """True if one is; true wins over unknown, whatever the order. What comes after a true one is not looked at."""
    fixed = tuple(parts)

    def run(at: Run) -> Truth:
        result: Truth = False
        for part in fixed:
            truth: Truth = part(at)
            if truth is not False:
                if truth is True:
                    return True
                result = one_of(result, truth)
        return result

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
