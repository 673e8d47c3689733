"""What compiling a condition gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from scanner.judge.language.source import Text
from scanner.judge.language.types import Type
from scanner.judge.language.world import MAX_STEPS, Items, Ref, Run, Step, World, follow, read_field, read_items

Closure: TypeAlias = Callable[[Run], Any]


@dataclass(frozen=True)
class Compiled:
    """A checked condition. `fields`: the (record, field) pairs it can read; `rule_ids`: the rules it asks."""

    text: Text
    type: Type
    closure: Closure
    slots: int
    fields: frozenset[tuple[str, str]] = frozenset()
    rule_ids: frozenset[str] = frozenset()

    @cached_property
    def line(self) -> str:
        """The condition as one line."""
        return " ".join(self.text.text.split())

    def start(self, world: World, roots: Sequence[Ref]) -> Run:
        """Return a run with room for this condition's variables; `roots` in the order of the schema's roots."""
        return Run(world, roots, self.slots)


@dataclass
class Notes:
    """What the compiler writes down on its way."""

    fields: set[tuple[str, str]] = field(default_factory=set)
    rule_ids: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Constant:
    """A closure that always gives the same."""

    value: Any

    def __call__(self, at: Run) -> Any:
        return self.value


@dataclass(frozen=True)
class Place:
    """A closure that gives a record: a variable, and the fields that lead on from it."""

    slot: int
    path: tuple[Step, ...] = ()

    def __call__(self, at: Run) -> Ref:
        return follow(at.world, at.slots[self.slot], self.path)


def with_budget(closure: Closure) -> Closure:
    """Return a closure that has all steps to itself: one for every item that a loop looks at."""

    def run(at: Run) -> Any:
        at.steps = MAX_STEPS
        return closure(at)

    return run


def scalar_field(place: Place, name: str) -> Closure:
    """Return a closure that reads a field and notes that it was read."""
    slot, path = place.slot, place.path
    key = ".".join([*(step.name for step in path), name])

    def read(at: Run) -> Any:
        ref = at.slots[slot]
        found = ref.reads.get(key)
        if found is None:
            found = ref.reads[key] = read_field(follow(at.world, ref, path), name)
        at.trace.append(found)
        return found.value

    return read


def items_field(place: Place, step: Step) -> Closure:
    """Return a closure that reads a collection; looking at its items is what gets noted."""
    slot, path = place.slot, place.path
    key = ".".join([*(one.name for one in path), step.name])

    def read(at: Run) -> Items:
        ref = at.slots[slot]
        found = ref.items.get(key)
        if found is None:
            found = ref.items[key] = read_items(at.world, follow(at.world, ref, path), step)
        return found

    return read
