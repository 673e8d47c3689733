"""The snapshot: everything observed, at pinned blocks, with its evidence. It is a file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scanner.model.contracts import Contract, Governor, Safe, Timelock, Token
from scanner.model.controls import Control
from scanner.model.dao import Dao, Membership, TreasuryAccount
from scanner.model.observation import Collection, Reason
from scanner.model.passages import NO_PASSAGES, Passage
from scanner.model.proposals import Proposal
from scanner.model.simulation import Simulation, not_simulated
from scanner.model.values import Address, HexBytes, Int, Model


class Target(Model):
    """What the user asked about."""

    chain_id: Int
    address: Address
    name: str = Field(description="given by the user, else empty")

    @property
    def caip10(self) -> str:
        """The account id of CAIP-10."""
        return f"eip155:{self.chain_id}:{self.address}"


class PinnedBlock(Model):
    """The one block of a chain at which everything was read."""

    chain_id: Int
    number: Int
    hash: HexBytes
    timestamp: Int
    state_root: HexBytes


class Gap(Model):
    """Something that could not be obtained, and why."""

    subject: str = Field(description="an address or a short name")
    what: str
    reason: Reason
    detail: str


class InputDigest(Model):
    """Something else that went in, by SHA-256: a list, a folder of sources."""

    name: str
    sha256: HexBytes


class SourceFile(Model):
    """One file of a source bundle, as the verifier gave it."""

    path: str
    content: str


class SourceBundle(Model):
    """One verified standard-JSON input."""

    source_id: str = Field(description="SHA-256 of the canonical standard JSON, hex")
    contract_name: str
    contract_path: str = Field(
        default="", description="file that holds the contract; empty when the verifier did not say"
    )
    compiler: str
    provider: str
    settings_json: str = Field(description="the settings of the standard JSON, canonical")
    language: str
    files: tuple[SourceFile, ...]


class RoundTrips(Model):
    """What the scan asked of the node and of the explorers."""

    node_requests: Int = Field(description="HTTP requests to the node")
    node_reads: Int = Field(description="single JSON-RPC calls inside them")
    cached_reads: Int
    explorer_requests: Int


class Snapshot(Model):
    """A DAO as it was at the pinned block."""

    schema_version: Literal["1"] = "1"
    tool_version: str
    as_of: Int = Field(description="seconds since 1970; every age is counted from it")
    target: Target
    blocks: tuple[PinnedBlock, ...]
    inputs: tuple[InputDigest, ...]
    dao: Dao
    governors: Collection[Governor]
    timelocks: Collection[Timelock]
    tokens: Collection[Token]
    safes: Collection[Safe]
    contracts: Collection[Contract]
    controls: Collection[Control]
    membership: Membership
    treasury: Collection[TreasuryAccount]
    proposals: Collection[Proposal]
    simulations: Collection[Simulation] = Field(
        default_factory=not_simulated, description="of the proposals that are open; empty without --simulate"
    )
    passages: Collection[Passage] = Field(default=NO_PASSAGES, description="who may call what, checked by calls")
    gaps: tuple[Gap, ...]
    sources: tuple[SourceBundle, ...]
    round_trips: RoundTrips
