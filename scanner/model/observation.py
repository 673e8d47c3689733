"""Observations: a value with its evidence, or unknown with a reason. Never None, never a default."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.values import Address, Int, Model

T = TypeVar("T")


class Reason(StrEnum):
    """Why something is unknown. The text beside it says more."""

    NOT_READ = "not-read"
    NO_CODE = "no-code"
    REVERTED = "reverted"
    NOT_SUPPORTED = "not-supported"
    UNDECODABLE = "undecodable"
    NODE_ERROR = "node-error"
    STATE_PRUNED = "state-pruned"
    NO_LOGS = "no-logs"
    LIMIT = "limit"
    NOT_VERIFIED = "not-verified"
    OTHER_BYTECODE = "other-bytecode"
    EXPLORER_DOWN = "explorer-down"
    NO_SOURCE_PROVIDER = "no-source-provider"
    COMPILER_UNAVAILABLE = "compiler-unavailable"
    COMPILE_FAILED = "compile-failed"
    ANALYSIS_NOT_RUN = "analysis-not-run"
    ANALYSIS_FAILED = "analysis-failed"
    UNRESOLVED = "unresolved"
    OFF_CHAIN = "off-chain"
    NOT_DEPLOYED = "not-deployed"
    NOT_SIMULATED = "not-simulated"
    NO_FORK = "no-fork"

    @property
    def on_chain(self) -> bool:
        """Whether a complete scan should have had it: off-chain facts never make a scan incomplete."""
        return self not in {
            Reason.OFF_CHAIN,
            Reason.NOT_VERIFIED,
            Reason.OTHER_BYTECODE,
            Reason.NOT_DEPLOYED,
            Reason.NOT_SIMULATED,
        }


class Known(Model, Generic[T]):
    """A value that was observed. `derivation` says how, when it is more than the decoded evidence."""

    status: Literal["known"] = "known"
    value: T
    evidence: tuple[Evidence, ...]
    derivation: str = ""


class Unknown(Model):
    """A value that could not be observed, and why. `evidence` holds what was seen instead (a revert, say)."""

    status: Literal["unknown"] = "unknown"
    reason: Reason
    detail: str = ""
    evidence: tuple[Evidence, ...] = ()


IntObs = Annotated[Known[Int] | Unknown, Field(discriminator="status")]
StrObs = Annotated[Known[str] | Unknown, Field(discriminator="status")]
BoolObs = Annotated[Known[bool] | Unknown, Field(discriminator="status")]
AddressObs = Annotated[Known[Address] | Unknown, Field(discriminator="status")]
NamesObs = Annotated[Known[tuple[str, ...]] | Unknown, Field(discriminator="status")]
"""Several names, for instance selectors; an empty tuple is a known "none"."""


class Collection(Model, Generic[T]):
    """Things that were found. When it is not complete there may be more, and `reason` says why.

    Over a partial collection `any` is true or unknown, `all` is false or unknown, `count` is a lower bound.
    """

    items: tuple[T, ...]
    complete: bool
    reason: str = ""
