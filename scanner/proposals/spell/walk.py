"""All ways through a contract's code, and what it calls on those that do not revert."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.proposals.spell.codes import JUMPDEST
from scanner.proposals.spell.machine import Made, NotFollowed, Reverted, Setting, Way

MAX_STEPS = 250_000
MAX_WAYS = 512


@dataclass(frozen=True)
class Walked:
    """What code does to others, in the order in which it is met; what is done on one way of several is among it.

    `ways`: how many ways end well. `missing` says what could not be followed, if anything. `steps`: what it took.
    """

    made: tuple[Made, ...]
    ways: int
    missing: str = ""
    steps: int = 0


def walk(setting: Setting) -> Walked:
    """Follow the code from its beginning. Never raises, for any bytes."""
    found: dict[Made, int] = {}
    todo = [Way(setting)]
    seen: set[int] = set()
    missing, ways, begun, steps = "", 0, 1, MAX_STEPS
    while todo and not (missing and steps <= 0):
        way = todo.pop()
        try:
            while not way.ended:
                steps -= 1 + way.memory.work
                way.memory.work = 0
                if steps <= 0:
                    raise NotFollowed(f"it takes more than {MAX_STEPS} steps")
                if begun > 1 and way.at < len(setting.code) and setting.code[way.at] == JUMPDEST:
                    mark = way.mark()
                    if mark in seen:
                        raise Reverted
                    seen.add(mark)
                other = way.step()
                if other is not None:
                    begun += 1
                    if begun > MAX_WAYS:
                        raise NotFollowed(f"it has more than {MAX_WAYS} ways")
                    todo.append(other)
        except Reverted:
            continue
        except NotFollowed as error:
            missing = missing or str(error)
        else:
            ways += 1
        _count(found, way.made)
    if not ways and not missing:
        missing = "every way through it reverts, as far as its answers can be told"
    return Walked(tuple(one for one, times in found.items() for _ in range(times)), ways, missing, MAX_STEPS - steps)


def _count(found: dict[Made, int], made: tuple[Made, ...]) -> None:
    """Keep each call as often as the way that makes it most often."""
    mine: dict[Made, int] = {}
    for one in made:
        mine[one] = mine.get(one, 0) + 1
    for one, times in mine.items():
        found[one] = max(found.get(one, 0), times)
