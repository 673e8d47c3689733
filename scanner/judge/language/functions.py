"""The functions of the condition language: a readable list, each with its own type check."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from scanner.judge.language.compiled import Closure, Constant
from scanner.judge.language.constants import CONSTANTS
from scanner.judge.language.operators import Quotient, calculate, comparison, conjunction, folded
from scanner.judge.language.outcomes import found, found_as_bad, found_at, held
from scanner.judge.language.quantifiers import all_of, any_of, count_of
from scanner.judge.language.source import did_you_mean
from scanner.judge.language.types import BOOL, INTEGER, RATIO, Kind, Type
from scanner.judge.language.values import Range, Unk
from scanner.judge.language.vocabulary import SEVERITIES, STAGES
from scanner.judge.language.walk import Builder, Compiler
from scanner.judge.language.world import Items, Run

__all__ = ["FUNCTIONS", "RULE_ID", "Builder"]

RULE_ID = re.compile(r"[A-Z]{2,8}-[0-9]{3}\Z")


def _arguments(compiler: Compiler, node: ast.Call, least: int, most: int) -> list[ast.expr]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if not least <= len(node.args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise compiler.fail(node, f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}")
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            raise compiler.fail(argument, "* is not part of the condition language")
    return node.args


class _Loop:
    """The parts of `element for name in collection if filter`, compiled."""

    def __init__(self, compiler: Compiler, node: ast.GeneratorExp, *, filter_sign: int) -> None:
        if len(node.generators) != 1 or node.generators[0].is_async:
            raise compiler.fail(node, "one 'for' at a time", "nest another any(...) inside")
        part = node.generators[0]
        if not isinstance(part.target, ast.Name):
            raise compiler.fail(part.target, "a loop variable is a plain name")
        self.name = part.target.id
        self._check_name(compiler, part.target)
        type_, self.items = compiler.visit(part.iter)
        if type_.kind is not Kind.ITEMS:
            raise compiler.fail(part.iter, f"a collection is needed here, this is a {type_}")
        self.slot = compiler.slots
        compiler.slots += 1
        compiler.names[self.name] = (self.slot, Type(Kind.RECORD, type_.record))
        before = compiler.sign
        compiler.sign = before * filter_sign
        self.filters = [compiler.truth(test) for test in part.ifs]
        compiler.sign = before

    @staticmethod
    def _check_name(compiler: Compiler, target: ast.Name) -> None:
        if target.id in compiler.names or target.id in CONSTANTS or target.id in compiler.functions:
            raise compiler.fail(target, f"{target.id!r} already means something", "use another name")

    def close(self, compiler: Compiler) -> None:
        del compiler.names[self.name]


def _loop_argument(compiler: Compiler, node: ast.Call) -> ast.GeneratorExp:
    argument = _arguments(compiler, node, 1, 1)[0]
    if not isinstance(argument, ast.GeneratorExp):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        hint = f"write {name}(condition for x in collection)"
        raise compiler.fail(argument, f"{name} needs a loop", hint)
    return argument


def _any(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    generator = _loop_argument(compiler, node)
    loop = _Loop(compiler, generator, filter_sign=1)
    element = compiler.truth(generator.elt)
    loop.close(compiler)
    return BOOL, any_of(loop.items, loop.slot, conjunction([*loop.filters, element]))


def _all(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    generator = _loop_argument(compiler, node)
    loop = _Loop(compiler, generator, filter_sign=-1)
    element = compiler.truth(generator.elt)
    loop.close(compiler)
    return BOOL, all_of(loop.items, loop.slot, loop.filters, element)


def _count(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    """`count(condition for …)`, `count(x for x in … if condition)` or `count(collection)`."""
    argument = _arguments(compiler, node, 1, 1)[0]
    if not isinstance(argument, ast.GeneratorExp):
        return _len(compiler, node)
    before, compiler.sign = compiler.sign, 0
    loop = _Loop(compiler, argument, filter_sign=1)
    tests = loop.filters
    if not (isinstance(argument.elt, ast.Name) and argument.elt.id == loop.name):
        tests = [*tests, compiler.truth(argument.elt)]
    loop.close(compiler)
    compiler.sign = before
    return INTEGER, count_of(loop.items, loop.slot, conjunction(tests))


def _len(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    argument = _arguments(compiler, node, 1, 1)[0]
    type_, inner = compiler.without_polarity(argument)
    if type_.kind not in (Kind.ITEMS, Kind.NAMES, Kind.TEXT):
        raise compiler.fail(argument, f"{type_} has no length")

    def run(at: Run) -> Any:
        value = inner(at)
        if isinstance(value, Items):
            found = len(value.refs)
            return found if value.missing is None else Range(found, None, value.missing.why)
        return value if isinstance(value, Unk) else len(value)

    return INTEGER, run


def _extreme(choose: Callable[[Any, Any], Any]) -> Builder:
    def build(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
        arguments = _arguments(compiler, node, 2, 8)
        operands = [compiler.number(argument) for argument in arguments]
        type_, closure = operands[0]
        for other_type, other in operands[1:]:
            closure = calculate(choose, closure, other)
            type_ = RATIO if Kind.RATIO in (type_.kind, other_type.kind) else INTEGER
        return type_, closure

    return build


def _abs(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    type_, inner = compiler.number(_arguments(compiler, node, 1, 1)[0])
    return type_, calculate(lambda zero, value: abs(value), Constant(0), inner)


def _percent_of(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    part, total = (compiler.number(argument)[1] for argument in _arguments(compiler, node, 2, 2))
    return RATIO, folded(Quotient(part, total, 100), part, total)


def _known(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    """Only where ignorance speaks against: `known(x)` that must be true would turn the unreadable into a pass."""
    argument = _arguments(compiler, node, 1, 1)[0]
    if not isinstance(argument, ast.Attribute):
        raise compiler.fail(argument, "known() takes a field")
    if compiler.sign != -1:
        hint = "leave it out: what is unknown stays unknown by itself; only `not known(...)` can be a condition"
        raise compiler.fail(node, "known() here would turn what could not be read into a pass", hint)
    type_, inner = compiler.visit(argument)
    if type_.kind is Kind.RECORD:
        raise compiler.fail(argument, "known() takes a single field, this is a record")

    def run(at: Run) -> bool:
        value = inner(at)
        return not isinstance(value, Unk) and not (isinstance(value, Items) and value.missing is not None)

    return BOOL, run


def _at_least(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    """`at_least(stage field, "configured")`: stages have an order."""
    field, stage = _arguments(compiler, node, 2, 2)
    type_, inner = compiler.visit(field)
    if type_.values != STAGES:
        raise compiler.fail(field, "at_least() compares a stage: absent, present, reachable, configured, exercised")
    rank = STAGES.index(_stage(compiler, stage))

    def reaches(value: str, least: int) -> bool:
        return STAGES.index(value) >= least

    return BOOL, comparison(reaches, inner, Constant(rank))


def _stage(compiler: Compiler, node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in STAGES:
        return node.value
    word = str(node.value) if isinstance(node, ast.Constant) else ""
    raise compiler.fail(node, "a stage is needed here", did_you_mean(word, STAGES))


def _rule_id(compiler: Compiler, node: ast.expr) -> str:
    if not compiler.scope.outcomes:
        raise compiler.fail(node, "outcomes of other rules cannot be asked here")
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and RULE_ID.match(node.value):
        compiler.notes.rule_ids.add(node.value)
        return node.value
    raise compiler.fail(node, "a rule id is needed here", 'for instance finding("CAP-001")')


def _finding(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    return BOOL, found(_rule_id(compiler, _arguments(compiler, node, 1, 1)[0]))


def _passed(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    return BOOL, held(_rule_id(compiler, _arguments(compiler, node, 1, 1)[0]))


def _finding_at(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    rule, stage = _arguments(compiler, node, 2, 2)
    return BOOL, found_at(_rule_id(compiler, rule), _stage(compiler, stage))


def _severity_at_least(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    """`severity_at_least("PRO-004", "high")`: a finding of the rule is that bad or worse."""
    rule, word = _arguments(compiler, node, 2, 2)
    rule_id = _rule_id(compiler, rule)
    severity = str(word.value) if isinstance(word, ast.Constant) else ""
    if severity not in SEVERITIES:
        raise compiler.fail(word, "a severity is needed here", did_you_mean(severity, SEVERITIES))
    return BOOL, found_as_bad(rule_id, severity)


FUNCTIONS: dict[str, Builder] = {
    "any": _any,
    "all": _all,
    "count": _count,
    "len": _len,
    "min": _extreme(min),
    "max": _extreme(max),
    "abs": _abs,
    "percent_of": _percent_of,
    "known": _known,
    "at_least": _at_least,
    "finding": _finding,
    "passed": _passed,
    "finding_at": _finding_at,
    "severity_at_least": _severity_at_least,
}
