"""Rules as SARIF reporting descriptors: what each asks, why, its legitimate use, and what to do."""

from __future__ import annotations

from typing import Any

from scanner.locale.locale import Locale
from scanner.model.outcome import Assessment, Confidence, Finding, RuleSummary, RuleTexts, Severity
from scanner.render.markdown_text import inert
from scanner.render.text import readable
from scanner.render.words import looked_up, question

LEVELS: dict[Severity | None, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
    None: "note",
}
"""None: a dimension that only describes"""
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""Within the bands that code scanning services read: critical above 9, high from 7, medium from 4, low above 0."""
_PRECISIONS = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
NAME_LIMIT = 255
TEXT_LIMIT = 1_000


def descriptors(t: Locale, assessment: Assessment) -> list[dict[str, Any]]:
    """Return one descriptor for each rule that ran, by id.

    A service shows one security-severity for all results of a rule: it is the worst finding of this run, and what the
    rule can give at worst where it found nothing.
    """
    texts = {text.id: text for text in assessment.texts}
    worst = worst_found(assessment.findings)
    return [
        _descriptor(t, rule, texts.get(rule.id), worst.get(rule.id))
        for rule in sorted(assessment.rules, key=lambda rule: rule.id)
    ]


def worst_found(findings: tuple[Finding, ...]) -> dict[str, Severity]:
    """Return the worst severity of each rule that has a graded finding."""
    worst: dict[str, Severity] = {}
    for item in findings:
        if item.severity is not None and (item.rule_id not in worst or item.severity.rank > worst[item.rule_id].rank):
            worst[item.rule_id] = item.severity
    return worst


def _descriptor(t: Locale, rule: RuleSummary, texts: RuleTexts | None, found: Severity | None) -> dict[str, Any]:
    severity = found or (texts.worst if texts else None)
    level = LEVELS[severity]
    described: dict[str, Any] = {
        "id": rule.id,
        "name": plain(rule.name, NAME_LIMIT),
        "shortDescription": {"text": plain(rule.title, TEXT_LIMIT)},
        "fullDescription": {"text": plain(_full(t, rule, texts), TEXT_LIMIT)},
        "help": _help(t, rule, texts),
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": _tags(rule, severity),
            "problem.severity": _PROBLEM[level],
            "pack": plain(rule.pack, TEXT_LIMIT),
            "status": rule.status,
        },
    }
    if texts:
        described["properties"]["precision"] = _PRECISIONS[texts.confidence]
    if severity in _SCORES:
        described["properties"]["security-severity"] = _SCORES[severity]
    return described


def _tags(rule: RuleSummary, severity: Severity | None) -> list[str]:
    """Only what is tagged `security` may carry a security-severity."""
    if rule.dimension.descriptive:
        return ["descriptive", rule.dimension.value]
    return ["security", rule.dimension.value] if severity in _SCORES else [rule.dimension.value]


def _full(t: Locale, rule: RuleSummary, texts: RuleTexts | None) -> str:
    return f"{rule.title}. {texts.why}" if texts else f"{rule.title}. {question(t, rule.dimension)}"


def _help(t: Locale, rule: RuleSummary, texts: RuleTexts | None) -> dict[str, str]:
    if texts is None:
        return {"text": plain(rule.title, TEXT_LIMIT), "markdown": inert(rule.title, TEXT_LIMIT)}
    effort = looked_up(t, "effort", texts.remediation.effort)
    parts = [
        (t("sarif.why"), (texts.why,)),
        (t("sarif.legitimate_use"), (texts.legitimate_use,)),
        (t("sarif.what_to_do", effort=effort), (texts.remediation.text,)),
        (t("sarif.may_be_wrong"), texts.false_positives),
        (t("sarif.references"), texts.references),
    ]
    said = [(title, [one for one in lines if one.strip()]) for title, lines in parts]
    return {
        "text": "\n\n".join(f"{title}: {plain(' '.join(lines), 4000)}" for title, lines in said if lines),
        "markdown": "\n\n".join(
            "\n".join((f"**{inert(title)}**", "", *(f"- {inert(one, 4000)}" for one in lines)))
            for title, lines in said
            if lines
        ),
    }


def plain(text: str, limit: int) -> str:
    """Return `text` for a plain message of at most `limit` characters.

    In a SARIF message `[words](target)` is a link (section 3.11.6): the two halves are taken apart.
    """
    shown = readable(" ".join(text.split("\n")), limit=limit).replace("](", "] (").strip() or "–"
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
