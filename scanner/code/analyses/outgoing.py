"""What leaves a contract: functions that pay out, and functions through which it acts on whatever its caller names."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.code.analyses.guards import effect_guard, lasting, once_only, pulls_from_caller
from scanner.code.analyses.program import Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import Way
from scanner.code.analyses.values import DATA, NOTHING, Labels

_PAYS = frozenset({"transfer", "transferFrom", "safeTransfer", "safeTransferFrom", "safeBatchTransferFrom"})
_ALLOWS = frozenset(
    {"approve", "safeApprove", "forceApprove", "safeIncreaseAllowance", "increaseAllowance", "setApprovalForAll"}
)
_FREE = ("low-level", "delegatecall")
_BYTES = re.compile(r"\bbytes\b")


def paying_ways(program: Program) -> list[Way]:
    """Return the ways in which native coin or tokens leave the contract, or are let be taken."""
    return _ways(program, pays)


def acting_ways(program: Program) -> list[Way]:
    """Return the ways to make the contract call what the caller names, or hand on calldata of the caller's."""
    return _ways(program, acts)


def _ways(program: Program, wanted: Callable[[Effect], bool]) -> list[Way]:
    return [
        (entry, effect_guard(entry, effect), effect.node)
        for entry in program.changing
        if not once_only(program, entry)
        for effect in entry.effects
        if wanted(effect) and lasting(entry, effect)
    ]


def pays(effect: Effect) -> bool:
    """Whether something of the contract's own leaves by this effect."""
    if effect.kind in ("send", "selfdestruct", *_FREE):
        return True
    if effect.kind != "call" or pulls_from_caller(effect):
        return False
    return effect.sent != NOTHING or effect.name in _PAYS | _ALLOWS


def acts(effect: Effect) -> bool:
    """Whether the caller chooses what is called, or calldata that another contract is handed with a target."""
    if effect.kind in _FREE:
        return _chosen(effect.target)
    handed = effect.kind == "call" and "address" in effect.signature and _BYTES.search(effect.signature) is not None
    return handed and _chosen(effect.all_inputs)


def _chosen(labels: Labels) -> bool:
    return any(label[0] == "arg" or label == DATA for label in labels)
