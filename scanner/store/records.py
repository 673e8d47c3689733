"""What goes into the store and comes out of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from scanner.model.observation import Known, Reason, Unknown
from scanner.model.outcome import Assessment, Dimension, DimensionSummary, Outcome, Severity, Status
from scanner.model.snapshot import Snapshot


class ScanKey(NamedTuple):
    """What makes a scan one: the same key is never scanned twice."""

    chain_id: int
    target: str
    block_hash: str
    inputs: str
    tool_version: str

    @property
    def digest(self) -> str:
        """SHA-256 of the key, hex."""
        return hashlib.sha256(json.dumps(list(self)).encode()).hexdigest()


@dataclass(frozen=True)
class ScanRow:
    """A scan that is in the store."""

    id: int
    key: ScanKey
    block_number: int
    name: str
    as_of: int
    status: str
    error_kind: str
    error: str
    snapshot: str


@dataclass(frozen=True)
class Strip:
    """The latest good scan of a target with what the latest judgement says; the latest failed one where all failed.

    `exit_code` is None where it was not judged. `failed` is a scan that ended in an error after the good one.
    """

    scan: ScanRow
    worst: str
    exit_code: int | None
    dimensions: tuple[DimensionSummary, ...]
    severities: Mapping[Severity, int]
    failed: ScanRow | None = None

    @property
    def problem(self) -> str:
        """Why nothing, or nothing newer, could be scanned; empty where the latest scan is good."""
        newest = self.failed or self.scan
        return newest.error if newest.status == "error" else ""


@dataclass(frozen=True)
class Failed:
    """A scan that ended without a snapshot."""

    kind: str
    reason: str


@dataclass(frozen=True)
class JudgedRow:
    """What a judgement keeps: counts by dimension, and every outcome but passes and what does not apply."""

    rules: str
    worst: str
    exit_code: int
    findings: int
    undecided: int
    dimensions: tuple[dict[str, object], ...]
    outcomes: tuple[dict[str, object], ...]


KEPT = (Status.FINDING, Status.UNKNOWN, Status.ERROR)


def judged_row(assessment: Assessment, exit_code: int, rules: str) -> JudgedRow:
    """Return what the store keeps of an assessment; `rules` is the digest of everything that judged."""
    severities = [one.severity for one in assessment.findings if one.severity]
    outcomes = [one for one in assessment.outcomes if one.status in KEPT]
    return JudgedRow(
        rules=rules,
        worst=max(severities, key=lambda one: one.rank).value if severities else "",
        exit_code=exit_code,
        findings=len(assessment.findings),
        undecided=sum(one.status is not Status.FINDING for one in outcomes),
        dimensions=tuple(
            {
                "dimension": one.dimension.value,
                "worst": _value(one.worst),
                "worst_title": storable(one.worst_title),
                "worst_undecided": _value(one.worst_undecided),
                "stages": json.dumps(list(one.stages)),
                "findings": one.findings,
                "accepted": one.accepted,
                "unknowns": one.unknowns,
                "errors": one.errors,
                "passes": one.passes,
                "not_applicable": one.not_applicable,
            }
            for one in assessment.dimensions
        ),
        outcomes=tuple(_outcome(one) for one in outcomes),
    )


def _outcome(one: Outcome) -> dict[str, object]:
    return {
        "rule_id": one.rule_id,
        "subject_id": one.subject.id,
        "subject_kind": one.subject.kind,
        "subject_label": storable(one.subject.label),
        "subject_address": _address(one.subject.kind, one.subject.id),
        "status": one.status.value,
        "severity": _value(one.severity),
        "stage": one.stage.value if one.stage else "",
        "undecided_severity": _value(one.undecided_severity),
        "on_chain_gap": one.on_chain_gap,
        "message": storable(one.message),
        "reason": storable(one.reason),
    }


def summary_of(row: Mapping[str, Any]) -> DimensionSummary:
    """Return a row of the table `dimensions` as the cell of a summary strip."""
    dimension = Dimension(row["dimension"])
    return DimensionSummary(
        dimension=dimension,
        descriptive=dimension.descriptive,
        worst=Severity(row["worst"]) if row["worst"] else None,
        worst_title=row["worst_title"],
        stages=tuple(json.loads(row["stages"])),
        findings=row["findings"],
        accepted=row["accepted"],
        passes=row["passes"],
        unknowns=row["unknowns"],
        errors=row["errors"],
        not_applicable=row["not_applicable"],
        worst_undecided=Severity(row["worst_undecided"]) if row["worst_undecided"] else None,
    )


def _value(severity: Severity | None) -> str:
    return severity.value if severity else ""


def _address(kind: str, subject_id: str) -> str:
    """Return the contract that a subject is, or that a line of control leads to; empty for one of neither kind."""
    account, separator, _ = subject_id.partition("#")
    return "" if separator and kind != "control" else account.rpartition(":")[2]


def contract_rows(snapshot: Snapshot) -> list[dict[str, object]]:
    """Return what the store keeps of each contract in scope."""
    return [
        {
            "address": one.address,
            "label": storable(one.label),
            "roles": ",".join(role.value for role in one.roles),
            "codehash": _known(one.codehash),
            "source_id": _known(one.source_id),
            "verification": _known(one.verification) or "",
        }
        for one in {one.address: one for one in snapshot.contracts.items}.values()
    ]


def sources_missing(snapshot: Snapshot) -> str:
    """Return what an explorer said that had no answer about a contract, empty where all answered."""
    for one in snapshot.contracts.items:
        if isinstance(one.verification, Unknown) and one.verification.reason is Reason.EXPLORER_DOWN:
            return storable(one.verification.detail) or "an explorer did not answer"
    return ""


def _known(value: Known[str] | Unknown) -> str | None:
    return storable(value.value) if isinstance(value, Known) else None


def storable(text: str) -> str:
    """Return text from a chain as every database takes it: PostgreSQL knows no NUL, neither knows lone surrogates."""
    return text.replace("\0", "\u2400").encode("utf-8", "replace").decode()
