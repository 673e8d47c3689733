"""Compile a condition about a governor and evaluate it on named facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.judge.facts import TestWorld
from scanner.judge.language.compiler import Scope, compile_condition, compile_value
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.source import Text
from scanner.judge.language.world import Facts, Ref
from scanner.judge.yaml_strict import Mark
from scanner.model.observation import Collection, Known, Reason


def _facts(record: str, **values: Any) -> Facts:
    facts = Facts(record, reason=Reason.NOT_READ, detail="")
    for name, value in values.items():
        known = isinstance(value, (Collection, Facts))
        setattr(facts, name, value if known else Known[Any](value=value, evidence=()))
    return facts


def _items(record: str, rows: list[dict[str, Any]], *, complete: bool = True) -> Collection[Any]:
    items = tuple(_facts(record, **row) for row in rows)
    return Collection[Any](items=items, complete=complete, reason="" if complete else "limit")


def _compile(text: str, *, outcomes: bool = False, condition: bool = False) -> Any:
    scope = Scope(model_schema(), model_schema().roots("governor"), outcomes=outcomes)
    compile_ = compile_condition if condition else compile_value
    return compile_(Text(text, Mark("rule.yaml", 4, 9)), scope)


def _evaluate(text: str, governor: Facts | None = None, dao: Facts | None = None, **outcomes: str) -> Any:
    compiled = _compile(text, outcomes=bool(outcomes))
    roots = [
        Ref("governor", governor or _facts("Governor")),
        Ref("dao", dao or _facts("Dao")),
        Ref("membership", _facts("Membership")),
    ]
    world = TestWorld({name.replace("_", "-"): word for name, word in outcomes.items()})
    return compiled.closure(compiled.start(world, roots))


@pytest.fixture(scope="session")
def facts() -> Callable[..., Facts]:
    return _facts


@pytest.fixture(scope="session")
def items() -> Callable[..., Collection[Any]]:
    return _items


@pytest.fixture(scope="session")
def compile_text() -> Callable[..., Any]:
    return _compile


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., Any]:
    return _evaluate
