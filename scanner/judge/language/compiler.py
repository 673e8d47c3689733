"""Check a condition against the schema and compile it to closures. Nothing is ever handed to `eval`."""

from __future__ import annotations

from scanner.judge.language.compiled import Compiled, with_budget
from scanner.judge.language.functions import FUNCTIONS
from scanner.judge.language.source import Text, parse
from scanner.judge.language.types import Kind
from scanner.judge.language.walk import Compiler, Scope, with_article

__all__ = ["Compiler", "Scope", "compile_condition", "compile_value"]


def compile_condition(text: Text, scope: Scope) -> Compiled:
    """Return a checked true/false condition. RuleError with place, caret and hint."""
    compiled = compile_value(text, scope)
    if compiled.type.kind is not Kind.BOOL:
        raise text.error(f"a condition must be true or false, this is {with_article(compiled.type)}", hint="compare it")
    return compiled


def compile_value(text: Text, scope: Scope) -> Compiled:
    """Return a checked expression of any type."""
    compiler = Compiler(text, scope, FUNCTIONS)
    type_, closure = compiler.visit(parse(text))
    if compiler.slots > max(1, len(scope.roots)):
        closure = with_budget(closure)
    notes = compiler.notes
    return Compiled(text, type_, closure, compiler.slots, frozenset(notes.fields), frozenset(notes.rule_ids))
