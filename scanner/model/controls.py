"""Who can do what: holders and control edges."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import BoolObs, IntObs, StrObs
from scanner.model.values import Address, Model


class Holder(Model):
    """An address that holds a role, and what it turned out to be."""

    address: Address
    kind: ActorKind
    label: str = Field(description="for instance 'Safe 3 of 5'; empty when there is nothing to say")
    evidence: tuple[Evidence, ...]


class Control(Model):
    """Actor X can do capability C on contract Y, via path P, after delay D."""

    actor: Address = Field(description="the address in which the path ends; zero for anyone")
    actor_kind: ActorKind
    actor_label: str
    capability: Capability
    contract: Address
    contract_label: str
    path: tuple[str, ...] = Field(description="the steps from actor to contract, in words")
    delay_seconds: IntObs = Field(description="delays added up along the path")
    bypasses_vote: BoolObs = Field(description="no vote of the members stands on this path")
    signers_needed: IntObs = Field(
        description="keys that must act: 1 for an EOA, the threshold for a multisig, 0 for anyone"
    )
    guard: StrObs = Field(description="what the contract checks")
    evidence: tuple[Evidence, ...]
