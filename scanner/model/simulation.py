"""Simulations: what a proposal did when it was executed on a local fork of the chain."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import BoolObs, Collection, IntObs, StrObs
from scanner.model.proposals import Argument
from scanner.model.values import Address, HexBytes, Int, Model


class SimulationPath(StrEnum):
    """How a proposal was brought to its execution on the fork."""

    VOTE = "vote"
    EXECUTOR = "executor"


class Party(StrEnum):
    """What an account is to a proposal whose execution changed its balance."""

    TREASURY = "treasury"
    CONTRACT = "contract"
    PROPOSER = "proposer"
    BENEFICIARY = "beneficiary"
    ROLE_HOLDER = "role-holder"
    CREATED = "created"
    STRANGER = "stranger"
    OTHERS = "others"


class Turn(StrEnum):
    """Whether something came or went."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


class Replacement(StrEnum):
    """How code that a proposal runs can become other code before it runs."""

    NO_CODE = "no-code"
    KEY = "key"
    UPGRADE = "upgrade"
    SELFDESTRUCT = "selfdestruct"
    UNRESOLVED = "unresolved"


class BalanceChange(Model):
    """What one account has of one asset before and after the execution, in the asset's smallest unit.

    Ordinary accounts that gain or lose little are added up: `accounts` says how many, the address is zero then.
    """

    party: Party
    account: Address = Field(description="zero for several accounts that are added up")
    account_label: str
    account_kind: ActorKind = Field(description="what the account is; unresolved where that was not followed")
    accounts: Int = Field(description="1, or how many ordinary accounts are added up")
    token: Address = Field(description="zero for the chain's own currency")
    symbol: StrObs
    decimals: IntObs
    before: IntObs
    after: IntObs
    change: IntObs = Field(description="negative for a loss")
    lost_bps: IntObs = Field(description="loss as a share of what it had, in hundredths of a percent; 0 for a gain")


class RightChange(Model):
    """A role, an ownership or another right over a contract that passed from or to somebody."""

    turn: Turn
    contract: Address
    contract_label: str
    right: str = Field(description="name of the role, or the getter that names the holder, e.g. owner()")
    holder: Address
    holder_label: str
    holder_kind: ActorKind


class ControlChange(Model):
    """A line of control that is there after the execution and was not before, or the other way round."""

    turn: Turn = Field(description="changed: the same line with another delay")
    actor: Address
    actor_kind: ActorKind
    actor_label: str
    capability: Capability
    contract: Address
    contract_label: str
    path: tuple[str, ...]
    new: bool = Field(description="the actor had no line of this capability over this contract before")
    delay_before_seconds: IntObs
    delay_after_seconds: IntObs
    bypasses_vote: BoolObs


class ParameterChange(Model):
    """A number that governs the DAO, before and after."""

    contract: Address
    contract_label: str
    name: str = Field(description="the getter, e.g. votingDelay()")
    before: Int
    after: Int
    protects: bool = Field(description="a higher number gives members more time or asks for more votes")
    lowered: bool


class SlotChange(Model):
    """One storage slot or one variable of a packed slot, before and after."""

    contract: Address
    contract_label: str
    variable: str = Field(description="label in the source, with keys of mappings; empty where no layout tells")
    type: str = Field(description="as solc writes it; empty where no layout tells")
    slot: HexBytes
    before: str
    after: str


class FiredEvent(Model):
    """A log of the execution."""

    contract: Address
    contract_label: str
    event: str = Field(description="signature; the first topic where no ABI and no table knows it")
    arguments: tuple[Argument, ...]


class CreatedContract(Model):
    """A contract that the execution creates."""

    address: Address
    creator: Address
    creator_label: str
    create2: bool
    codehash: HexBytes
    size_bytes: Int


class ForeignCode(Model):
    """Code that ran in another account's storage: a delegatecall."""

    account: Address
    account_label: str
    code: Address
    code_label: str
    own_implementation: bool = Field(description="the account is a proxy and this is the implementation it names")
    code_verified: BoolObs


class ReplaceableCode(Model):
    """Code that the proposal runs and that can become other code before it does."""

    address: Address
    label: str
    how: Replacement
    detail: str
    actor_kind: ActorKind = Field(description="who can do it; unresolved where that could not be told")


class Simulation(Model):
    """One proposal that is not finished, executed on a local fork at the pinned block.

    A fact here without evidence of its own rests on the simulation's, which lists every call that was made on the fork.
    """

    governor: Address
    proposal: str = Field(description="id of the proposal")
    asked: bool = Field(default=True, description="--simulate was given and the proposal is open")
    path: StrObs = Field(description="vote: by the governor and its timelock; executor: its calls made by the executor")
    path_note: str = Field(description="why it was not the vote, or what had to be helped")
    succeeds: BoolObs = Field(
        description="a revert after time travel counts only if it reverts at the pinned block too"
    )
    revert_reason: StrObs = Field(description="empty when it succeeds")
    executed_at: IntObs = Field(description="time on the fork, in seconds since 1970")
    gas_used: IntObs
    same_now: BoolObs = Field(description="at the pinned block the same calls have the same effects")
    after: tuple[str, ...] = Field(description="open proposals that would run before and change what this one reads")
    same_after: BoolObs = Field(description="after those it has the same effects as alone")
    balances: Collection[BalanceChange]
    rights: Collection[RightChange]
    controls: Collection[ControlChange]
    parameters: Collection[ParameterChange]
    storage: Collection[SlotChange]
    events: Collection[FiredEvent]
    created: Collection[CreatedContract]
    delegatecalls: Collection[ForeignCode]
    replaceable: Collection[ReplaceableCode]
    treasury_outflow_bps: IntObs = Field(
        description="largest share of one asset that all treasuries together lose, in hundredths of a percent"
    )
    evidence: tuple[Evidence, ...]


NOT_ASKED = "--simulate was not given"
"""Why there are no simulations in most snapshots."""


def not_simulated() -> Collection[Simulation]:
    """Return what a snapshot holds when nobody asked for simulations."""
    return Collection[Simulation](items=(), complete=False, reason=NOT_ASKED)
