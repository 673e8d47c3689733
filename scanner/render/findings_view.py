"""Findings as a page shows them: by dimension, then by rule, each subject with its own evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model.outcome import Condition, Dimension, Finding, Severity
from scanner.render.evidence_view import EvidenceView, evidence_views
from scanner.render.lookup import Lookup, finding_anchor
from scanner.render.scenario_view import scenario_anchor
from scanner.render.strip import Cell, cells
from scanner.render.words import DIMENSIONS, EVIDENCE_CLASSES, QUESTIONS, RELATIONS, SEVERITIES, STAGES, looked_up

_SAFE_LINK = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9./?=&_%#~:+,;-]*)?\Z")
"""References come from rule files. Only these become links: no user part, no quotes, no other scheme."""


@dataclass(frozen=True)
class ScenarioRef:
    id: str
    relation: str
    target: str


@dataclass(frozen=True)
class Reference:
    """A reference of a rule; `href` is empty when it is no plain https address."""

    text: str
    href: str


@dataclass(frozen=True)
class FindingView:
    """One finding on one subject."""

    anchor: str
    tone: str
    shape: str
    word: str
    subject: str
    subject_kind: str
    subject_id: str
    message: str
    confidence: str
    evidence_class: str
    base_rate: str
    mitigations: tuple[str, ...]
    conditions: tuple[Condition, ...]
    evidence: tuple[EvidenceView, ...]
    fingerprint: str


@dataclass(frozen=True)
class RuleFindings:
    """All findings of one rule with the texts that they share."""

    rule_id: str
    rule_name: str
    title: str
    why: str
    legitimate_use: str
    remediation: str
    effort: str
    false_positives: tuple[str, ...]
    references: tuple[Reference, ...]
    scenarios: tuple[ScenarioRef, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True)
class DimensionFindings:
    """One dimension; `rules` is empty where there is no finding, and `nothing` says what that means."""

    anchor: str
    title: str
    question: str
    nothing: str
    undecided: str
    rules: tuple[RuleFindings, ...]


def dimension_findings(lookup: Lookup) -> tuple[DimensionFindings, ...]:
    """Return the findings by dimension in the fixed order, worst rule first."""
    summary = {cell.anchor: cell for cell in cells(lookup.assessment.dimensions)}
    return tuple(
        DimensionFindings(
            anchor=f"dimension-{dimension.value}",
            title=DIMENSIONS[dimension],
            question=QUESTIONS[dimension],
            nothing=_nothing(summary.get(f"dimension-{dimension.value}")),
            undecided=_undecided(summary.get(f"dimension-{dimension.value}")),
            rules=_by_rule([item for item in lookup.assessment.findings if item.dimension is dimension], lookup),
        )
        for dimension in Dimension
    )


def _nothing(cell: Cell | None) -> str:
    return f"{cell.word}. {cell.text}".strip() if cell is not None else "No check was run."


def _undecided(cell: Cell | None) -> str:
    return cell.undecided if cell is not None else ""


def severity_order(finding: Finding) -> tuple[int, str, str]:
    """Sort key: worst first, then by rule and subject."""
    rank = -1 if finding.severity is None else finding.severity.rank
    return (-rank, finding.rule_id, finding.subject.id)


def _by_rule(findings: Sequence[Finding], lookup: Lookup) -> tuple[RuleFindings, ...]:
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in sorted(findings, key=severity_order):
        key = (finding.rule_id, finding.title, finding.why, finding.legitimate_use, finding.remediation.text)
        groups.setdefault(key, []).append(finding)
    return tuple(_rule(group, lookup) for group in groups.values())


def _rule(group: Sequence[Finding], lookup: Lookup) -> RuleFindings:
    first = group[0]
    return RuleFindings(
        rule_id=first.rule_id,
        rule_name=first.rule_name,
        title=first.title,
        why=first.why,
        legitimate_use=first.legitimate_use,
        remediation=first.remediation.text,
        effort=first.remediation.effort,
        false_positives=first.false_positives,
        references=tuple(reference(text) for text in first.references),
        scenarios=tuple(
            ScenarioRef(link.id, RELATIONS[link.relation], scenario_anchor(link.id)) for link in first.scenarios
        ),
        findings=tuple(_finding(item, lookup) for item in group),
    )


def reference(text: str) -> Reference:
    """Return a reference, as a link only where it is a plain https address."""
    return Reference(text, text if _SAFE_LINK.match(text) else "")


def _finding(item: Finding, lookup: Lookup) -> FindingView:
    tone, shape, word = grade(item)
    return FindingView(
        anchor=finding_anchor(item.fingerprint),
        tone=tone,
        shape=shape,
        word=word,
        subject=item.subject.label,
        subject_kind=item.subject.kind,
        subject_id=item.subject.id,
        message=item.message,
        confidence=item.confidence.value,
        evidence_class=f"{item.evidence_class}: {looked_up(EVIDENCE_CLASSES, item.evidence_class)}",
        base_rate=item.base_rate,
        mitigations=item.mitigations,
        conditions=item.conditions,
        evidence=evidence_views(item.evidence, lookup),
        fingerprint=item.fingerprint,
    )


def grade(item: Finding) -> tuple[str, str, str]:
    """Return tone, shape and word: the severity, or the stage in a dimension that only describes."""
    if item.severity is None:
        return "neutral", "i", STAGES[item.stage].capitalize() if item.stage is not None else "Described"
    word, shape = SEVERITIES[item.severity]
    return item.severity.value, shape, f"At least {word.lower()}" if item.at_least else word


def severity_counts(findings: Sequence[Finding]) -> tuple[tuple[Severity, int], ...]:
    """Return how many findings there are of each severity, worst first; severities without one are left out."""
    counts = ((severity, sum(item.severity is severity for item in findings)) for severity in Severity)
    return tuple((severity, count) for severity, count in counts if count)
