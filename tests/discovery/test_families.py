"""The registries against the vocabulary of the model."""

from __future__ import annotations

from scanner.discovery.executors import EXECUTORS
from scanner.discovery.families import FAMILIES
from scanner.model.kinds import GOVERNOR_FAMILIES, TIMELOCK_KINDS


def test_every_family_is_one_that_rules_may_name() -> None:
    names = [family.name for family in FAMILIES]
    assert len(set(names)) == len(names)
    assert set(names) <= set(GOVERNOR_FAMILIES)
    assert {kind.name for kind in EXECUTORS if kind.delays} <= set(TIMELOCK_KINDS)
    assert names[-1] == "unknown"
