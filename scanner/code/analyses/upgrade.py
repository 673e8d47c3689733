"""Upgrades that the code itself offers: UUPS, diamonds, delegators."""

from __future__ import annotations

import re
from typing import Any

from scanner.code.analyses.answers import weakest_way
from scanner.code.analyses.guards import Guarded, effect_guard, entry_guard, once_only
from scanner.code.analyses.program import Entry, Program
from scanner.model.observation import Known, StrObs

_UPGRADES = frozenset(
    {
        "upgradeTo", "upgradeToAndCall", "diamondCut", "setImplementation", "_setImplementation", "upgrade",
        "upgradeAndCall", "setBeacon", "setFacet", "changeImplementation", "upgradeImplementation",
        "updateImplementation",
    }
)  # fmt: skip
_SLOT = re.compile(r"^_?(implementation|impl|logic|masterCopy|singleton|beacon)(Address|_)?$", re.I)
_INTERNAL = frozenset(
    {"_upgradeToAndCallUUPS", "_upgradeToAndCall", "_upgradeTo", "upgradeTo", "upgradeToAndCall", "_setImplementation"}
)


def upgrade_guard(program: Program) -> StrObs:
    """Return the guard of the weakest function that replaces code (Guard); "no-function" where there is none.

    The derivation names every function that is as weak.
    """
    ways = upgrade_ways(program)
    found = weakest_way(program, ways)
    names = sorted({entry.signature for entry, guarded, _ in ways if guarded.guard.value == found.value})
    if len(names) < 2:
        return found
    why = found.derivation.partition(": ")[2]
    return Known(value=found.value, evidence=found.evidence, derivation=f"{', '.join(names)}: {why}")


def upgrade_ways(program: Program) -> list[tuple[Entry, Guarded, Any]]:
    """Return the functions that replace code, each with its guard."""
    ways: list[tuple[Entry, Guarded, Any]] = []
    for entry in program.changing:
        written = [e for e in entry.writes() if _SLOT.match(e.name.rsplit(".", 1)[-1])]
        if written and not once_only(program, entry):
            ways.append((entry, effect_guard(entry, written[0]), written[0].node))
        elif (entry.name in _UPGRADES or entry.summary.called & _INTERNAL) and entry.effects:
            ways.append((entry, entry_guard(entry), None))
    return ways
