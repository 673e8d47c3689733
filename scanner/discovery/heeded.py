"""What the guards that were found say about other facts: detectors' results, false claims, settings of a governor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.discovery.set_aside import behind_guards
from scanner.model.contracts import Contract, Governor
from scanner.model.controls import Control
from scanner.model.kinds import Capability
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import Passage
from scanner.model.values import changed

BY_THE_VOTE = "executor of the vote"
"""What a line of control says to be checked by where it leads from what makes the vote's calls to the governor."""

_CHECKED = ("passed", "refused", "contradicted")
_GUARDS = ("caller", "unknown", "claim")
_EVIDENCE_KEPT = 40


def heed(contracts: Sequence[Contract], passages: Collection[Passage], *, checked: bool) -> tuple[Contract, ...]:
    """Return the contracts with what their guards say of them; `checked`: calls in the holders' names were made."""
    of: dict[str, list[Passage]] = {}
    for passage in passages.items:
        of.setdefault(passage.contract, []).append(passage)
    return tuple(
        changed(contract, contradicted=_contradicted(contract, of.get(contract.address, ()), checked))
        for contract in behind_guards(contracts, passages.items)
    )


def _contradicted(contract: Contract, passages: Sequence[Passage], checked: bool) -> Known[tuple[str, ...]] | Unknown:
    """Return the functions whose guard, and the views whose answer, calls at the pinned block contradict."""
    if not checked:
        return Unknown(reason=Reason.NOT_READ, detail="no guard was checked by calls in this scan")
    false = [one for one in passages if one.checked == "contradicted"]
    if false:
        names = tuple(sorted({name for one in false for name in one.functions}))
        evidence = tuple(dict.fromkeys(item for one in false for item in one.evidence))[:_EVIDENCE_KEPT]
        words = "; ".join(sorted({one.detail for one in false if one.detail}))
        return Known(value=names, evidence=evidence, derivation=words)
    guards = [one for one in passages if one.guard in _GUARDS]
    tried = [one for one in passages if one.checked in _CHECKED]
    if guards and not tried:
        evidence = tuple(dict.fromkeys(item for one in guards for item in one.evidence))[:_EVIDENCE_KEPT]
        return Unknown(reason=Reason.UNRESOLVED, detail="no call could show whether its guards hold", evidence=evidence)
    evidence = tuple(dict.fromkeys(item for one in tried for item in one.evidence[:2]))[:_EVIDENCE_KEPT]
    words = "the calls that were made agree with its guards" if tried else "it has no guard that names a caller"
    return Known(value=(), evidence=evidence or contract.codehash.evidence, derivation=words)


def without_idle_lines(
    controls: Collection[Control], passages: Collection[Passage], governors: Iterable[Governor]
) -> Collection[Control]:
    """Return the lines of control without those around the vote that lead to a governor's settings and find none there.

    What makes the vote's calls is taken to administer its governor. Where every guard of the governor was read and none
    names it, nobody who can order it changes a setting by that; other lines say what they do.
    """
    idle = {
        governor.address
        for governor in governors
        if isinstance(governor.executor, Known) and _sets_nothing(governor, governor.executor.value, passages.items)
    }
    kept = tuple(one for one in controls.items if not (one.contract in idle and _to_settings(one)))
    return controls.model_copy(update={"items": kept})


def _to_settings(control: Control) -> bool:
    named = isinstance(control.guard, Known) and control.guard.value == BY_THE_VOTE
    return named and control.capability is Capability.SET_PARAMETERS and not control.actor_kind.is_vote


def _sets_nothing(governor: Governor, executor: str, passages: Sequence[Passage]) -> bool:
    mine = [one for one in passages if one.contract == governor.address]
    asking = [one for one in mine if one.guard in _GUARDS]
    if not mine or any(one.guard == "unknown" or not one.complete or one.checked not in _CHECKED for one in asking):
        return False
    return not any(holder.address in (executor, governor.address) for one in asking for holder in one.holders)
