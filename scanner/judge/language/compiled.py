"""What compiling a condition gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scanner.judge.language.source import Text
from scanner.judge.language.types import Type
from scanner.judge.language.world import Ref, Run, World

Closure: TypeAlias = Callable[[Run], Any]

_NOTHING = Ref("", None)
"""Stands in a loop variable's slot until the loop begins."""


@dataclass(frozen=True)
class Compiled:
    """A checked condition. `fields`: the (record, field) pairs it can read; `rule_ids`: the rules it asks."""

    text: Text
    type: Type
    closure: Closure
    slots: int
    fields: frozenset[tuple[str, str]] = frozenset()
    rule_ids: frozenset[str] = frozenset()

    def start(self, world: World, roots: list[Ref]) -> Run:
        """Return a run with room for this condition's variables; `roots` in the order of the schema's roots."""
        return Run(world, roots + [_NOTHING] * (self.slots - len(roots)))


@dataclass
class Notes:
    """What the compiler writes down on its way."""

    fields: set[tuple[str, str]] = field(default_factory=set)
    rule_ids: set[str] = field(default_factory=set)
