"""Anonymous groups and content pointers: features that belong to a place of their own."""

from __future__ import annotations

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.later import NOT_KEPT
from scanner.model.observation import AddressObs, BoolObs, IntObs, StrObs
from scanner.model.values import Address, Int, Model


class Group(Model):
    """A set whose members prove that they belong to it without showing which member they are (Semaphore)."""

    kept_by: Address = Field(description="the contract that keeps the set; it may keep many")
    number: Int = Field(description="which of its sets")
    used_by: Address = Field(description="the DAO's contract that names the set")
    used_by_label: str
    admin: AddressObs = Field(description="who may add members, as the keeper's logs say")
    admitted_by: StrObs = Field(
        description="weakest ActorKind that can make the admin add a member; anyone where joining is open"
    )
    admission_guard: StrObs = Field(description="guard of joining at the admin's contract (Guard)")
    member_count: IntObs
    decides_over_assets: BoolObs = Field(description="what the set's members decide moves assets or makes calls")
    evidence: tuple[Evidence, ...]


class Content(Model):
    """Where what a contract's tokens show is kept, and who can change the pointer. Never what it shows."""

    scheme: StrObs = Field(
        default=NOT_KEPT,
        description="none, ipfs, ipns, arweave, swarm, data, web3, https, other: scheme of the pointer it answers",
    )
    setter_guard: StrObs = Field(
        default=NOT_KEPT, description="guard of replacing the pointer (Guard); no-function when it is fixed"
    )
    blob: BoolObs = Field(
        default=NOT_KEPT, description="the account is no program: its code begins with STOP and holds data (SSTORE2)"
    )
