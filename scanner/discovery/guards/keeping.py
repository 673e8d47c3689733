"""Functions that a contract's code keeps for some callers, with who they are."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.discovery.guards.doors import Door
from scanner.discovery.guards.rights import Right, right_of
from scanner.discovery.guards.trials import Guards
from scanner.discovery.world import World
from scanner.model.kinds import Guard


@dataclass(frozen=True)
class Kept:
    """Functions of one contract behind one guard about their caller. `pays`: they pay out as their caller says."""

    functions: tuple[str, ...]
    right: Right
    pays: bool = False


def kept_of(guards: Guards, world: World) -> dict[str, tuple[Kept, ...]]:
    """Return, by contract, who may call which of its functions that are kept for some callers.

    Those through which it acts on what its caller names are left out: who may call them is behind all that it does.
    """
    found: dict[str, dict[tuple[object, ...], list[Door]]] = {}
    rights: dict[Door, Right] = {}
    for door in guards.doors:
        if door.fact is None or door.fact.guard != Guard.CALLER or "act" in door.fact.powers:
            continue
        if (right := right_of(door, guards, world)) is None:
            continue
        rights[door] = right
        pays = "pay" in door.fact.powers and not _by_number(door.signature)
        found.setdefault(door.account, {}).setdefault((pays, right), []).append(door)
    return {
        address: tuple(
            Kept(tuple(sorted(door.signature for door in doors)), rights[doors[0]], bool(key[0]))
            for key, doors in sorted(groups.items(), key=lambda item: item[1][0].signature)
        )
        for address, groups in found.items()
    }


def _by_number(signature: str) -> bool:
    """Whether a function takes the number of something that is written down, and nobody's address: what was decided."""
    return signature.partition("(")[2].startswith(("uint", "bytes32")) and "address" not in signature
