"""Findings as a page shows them: by dimension, then by rule, each subject with its own evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.outcome import Dimension, Finding, Severity
from scanner.render.acceptance import acceptance_sentence
from scanner.render.evidence_view import EvidenceView, finding_evidence
from scanner.render.lookup import Lookup, finding_anchor
from scanner.render.scenario_view import scenario_anchor
from scanner.render.strip import Cell, cells
from scanner.render.words import SEVERITY_SHAPES, inline, looked_up, question, words

_SAFE_LINK = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9./?=&_%#~:+,;-]*)?\Z")
"""References come from rule files. Only these become links: no user part, no quotes, no other scheme."""

SHOWN = 12
"""Findings of one rule that stand on the page with everything; the others have a line each."""


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
class ConditionView:
    """A condition as it stands in the rule, whether it holds, and the values that it read."""

    text: str
    result: str
    values: tuple[tuple[str, str], ...]


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
    conditions: tuple[ConditionView, ...]
    evidence: tuple[EvidenceView, ...]
    fingerprint: str
    acceptance: str
    accepted: bool
    others: tuple[Other, ...] = ()


@dataclass(frozen=True)
class Other:
    """A further finding of the same rule that says the same of another subject, or the same subject's other part."""

    anchor: str
    subject_id: str
    fingerprint: str


@dataclass(frozen=True)
class RuleFindings:
    """All findings of one rule with the texts that they share.

    `base_rate` is the one that all of them have, `unlimited` whether nothing was seen that limits any of them, and
    `more` are those for which a page has a line only.
    """

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
    base_rate: str
    unlimited: bool
    findings: tuple[FindingView, ...]
    more: tuple[FindingView, ...] = ()


@dataclass(frozen=True)
class DimensionFindings:
    """One dimension; `rules` is empty where there is no finding, and `nothing` says what that means."""

    anchor: str
    title: str
    question: str
    nothing: str
    undecided: str
    rules: tuple[RuleFindings, ...]


def dimension_findings(lookup: Lookup, *, together: bool = False) -> tuple[DimensionFindings, ...]:
    """Return the findings by dimension in the order of the summary, worst rule first.

    `together`: findings of a rule that say the same word for word are one, and only the first ones stand in full.
    """
    summary = {cell.anchor: cell for cell in cells(lookup.t, lookup.assessment.dimensions)}
    by_dimension: dict[Dimension, list[Finding]] = {}
    for finding in lookup.assessment.findings:
        by_dimension.setdefault(finding.dimension, []).append(finding)
    return tuple(
        DimensionFindings(
            anchor=f"dimension-{dimension.value}",
            title=words(lookup.t, dimension),
            question=question(lookup.t, dimension),
            nothing=_nothing(lookup.t, summary.get(f"dimension-{dimension.value}")),
            undecided=_undecided(summary.get(f"dimension-{dimension.value}")),
            rules=_by_rule(by_dimension.get(dimension, ()), lookup, together),
        )
        for dimension in dict.fromkeys((*(one.dimension for one in lookup.assessment.dimensions), *Dimension))
    )


def _nothing(t: Locale, cell: Cell | None) -> str:
    if cell is None:
        return t("findings.nothing_run")
    if not cell.text:
        return t("sentence", text=cell.word)
    return t("findings.nothing", word=cell.word, text=cell.text)


def _undecided(cell: Cell | None) -> str:
    return cell.undecided if cell is not None else ""


def severity_order(finding: Finding) -> tuple[int, str, str]:
    """Sort key: worst first, then by rule and subject."""
    rank = -1 if finding.severity is None else finding.severity.rank
    return (-rank, finding.rule_id, finding.subject.id)


def _by_rule(findings: Sequence[Finding], lookup: Lookup, together: bool) -> tuple[RuleFindings, ...]:
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in sorted(findings, key=severity_order):
        key = (finding.rule_id, finding.title, finding.why, finding.legitimate_use, finding.remediation.text)
        groups.setdefault(key, []).append(finding)
    return tuple(_rule(group, lookup, together) for group in groups.values())


def _same(item: Finding) -> tuple[object, ...]:
    """Return what has to be equal for two findings of a rule to be told in one."""
    said = (item.message, item.severity, item.at_least, item.stage, item.base_rate, item.mitigations)
    return (*said, item.confidence, item.evidence_class, item.acceptance, item.subject.kind)


def _rule(group: Sequence[Finding], lookup: Lookup, together: bool) -> RuleFindings:
    first = group[0]
    alike: dict[object, list[Finding]] = {}
    for place, item in enumerate(group):
        alike.setdefault(_same(item) if together else place, []).append(item)
    rates = {item.base_rate for item in group}
    shown = len(alike) if not together else SHOWN if len(alike) > SHOWN + 3 else len(alike)
    whole = tuple(_finding(items, lookup) for items in list(alike.values())[:shown])
    return RuleFindings(
        rule_id=first.rule_id,
        rule_name=first.rule_name,
        title=first.title,
        why=first.why,
        legitimate_use=first.legitimate_use,
        remediation=first.remediation.text,
        effort=looked_up(lookup.t, "effort", first.remediation.effort),
        false_positives=first.false_positives,
        references=tuple(reference(text) for text in first.references),
        scenarios=tuple(
            ScenarioRef(link.id, words(lookup.t, link.relation), scenario_anchor(link.id)) for link in first.scenarios
        ),
        base_rate=rates.pop() if len(rates) == 1 else "",
        unlimited=not any(item.mitigations for item in group),
        findings=whole,
        more=tuple(_finding(items, lookup, whole=False) for items in list(alike.values())[shown:]),
    )


def reference(text: str) -> Reference:
    """Return a reference, as a link only where it is a plain https address."""
    return Reference(text, text if _SAFE_LINK.match(text) else "")


def _finding(items: Sequence[Finding], lookup: Lookup, *, whole: bool = True) -> FindingView:
    t, item = lookup.t, items[0]
    evidence = tuple(piece for one in items for piece in one.evidence) if whole else ()
    tone, shape, word = grade(t, item)
    kind, group = item.subject.kind, item.evidence_class
    return FindingView(
        anchor=finding_anchor(item.fingerprint),
        tone=tone,
        shape=shape,
        word=word,
        subject=item.subject.label,
        subject_kind=looked_up(t, "subject", kind),
        subject_id=item.subject.id,
        message=item.message,
        confidence=words(t, item.confidence),
        evidence_class=t("labelled", label=t.own(group), text=looked_up(t, "evidence_class", group)),
        base_rate=item.base_rate,
        mitigations=item.mitigations,
        conditions=tuple(
            ConditionView(one.text, looked_up(t, "condition", one.result), one.values) for one in item.conditions
        ),
        evidence=finding_evidence(evidence, lookup),
        fingerprint=item.fingerprint,
        acceptance=acceptance_sentence(t, item.acceptance),
        accepted=item.accepted,
        others=tuple(Other(finding_anchor(one.fingerprint), one.subject.id, one.fingerprint) for one in items[1:]),
    )


def grade(t: Locale, item: Finding) -> tuple[str, str, str]:
    """Return tone, shape and word: the severity, or the stage in a dimension that only describes."""
    if item.severity is None:
        stage = words(t, item.stage) if item.stage is not None else t("findings.described")
        return "neutral", "i", t.own(stage[:1].upper() + stage[1:])
    shape, word = SEVERITY_SHAPES[item.severity], words(t, item.severity)
    said = t("findings.at_least", severity=inline(t, item.severity)) if item.at_least else word
    return item.severity.value, shape, said


def severity_counts(findings: Sequence[Finding]) -> tuple[tuple[Severity, int], ...]:
    """Return how many findings there are of each severity, worst first; severities without one are left out."""
    counts = ((severity, sum(item.severity is severity for item in findings)) for severity in Severity)
    return tuple((severity, count) for severity, count in counts if count)
