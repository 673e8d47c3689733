"""report.csv: findings and what was not decided, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from scanner.model.outcome import Assessment, Finding, Outcome, Status
from scanner.model.snapshot import Snapshot
from scanner.render.text import readable

COLUMNS = (
    "target",
    "block",
    "rule",
    "title",
    "dimension",
    "subject_kind",
    "subject",
    "subject_id",
    "status",
    "severity",
    "at_least",
    "stage",
    "undecided_severity",
    "confidence",
    "evidence_class",
    "message",
    "reason",
    "fingerprint",
)
BYTE_ORDER_MARK = "\ufeff"
"""Without it the most used spreadsheet reads UTF-8 as something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render_csv(snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str) -> str:
    """Return one row for each finding, then one for each undecided outcome (RFC 4180 with LF, UTF-8 with a mark).

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(snapshot, assessment):
        writer.writerow([guarded(cell) for cell in row])
    return BYTE_ORDER_MARK + out.getvalue()


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet runs: control characters written out, formulas made text."""
    shown = readable(cell)
    return f"'{shown}" if cell.lstrip(" ").startswith(_FORMULA) or shown.lstrip(" ").startswith(_FORMULA) else shown


def _rows(snapshot: Snapshot, assessment: Assessment) -> Iterator[tuple[str, ...]]:
    block = next((one for one in snapshot.blocks if one.chain_id == snapshot.target.chain_id), snapshot.blocks[0])
    where = (snapshot.target.caip10, str(block.number))
    rules = {rule.id: rule for rule in assessment.rules}
    undecided = {(one.rule_id, one.subject.id): one for one in assessment.outcomes if one.undecided_severity}
    for finding in assessment.findings:
        yield (*where, *_finding(finding, undecided.get((finding.rule_id, finding.subject.id))))
    for outcome in assessment.outcomes:
        if outcome.status in (Status.UNKNOWN, Status.ERROR):
            rule = rules[outcome.rule_id]
            yield (*where, rule.id, rule.title, rule.dimension.value, *_undecided(outcome))


def _finding(finding: Finding, open_level: Outcome | None) -> tuple[str, ...]:
    worst = open_level.undecided_severity if open_level else None
    return (
        finding.rule_id,
        finding.title,
        finding.dimension.value,
        finding.subject.kind,
        finding.subject.label,
        finding.subject.id,
        Status.FINDING.value,
        finding.severity.value if finding.severity else "",
        "yes" if finding.at_least else "no",
        finding.stage.value if finding.stage else "",
        worst.value if worst else "",
        finding.confidence.value,
        finding.evidence_class,
        finding.message,
        "",
        finding.fingerprint,
    )


def _undecided(outcome: Outcome) -> tuple[str, ...]:
    worst = outcome.undecided_severity
    return (
        outcome.subject.kind,
        outcome.subject.label,
        outcome.subject.id,
        outcome.status.value,
        "",
        "",
        "",
        worst.value if worst else "",
        "",
        "",
        outcome.message,
        outcome.reason,
        "",
    )
