"""The shape of report.json. Its JSON Schema is published as docs/report.schema.json."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scanner.model.contracts import Contract, Governor, Safe, Timelock, Token
from scanner.model.controls import Control
from scanner.model.dao import Dao, Membership, TreasuryAccount
from scanner.model.handling import Handling
from scanner.model.kit import DisabledRule, FrameworkAssessment, PolicyVerdict, ProfileUse, SuppressionUse
from scanner.model.observation import Collection
from scanner.model.outcome import DimensionSummary, Finding, Outcome, RuleSummary, ScenarioAssessment
from scanner.model.passages import Passage
from scanner.model.proposals import Proposal
from scanner.model.simulation import Simulation
from scanner.model.snapshot import Gap, PinnedBlock, RoundTrips, Target
from scanner.model.values import Int, Model


class Tool(Model):
    """What made the report."""

    name: str
    version: str
    snapshot_schema_version: str


class Input(Model):
    """Something that went in, by SHA-256."""

    name: str = Field(description="snapshot, a rule pack, scenarios, policy, a list, a folder of sources")
    sha256: str = Field(description="64 lower-case hex digits")


class OutcomeCounts(Model):
    """How many outcomes of each kind."""

    finding: Int
    passed: Int
    unknown: Int
    not_applicable: Int
    error: Int


class Coverage(Model):
    """What was read and judged, and what was not."""

    contracts: Int
    contracts_complete: bool = Field(description="false: there may be more contracts than were found")
    contracts_with_source: Int = Field(description="source matched to the deployed code, or asserted by the verifier")
    contracts_source_matched: Int = Field(description="source compared with the deployed code and equal")
    contracts_not_verified: Int
    contracts_other_bytecode: Int
    contracts_verification_unknown: Int = Field(description="for instance because the explorer was down")
    controls: Int
    controls_complete: bool
    controls_unresolved: Int = Field(description="lines of control whose end is not known")
    proposals: Int
    proposals_complete: bool
    rules_run: Int
    outcomes: OutcomeCounts
    decided_bps: Int = Field(description="findings and passes among outcomes that apply, in hundredths of a percent")
    gaps: Int
    lists: Int = Field(description="editions of address lists that direct counterparties were compared with")
    lists_outdated: Int = Field(description="lists whose newest edition is older than 30 days, or carries no date")
    on_chain_unknowns: Int = Field(description="unknown outcomes for want of an on-chain fact")
    round_trips: RoundTrips
    rules: tuple[RuleSummary, ...]


class Governance(Model):
    """The DAO's own machinery."""

    dao: Dao
    governors: Collection[Governor]
    timelocks: Collection[Timelock]
    tokens: Collection[Token]
    safes: Collection[Safe]


class Report(Model):
    """A report on one DAO at pinned blocks: what its structure allows. Not an accusation, not legal advice."""

    schema_version: Literal["1"] = "1"
    lang: str = Field(description="language of the texts (BCP 47); ids, conditions and text from the chain have none")
    tool: Tool
    inputs: tuple[Input, ...]
    handling: Handling = Field(description="how far it may be passed on (Traffic Light Protocol 2.0)")
    as_of: Int = Field(description="seconds since 1970; every age is counted from it")
    target: Target
    blocks: tuple[PinnedBlock, ...]
    coverage: Coverage
    dimensions: tuple[DimensionSummary, ...]
    scenarios: tuple[ScenarioAssessment, ...]
    findings: tuple[Finding, ...]
    outcomes: tuple[Outcome, ...]
    contracts: Collection[Contract]
    controls: Collection[Control]
    governance: Governance
    membership: Membership
    treasury: Collection[TreasuryAccount]
    proposals: Collection[Proposal]
    simulations: Collection[Simulation]
    passages: Collection[Passage] = Field(description="who may call what, checked by calls in the holders' names")
    gaps: tuple[Gap, ...]
    profile: ProfileUse | None = Field(description="what the report was re-ordered and chosen by; null for nothing")
    disabled: tuple[DisabledRule, ...] = Field(description="rules that did not run because the user left them out")
    suppressions: tuple[SuppressionUse, ...] = Field(description="entries of the suppression file, in its order")
    frameworks: tuple[FrameworkAssessment, ...] = Field(description="the authors' mapping; no legal advice")
    policy: PolicyVerdict | None = Field(description="the reader's own; it decides the exit code; null for none")
