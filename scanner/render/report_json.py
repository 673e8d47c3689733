"""report.json: the whole report for a machine."""

from __future__ import annotations

import json
from typing import Any

from scanner.model.outcome import Assessment
from scanner.model.snapshot import Snapshot
from scanner.render.coverage import coverage_of
from scanner.render.handling import handling_of
from scanner.render.report_model import Governance, Input, Report, Tool


def inputs_of(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str) -> tuple[Input, ...]:
    """Return every input with its SHA-256 in plain hex: the snapshot first, the others by name."""
    others = {(name, _plain(digest)) for name, digest in assessment.digests}
    others |= {(item.name, _plain(item.sha256)) for item in snapshot.inputs}
    first = Input(name="snapshot", sha256=_plain(snapshot_sha256))
    return (first, *(Input(name=name, sha256=digest) for name, digest in sorted(others)))


def _plain(digest: str) -> str:
    return digest.removeprefix("0x")


def build(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str) -> Report:
    """Return the report as a typed value."""
    return Report(
        lang=assessment.lang,
        tool=Tool(
            name="daoscan",
            version=snapshot.tool_version,
            snapshot_schema_version=snapshot.schema_version,
        ),
        inputs=inputs_of(snapshot, assessment, snapshot_sha256),
        handling=handling_of(assessment),
        as_of=snapshot.as_of,
        target=snapshot.target,
        blocks=snapshot.blocks,
        coverage=coverage_of(snapshot, assessment),
        dimensions=assessment.dimensions,
        scenarios=assessment.scenarios,
        findings=assessment.findings,
        outcomes=assessment.outcomes,
        contracts=snapshot.contracts,
        controls=snapshot.controls,
        governance=Governance(
            dao=snapshot.dao,
            governors=snapshot.governors,
            timelocks=snapshot.timelocks,
            tokens=snapshot.tokens,
            safes=snapshot.safes,
        ),
        membership=snapshot.membership,
        treasury=snapshot.treasury,
        proposals=snapshot.proposals,
        simulations=snapshot.simulations,
        passages=snapshot.passages,
        gaps=snapshot.gaps,
        profile=assessment.profile,
        disabled=assessment.disabled,
        suppressions=assessment.suppressions,
        frameworks=assessment.frameworks,
        policy=assessment.policy,
    )


def report(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str) -> dict[str, Any]:
    """Return the report as JSON values; integers beyond 2^53 - 1 are decimal strings."""
    return build(snapshot, assessment, snapshot_sha256).model_dump(mode="json")


def dump(values: dict[str, Any]) -> str:
    """Return `values` as JSON text: keys in the order of the schema, ASCII only, LF, a line feed at the end.

    ASCII because on-chain text may hold bidirectional controls and lone surrogates; a parser gives them back unchanged.
    """
    return json.dumps(values, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
