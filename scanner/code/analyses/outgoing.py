"""What leaves a contract: functions that pay out, and functions through which it acts on whatever its caller names."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.code.analyses.guards import effect_guard, lasting, once_only, pulls_from_caller
from scanner.code.analyses.program import Program
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.token import Way
from scanner.code.analyses.values import DATA, NOTHING, THIS, Labels

_PAYS = {
    **dict.fromkeys(("transfer", "safeTransfer", "approve", "safeApprove", "forceApprove", "setApprovalForAll"), 0),
    **dict.fromkeys(("safeIncreaseAllowance", "increaseAllowance"), 0),
    **dict.fromkeys(("transferFrom", "safeTransferFrom", "safeBatchTransferFrom"), 1),
}
"""Functions of tokens that give something away, and which argument says to whom."""

PAYMENTS = frozenset(_PAYS)

_FREE = ("low-level", "delegatecall")
_BYTES = re.compile(r"\bbytes\b")


def paying_ways(program: Program) -> list[Way]:
    """Return the ways in which native coin or tokens leave the contract, or are let be taken, for somebody who is not
    written down for good."""
    settled = _settled(program)
    return _ways(program, lambda effect: any(not _fixed(one, settled) for one in receivers(effect)))


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


def receivers(effect: Effect) -> tuple[Labels, ...]:
    """Return who gets something of the contract's own by this effect; nobody for any other effect."""
    if effect.kind in ("send", "selfdestruct", *_FREE):
        return (effect.target,)
    if effect.kind != "call" or pulls_from_caller(effect):
        return ()
    place = _PAYS.get(effect.name)
    if place is not None and len(effect.inputs) > place:
        return (effect.inputs[place],)
    return (effect.target,) if effect.sent != NOTHING else ()


def _settled(program: Program) -> frozenset[str]:
    """Return the state variables that no function writes any more."""
    written = {effect.name for one in program.changing if not once_only(program, one) for effect in one.writes()}
    names = {str(variable.name) for variable in program.unit.contract.state_variables}
    return frozenset(names - {name.partition(".")[0] for name in written})


def _fixed(receiver: Labels, settled: frozenset[str]) -> bool:
    """Whether a receiver is written in the code, or in state that nothing writes."""
    return bool(receiver) and all(
        label == THIS or label[0] == "const" or (label[0] == "state" and not label[2] and str(label[1]) in settled)
        for label in receiver
    )


def acts(effect: Effect) -> bool:
    """Whether the caller chooses what is called, or calldata that another contract is handed with a target."""
    if effect.kind in _FREE:
        return _chosen(effect.target)
    handed = effect.kind == "call" and "address" in effect.signature and _BYTES.search(effect.signature) is not None
    return handed and _chosen(effect.all_inputs)


def _chosen(labels: Labels) -> bool:
    return any(label[0] == "arg" or label == DATA for label in labels)
