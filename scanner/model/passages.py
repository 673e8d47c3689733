"""Who may call what: the guards of every contract, their holders now, and whether the chain agrees."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind
from scanner.model.later import NOT_KEPT
from scanner.model.observation import Collection, IntObs
from scanner.model.values import Address, Model


def _empty(value: Any) -> bool:
    return not value


class GuardHolder(Model):
    """An address that a guard lets pass, and who stands behind it."""

    address: Address
    kind: ActorKind = Field(description="the weakest actor behind it")
    actors: tuple[ActorKind, ...] = Field(description="every kind of actor behind it, the weakest first")
    label: str
    delay_seconds: IntObs = Field(description="shortest time until that weakest actor's call takes effect")


class Passage(Model):
    """Functions of one contract that stand behind the same guard, with the same holders and the same check."""

    contract: Address
    functions: tuple[str, ...] = Field(description="canonical signatures; selectors where there is no source")
    guard: str = Field(
        description="caller: an office that the state names; anyone; members: units or votes; argument: whom the state "
        "names for an argument; signatures; once: an initializer; payment; unknown; claim: a view that "
        "names somebody whom every function refuses"
    )
    asks: str = Field(description="what the functions ask of their caller, in the code's own names; empty for nothing")
    read_from: str = Field(default="", description="view or slot that says who passes", exclude_if=_empty)
    holders: tuple[GuardHolder, ...] = Field(default=(), exclude_if=_empty)
    complete: bool = Field(default=True, description="false: there may be more holders, and `reason` says why")
    reason: str = Field(default="", exclude_if=_empty)
    checked: str = Field(
        description="passed: holders pass and strangers and other holders do not; refused: nobody holds it and nobody "
        "passes; contradicted; not-checkable; not-asked: nothing stands in the state that a call could show"
    )
    detail: str = Field(default="", description="more about the check", exclude_if=_empty)
    evidence: tuple[Evidence, ...] = Field(description="what the guard reads, then the calls that check it")


NO_PASSAGES = Collection[Passage](items=(), complete=False, reason=NOT_KEPT.detail)
"""What stands for the passages of a snapshot that was taken before they were read."""
