"""Frameworks, the reader's policy, and what was accepted or left out, as a page shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.kit import (
    Behind,
    CriterionAssessment,
    CriterionState,
    CriterionVerdict,
    EvidenceLine,
    FrameworkAssessment,
    PolicyVerdict,
    StageAssessment,
    SuppressionState,
    SuppressionUse,
    Verdict,
)
from scanner.model.outcome import Finding, Status
from scanner.render.findings_view import Reference, reference
from scanner.render.lookup import Lookup, anchor, finding_anchor
from scanner.render.reasons import undecided_reason
from scanner.render.scenario_view import scenario_anchor
from scanner.render.words import inline, looked_up

STATES: dict[CriterionState, tuple[str, str]] = {
    CriterionState.FOR: ("neutral", "+"),
    CriterionState.AGAINST: ("neutral", "−"),
    CriterionState.BOTH: ("neutral", "±"),
    CriterionState.NOTHING: ("neutral", "·"),
    CriterionState.NOT_ASSESSABLE: ("undecided", "?"),
}
"""Tone and shape. No alarming colour: a criterion is the reader's to decide."""
VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.FAIL: ("high", "✕"),
    Verdict.UNDECIDED: ("undecided", "?"),
    Verdict.REVIEW: ("medium", "!"),
    Verdict.ACCEPTED: ("neutral", "i"),
    Verdict.PASS: ("none", "–"),
}
RUNGS = {"true": ("neutral", "+", "rung.reached"), "false": ("neutral", "−", "rung.not_reached")}
_RUNG_OPEN = ("undecided", "?", "rung.open")
USES: dict[SuppressionState, tuple[str, str]] = {
    SuppressionState.ACTIVE: ("neutral", "i"),
    SuppressionState.EXPIRED: ("medium", "!"),
    SuppressionState.UNUSED: ("undecided", "?"),
}


@dataclass(frozen=True)
class BehindView:
    """An outcome behind a condition; `target` is its place on the page, empty when it has none."""

    rule_id: str
    text: str
    subject: str
    target: str


@dataclass(frozen=True)
class LineView:
    """One condition: its sentence where it has one, what it rests on, and the condition itself.

    `open`: it is not decided, and the sentence says only what it would mean.
    """

    open: bool
    says: str
    grade: str
    condition: str
    reason: str
    values: tuple[tuple[str, str], ...]
    behind: tuple[BehindView, ...]


@dataclass(frozen=True)
class CriterionView:
    anchor: str
    id: str
    title: str
    question: str
    source: str
    tone: str
    shape: str
    state: str
    speaks_for: tuple[LineView, ...]
    speaks_against: tuple[LineView, ...]
    undecided: tuple[LineView, ...]
    looked_at: tuple[LineView, ...]
    nothing: str
    cannot_see: str


@dataclass(frozen=True)
class StageView:
    name: str
    title: str
    tone: str
    shape: str
    word: str
    reason: str


@dataclass(frozen=True)
class FrameworkView:
    """One framework; `counts` says how many criteria ended in each state."""

    anchor: str
    counts: str
    title: str
    authority: str
    document: str
    note: str
    references: tuple[Reference, ...]
    stages: tuple[StageView, ...]
    criteria: tuple[CriterionView, ...]


@dataclass(frozen=True)
class VerdictView:
    """One criterion of the policy. `lines`: the conditions that decided, those that fail before those to look at."""

    anchor: str
    id: str
    title: str
    why: str
    tone: str
    shape: str
    word: str
    reason: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True)
class PolicyView:
    title: str
    about: str
    tone: str
    shape: str
    word: str
    sentence: str
    exit_code: int
    suppressions: str
    criteria: tuple[VerdictView, ...]


@dataclass(frozen=True)
class UseView:
    """One entry of the suppression file with the findings that it is about."""

    tone: str
    shape: str
    word: str
    about: str
    reason: str
    expires: str
    by: str
    note: str
    findings: tuple[BehindView, ...]


def framework_views(lookup: Lookup) -> tuple[FrameworkView, ...]:
    """Return the frameworks that were asked for, in that order."""
    return tuple(_framework(item, lookup) for item in lookup.assessment.frameworks)


def policy_view(lookup: Lookup) -> PolicyView | None:
    """Return the verdict of the reader's policy; None when there is no policy."""
    policy = lookup.assessment.policy
    return None if policy is None else _policy(policy, lookup)


def use_views(lookup: Lookup) -> tuple[UseView, ...]:
    """Return every entry of the suppression file, in the order of the file."""
    return tuple(_use(item, lookup) for item in lookup.assessment.suppressions)


def _framework(item: FrameworkAssessment, lookup: Lookup) -> FrameworkView:
    return FrameworkView(
        anchor=anchor("framework", item.id),
        counts=state_counts(lookup.t, item),
        title=item.title,
        authority=item.authority,
        document=item.document,
        note=item.note,
        references=tuple(reference(text) for text in item.references),
        stages=tuple(_stage(lookup.t, stage) for stage in item.stages),
        criteria=tuple(_criterion(one, item.id, lookup) for one in item.criteria),
    )


def state_counts(t: Locale, item: FrameworkAssessment) -> Phrase:
    """Return how many criteria ended in each state, in words."""
    counts = Counter(one.state for one in item.criteria)
    return t.joined(t(f"criterion_count.{state.value}", number=counts[state]) for state in STATES if counts[state])


def _stage(t: Locale, item: StageAssessment) -> StageView:
    tone, shape, word = RUNGS.get(item.result, _RUNG_OPEN)
    return StageView(item.name, item.title, tone, shape, t(word), item.reason)


def _criterion(item: CriterionAssessment, framework: str, lookup: Lookup) -> CriterionView:
    tone, shape = STATES[item.state]
    return CriterionView(
        anchor=anchor("criterion", f"{framework}-{item.id}"),
        id=item.id,
        title=item.title,
        question=item.question,
        source=item.source,
        tone=tone,
        shape=shape,
        state=lookup.t(f"criterion.{item.state.value}"),
        speaks_for=_lines(item.evidence_for, lookup),
        speaks_against=_lines(item.evidence_against, lookup),
        undecided=_lines(item.undecided, lookup),
        looked_at=_lines(item.looked_at, lookup),
        nothing=_nothing(lookup.t, item),
        cannot_see=item.cannot_see,
    )


def _nothing(t: Locale, item: CriterionAssessment) -> Phrase:
    asked = item.evidence_for or item.evidence_against or item.undecided or item.looked_at
    return t("frameworks.none_found" if asked else "frameworks.nothing_speaks")


def _policy(item: PolicyVerdict, lookup: Lookup) -> PolicyView:
    t = lookup.t
    tone, shape = VERDICTS[item.verdict]
    version = t("policy.version", version=item.version) if item.version else ""
    about = t.joined(part for part in (item.owner, version) if part)
    return PolicyView(
        title=item.title,
        about=about,
        tone=tone,
        shape=shape,
        word=t(f"verdict.{item.verdict.value}"),
        sentence=t(f"policy_verdict.{item.verdict.value}"),
        exit_code=item.exit_code,
        suppressions=item.suppressions,
        criteria=tuple(_verdict(one, lookup) for one in item.criteria),
    )


def _verdict(item: CriterionVerdict, lookup: Lookup) -> VerdictView:
    tone, shape = VERDICTS[item.verdict]
    return VerdictView(
        anchor=anchor("policy", item.id),
        id=item.id,
        title=item.title,
        why=item.why,
        tone=tone,
        shape=shape,
        word=lookup.t(f"verdict.{item.verdict.value}"),
        reason=_reason(item),
        lines=_lines(_carrying(item), lookup),
    )


def _carrying(item: CriterionVerdict) -> list[EvidenceLine]:
    """The conditions that decided: to fail before to look at, those that hold before open ones."""
    for lines in (item.fail_lines, item.review_lines):
        for result in ("true", "unknown"):
            found = [line for line in lines if line.result == result]
            if found:
                return found
    return []


def _reason(item: CriterionVerdict) -> str:
    """The conditions say why it fails, is open or is to be looked at; for the others these words do."""
    return item.reason if item.verdict in (Verdict.PASS, Verdict.ACCEPTED) else ""


def _lines(lines: Sequence[EvidenceLine], lookup: Lookup) -> tuple[LineView, ...]:
    return tuple(_line(line, lookup) for line in lines)


def _line(line: EvidenceLine, lookup: Lookup) -> LineView:
    unknown = line.result == "unknown"
    behind = tuple(_behind(one, lookup) for one in (_open_ones(line) if unknown else line.behind))
    return LineView(
        open=unknown,
        says=line.says,
        grade=line.grade,
        condition=line.condition,
        reason="" if behind else undecided_reason(lookup.t, line.reason),
        values=() if behind else tuple(pair for pair in line.values if not pair[0].endswith(".size")),
        behind=behind,
    )


def _open_ones(line: EvidenceLine) -> Sequence[Behind]:
    """What leaves a condition open: passes and the like beside it say nothing here."""
    decided = (Status.PASS.value, Status.NOT_APPLICABLE.value)
    return [one for one in line.behind if one.status not in decided] or line.behind


def _behind(item: Behind, lookup: Lookup) -> BehindView:
    return BehindView(item.rule_id, _said(item, lookup), item.subject, _target(item, lookup))


def _said(item: Behind, lookup: Lookup) -> str:
    t, message = lookup.t, lookup.named(item.message)
    if item.status == Status.FINDING.value:
        if not message:
            return t("behind.findings")
        section = "severity_inline" if item.severity else "judge_stage"
        grade = looked_up(t, section, item.severity or item.stage or "")
        return t("behind.accepted" if item.accepted else "labelled", label=grade, text=message)
    said = {"title": item.title, "message": message}
    if item.status == Status.PASS.value:
        return t("behind.pass", title=item.title)
    if item.status == Status.NOT_APPLICABLE.value:
        return t("behind.not_applicable", title=item.title)
    if item.status == "disabled":
        return t("behind.disabled", **said)
    if item.status in (Status.UNKNOWN.value, Status.ERROR.value):
        return t("behind.undecided", **said)
    state = looked_up(t, "state_inline", item.status)
    return t("behind.other", state=state, **said)


def _target(item: Behind, lookup: Lookup) -> str:
    if item.fingerprint in lookup.findings:
        return finding_anchor(item.fingerprint)
    if item.rule_id in lookup.rules:
        return anchor("rule", item.rule_id)
    return scenario_anchor(item.rule_id) if any(one.id == item.rule_id for one in lookup.assessment.scenarios) else ""


def _use(item: SuppressionUse, lookup: Lookup) -> UseView:
    t = lookup.t
    tone, shape = USES[item.state]
    return UseView(
        tone=tone,
        shape=shape,
        word=t(f"suppression.{item.state.value}"),
        about=_about(item, lookup),
        reason=item.reason,
        expires=item.expires,
        by=item.by,
        note=lookup.named(item.note),
        findings=tuple(_accepted(lookup.findings[one], lookup) for one in item.findings),
    )


def _about(item: SuppressionUse, lookup: Lookup) -> Phrase:
    t = lookup.t
    about = t.own(item.rule_id) if item.rule_id else t("accepted.fingerprint", digest=item.fingerprint[:16])
    if item.subject:
        about = t("accepted.on_subject", about=about, subject=lookup.named(item.subject))
    if item.up_to:
        about = t("accepted.up_to", about=about, severity=looked_up(t, "severity_inline", item.up_to))
    return about


def _accepted(found: Finding, lookup: Lookup) -> BehindView:
    t = lookup.t
    grade = inline(t, found.severity) if found.severity else looked_up(t, "judge_stage", found.stage or "")
    text = t("labelled", label=grade, text=lookup.named(found.message))
    return BehindView(found.rule_id, text, found.subject.label, finding_anchor(found.fingerprint))
