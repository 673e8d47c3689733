"""The largest holders of a token: contracts by what they are, people as a sum."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.observation import IntObs, StrObs
from scanner.model.values import Address, Model


class HolderKind(StrEnum):
    """What a contract that holds units is."""

    TREASURY = "treasury"
    TIMELOCK = "timelock"
    GOVERNOR = "governor"
    TOKEN = "token"
    SAFE = "safe"
    POOL = "pool"
    EXCHANGE = "exchange"
    ESCROW = "escrow"
    STAKING = "staking"
    VESTING = "vesting"
    VAULT = "vault"
    WRAPPER = "wrapper"
    BRIDGE = "bridge"
    BURN = "burn"
    LABELLED = "labelled"


class HolderBasis(StrEnum):
    """What tells it: who else says so, or the contract alone."""

    PART = "part"
    LIST = "list"
    CONSTANT = "constant"
    CHECKED = "checked"
    ANSWERS = "answers"
    NONE = "none"


class TopHolder(Model):
    """A contract among the ten largest balances, or an address that nobody can have a key of."""

    address: Address
    units: IntObs = Field(description="in the token's smallest unit, as the token says at the pinned block")
    share_bps: IntObs = Field(description="share of total supply in hundredths of a percent, rounded down")
    kind: StrObs = Field(
        description="a HolderKind; unknown where nothing but the contract's own word tells it, or nothing"
    )
    basis: StrObs = Field(
        description="what tells the kind: part (of this DAO), list (of labelled addresses), constant, checked (with "
        "another contract or known code), answers (its own, and they agree with what it holds), none"
    )
    claims: str = Field(description="a HolderKind that its answers claim and nothing confirms; empty for none")
    label: str = Field(description="what it is called")
    in_scope: bool = Field(description="this scan looked at it as a part of the DAO, or because one names it")
    treasury: bool = Field(description="one of the DAO's treasuries")
    evidence: tuple[Evidence, ...]
