"""All ways through a contract's code, and what it does to others on those that do not revert."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from scanner.code.evm.codes import JUMPDEST
from scanner.code.evm.memory import TooLarge
from scanner.code.evm.steps import STEPS
from scanner.code.evm.way import Made, NotFollowed, Outside, Reverted, Setting, Way


@dataclass(frozen=True)
class Limits:
    """How far code is followed: steps and ways in all, turns (JUMPDESTs) of one way, bytes of its memory.

    `merges`: a way that comes where another was, with the same known, is left. Not for who asks where the unknown
    comes from.
    """

    steps: int
    ways: int
    turns: int
    memory: int
    merges: bool


@dataclass(frozen=True)
class Walked:
    """What code does to others, in the order in which it is met; what is done on one way of several is among it.

    `ways`: how many ways end well. `missing` says what could not be followed, if anything. `steps`: what it took.
    """

    made: tuple[Made, ...]
    ways: int
    missing: str = ""
    steps: int = 0


@dataclass
class _Walk:
    limits: Limits
    todo: list[Way]
    seen: set[Hashable]
    left: int
    begun: int = 1
    missing: str = ""

    def follow(self, way: Way) -> None:
        """Follow one way to its end, keeping those that part from it for later. Raises Reverted or NotFollowed."""
        code, memory = way.setting.code, way.memory
        end = len(code)
        while not way.ended and way.at < end:
            self.left -= 1 + memory.work
            memory.work = 0
            if self.left <= 0:
                raise NotFollowed(f"it takes more than {self.limits.steps} steps")
            number = code[way.at]
            if number == JUMPDEST:
                self._turn(way)
            way.at += 1
            other = STEPS[number](way)
            if other is not None:
                self._part(other)

    def _turn(self, way: Way) -> None:
        way.turns += 1
        if way.turns > self.limits.turns:
            raise NotFollowed(f"it goes round more than {self.limits.turns} times")
        if self.limits.merges and self.begun > 1:
            mark = way.mark()
            if mark in self.seen:
                raise Reverted
            self.seen.add(mark)

    def _part(self, other: Way) -> None:
        self.begun += 1
        if self.begun <= self.limits.ways:
            self.todo.append(other)
        else:
            raise NotFollowed(f"it has more than {self.limits.ways} ways")


def walk(setting: Setting, outside: Outside, limits: Limits) -> Walked:
    """Follow the code from its beginning. Never raises, for any bytes."""
    found: dict[Made, int] = {}
    state = _Walk(limits, [Way.into(setting, outside, limits.memory)], set(), limits.steps)
    ways = 0
    while state.todo and not (state.missing and state.left <= 0):
        way = state.todo.pop()
        try:
            state.follow(way)
        except Reverted:
            continue
        except NotFollowed as error:
            state.missing = state.missing or str(error)
        except TooLarge:
            state.missing = state.missing or "it works with more memory than is followed"
        else:
            ways += 1
        _count(found, way.made)
    made = tuple(one for one, times in found.items() for _ in range(times))
    return Walked(made, ways, state.missing, limits.steps - state.left)


def _count(found: dict[Made, int], made: tuple[Made, ...]) -> None:
    """Keep each call as often as the way that makes it most often."""
    mine: dict[Made, int] = {}
    for one in made:
        mine[one] = mine.get(one, 0) + 1
    for one, times in mine.items():
        found[one] = max(found.get(one, 0), times)
