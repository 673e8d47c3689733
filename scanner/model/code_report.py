"""What `daoscan code` says about a repository: contracts by file and line, before any of them has an address."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scanner.model.kinds import Stage
from scanner.model.observation import Reason
from scanner.model.outcome import Condition, Confidence, Dimension, Remediation, Severity, Status
from scanner.model.values import HexBytes, Model


class CodePlace(Model):
    """Lines of a file; the path is from the repository's folder."""

    file: str
    first_line: int
    last_line: int
    sha256: HexBytes = Field(description="of the file's bytes")


class CodeContract(Model):
    """A contract that was analysed, or that could not be."""

    name: str
    kind: str = Field(description="governor, token or contract, by what its code does")
    place: CodePlace
    compiler: str
    analysed: bool
    reason: str = Field(description="why it was not analysed; empty when it was")


class CodeFinding(Model):
    """A finding. The first place is in the repository's own code."""

    rule_id: str
    rule_name: str
    title: str
    dimension: Dimension
    severity: Severity | None
    stage: Stage | None
    at_least: bool
    confidence: Confidence
    contract: str
    message: str
    places: tuple[CodePlace, ...]
    conditions: tuple[Condition, ...]
    suppressed: bool
    why: str
    legitimate_use: str
    remediation: Remediation
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    fingerprint: str


class CodeOutcome(Model):
    """What a rule said about a contract, or about the repository."""

    rule_id: str
    subject: str
    status: Status
    severity: Severity | None
    undecided_severity: Severity | None
    reason: str


class CodeUnit(Model):
    """Files that one compiler read together."""

    compiler: str
    source_id: str
    files: tuple[str, ...]


class BrokenFile(Model):
    """A file of which nothing is known, why, and what to do about it."""

    file: str
    reason: Reason
    detail: str
    hint: str


class CodeInput(Model):
    """Something that went in, by SHA-256."""

    name: str
    sha256: str


class CodeReport(Model):
    """A repository as it was read."""

    schema_version: Literal["1"] = "1"
    tool_version: str
    project: str = Field(description="foundry, hardhat, plain or standard-json")
    folder: str = Field(description="of the project in the repository; empty for the repository's own")
    left_out: int = Field(description="tests and scripts, which are not analysed")
    units: tuple[CodeUnit, ...]
    contracts: tuple[CodeContract, ...]
    broken: tuple[BrokenFile, ...]
    findings: tuple[CodeFinding, ...]
    outcomes: tuple[CodeOutcome, ...] = Field(description="all but not-applicable ones, by rule and subject")
    not_applicable: int = Field(description="outcomes of rules that ask for a deployed DAO, or do not apply")
    inputs: tuple[CodeInput, ...]
