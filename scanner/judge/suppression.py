"""Suppression files (schema 1): findings that somebody accepts, for a reason and until a day.

A suppressed finding is shown with its reason; it no longer counts for the exit code or as the worst of its dimension.
An acceptance ends with its last day, counted against the snapshot's `as_of`, and its findings come back.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from scanner.judge.asking import Names
from scanner.judge.language.functions import RULE_ID
from scanner.judge.reader import Reader
from scanner.judge.rules import read_text
from scanner.judge.yaml_strict import Mark, load
from scanner.model.kit import Acceptance, SuppressionState, SuppressionUse
from scanner.model.outcome import Assessment, DimensionSummary, Finding, Severity

KEYS = ("schema", "suppressions")
ENTRY_KEYS = ("rule", "fingerprint", "subject", "up_to", "reason", "expires", "by")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_LEAST_REASON = 10


@dataclass(frozen=True)
class Suppression:
    """One entry. It names a rule (and perhaps one subject), or one finding by its fingerprint."""

    rule_id: str
    fingerprint: str
    subject: str
    up_to: Severity | None
    reason: str
    expires: date
    by: str
    mark: Mark

    def matches(self, finding: Finding) -> bool:
        """Whether the entry is about a finding, however bad it is."""
        if self.fingerprint:
            return finding.fingerprint == self.fingerprint
        if finding.rule_id != self.rule_id:
            return False
        about = finding.subject.id.lower()
        return not self.subject or about == self.subject or about.startswith(f"{self.subject}#")

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is no worse than what was accepted."""
        if self.up_to is None or finding.severity is None:
            return True
        return finding.severity.rank <= self.up_to.rank and not finding.at_least

    def expired(self, as_of: int) -> bool:
        """Whether its last day is over at `as_of` (seconds since 1970)."""
        return datetime.fromtimestamp(as_of, UTC).date() > self.expires


@dataclass(frozen=True)
class Suppressions:
    """A suppression file, its entries in the order of the file, and the SHA-256 of its bytes."""

    entries: tuple[Suppression, ...]
    digest: str


def load_suppressions(path: Path, names: Names) -> Suppressions:
    """Return the entries of a file. RuleError with file, line and column at the first thing that is wrong."""
    text = read_text(path)
    top = Reader(load(text, str(path)), KEYS, "a suppression file")
    if top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    entries = tuple(
        _entry(Reader(node, ENTRY_KEYS, "a suppression"), names) for node in top.items("suppressions", least=1)
    )
    return Suppressions(entries, hashlib.sha256(text.encode()).hexdigest())


def _entry(reader: Reader, names: Names) -> Suppression:
    if reader.has("rule") == reader.has("fingerprint"):
        raise reader.node.mark.error("a suppression names a rule or a fingerprint", "give one of the two")
    rule_id = reader.matching("rule", RULE_ID, "CTL-003") if reader.has("rule") else ""
    wrong = names.unknown(rule_id) if rule_id else None
    if wrong is not None:
        raise reader.error("rule", *wrong)
    if reader.has("subject") and not rule_id:
        raise reader.error("subject", "a fingerprint is about one subject already", "leave 'subject' out")
    reason = reader.text("reason", "say why the finding is accepted")
    if len(reason) < _LEAST_REASON:
        raise reader.error("reason", "the reason is too short to be one", "somebody will read it in a year")
    return Suppression(
        rule_id=rule_id,
        fingerprint=reader.matching("fingerprint", _FINGERPRINT, "64 hex digits, as a report shows it")
        if reader.has("fingerprint")
        else "",
        subject=reader.optional("subject").lower(),
        up_to=reader.member("up_to", Severity) if reader.has("up_to") else None,
        reason=reason,
        expires=_day(reader),
        by=reader.optional("by"),
        mark=reader.node.mark,
    )


def _day(reader: Reader) -> date:
    text = reader.text("expires", "the last day on which it holds, for instance 2027-03-31")
    try:
        if not _DAY.match(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise reader.error("expires", f"{text[:40]!r} is no day", "write it as 2027-03-31") from None


def apply_suppressions(assessment: Assessment, suppressions: Suppressions, as_of: int) -> Assessment:
    """Return the assessment with its accepted findings marked, its dimensions summed up anew, and every entry's use."""
    used: list[tuple[Suppression, list[Finding]]] = [(entry, []) for entry in suppressions.entries]
    findings: list[Finding] = []
    for finding in assessment.findings:
        fitting = [pair for pair in used if pair[0].matches(finding)]
        for _, found in fitting:
            found.append(finding)
        entries = [entry for entry, _ in fitting if entry.covers(finding)]
        entries.sort(key=lambda entry: (entry.expired(as_of), entry.mark.line))
        acceptance = _acceptance(entries[0], as_of) if entries else None
        findings.append(finding.model_copy(update={"acceptance": acceptance}))
    left_out = {rule.id for rule in assessment.disabled}
    return assessment.model_copy(
        update={
            "findings": tuple(findings),
            "dimensions": tuple(_summed(one, findings) for one in assessment.dimensions),
            "suppressions": tuple(_use(entry, found, as_of, entry.rule_id in left_out) for entry, found in used),
            "digests": (*assessment.digests, ("suppressions", suppressions.digest)),
        }
    )


def _acceptance(entry: Suppression, as_of: int) -> Acceptance:
    return Acceptance(reason=entry.reason, expires=entry.expires.isoformat(), by=entry.by, expired=entry.expired(as_of))


def _use(entry: Suppression, found: Sequence[Finding], as_of: int, disabled: bool) -> SuppressionUse:
    state, note = SuppressionState.ACTIVE, ""
    worse = [one for one in found if not entry.covers(one)]
    if entry.expired(as_of):
        state = SuppressionState.EXPIRED
        came_back = (
            f"What came back and counts again: {_findings(found)}." if found else "Nothing is left that it fits."
        )
        note = f"It ended with {entry.expires.isoformat()}. {came_back}"
    elif not found:
        state = SuppressionState.UNUSED
        note = "No finding fits it: " + ("the rule was left out." if disabled else "remove it, or check what it names.")
    elif worse:
        state = SuppressionState.UNUSED if len(worse) == len(found) else SuppressionState.ACTIVE
        note = f"Not accepted, as it is or may be worse than {entry.up_to}: {_findings(worse)}."
    return SuppressionUse(
        rule_id=entry.rule_id,
        fingerprint=entry.fingerprint,
        subject=entry.subject,
        up_to=entry.up_to.value if entry.up_to else "",
        reason=entry.reason,
        expires=entry.expires.isoformat(),
        by=entry.by,
        line=entry.mark.line,
        state=state,
        note=note,
        findings=tuple(sorted(one.fingerprint for one in found)),
    )


def _findings(found: Sequence[Finding]) -> str:
    shown = ", ".join(f"{one.rule_id} on {one.subject.label}" for one in found[:3])
    return shown if len(found) <= 3 else f"{shown} and {len(found) - 3} more"


def _summed(summary: DimensionSummary, findings: Sequence[Finding]) -> DimensionSummary:
    """The worst open finding: those that are accepted are counted, and shown, but none of them is the worst."""
    mine = [one for one in findings if one.dimension is summary.dimension]
    accepted = sum(one.accepted for one in mine)
    if not accepted or summary.descriptive:
        return summary.model_copy(update={"accepted": accepted})
    open_ones = [one for one in mine if not one.accepted and one.severity is not None]
    worst = max(open_ones, key=lambda one: one.severity.rank if one.severity else -1, default=None)
    return summary.model_copy(
        update={
            "accepted": accepted,
            "worst": worst.severity if worst else None,
            "worst_title": worst.title if worst else "",
        }
    )
