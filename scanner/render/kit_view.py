"""Frameworks, the reader's policy, and what was accepted or left out, as a page shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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
from scanner.model.outcome import Status
from scanner.render.findings_view import Reference, reference
from scanner.render.lookup import Lookup, anchor, finding_anchor
from scanner.render.scenario_view import scenario_anchor

STATES: dict[CriterionState, tuple[str, str, str]] = {
    CriterionState.FOR: ("neutral", "+", "Evidence for"),
    CriterionState.AGAINST: ("neutral", "−", "Evidence against"),
    CriterionState.BOTH: ("neutral", "±", "Evidence on both sides"),
    CriterionState.NOTHING: ("neutral", "·", "No evidence either way"),
    CriterionState.NOT_ASSESSABLE: ("undecided", "?", "Not assessable"),
}
"""Tone, shape and word. No alarming colour: a criterion is the reader's to decide."""
VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    Verdict.FAIL: ("high", "✕", "Fails"),
    Verdict.UNDECIDED: ("undecided", "?", "Not decided"),
    Verdict.REVIEW: ("medium", "!", "To be looked at"),
    Verdict.ACCEPTED: ("neutral", "i", "Accepted for now"),
    Verdict.PASS: ("none", "–", "Passes"),
}
OVERALL: dict[Verdict, str] = {
    Verdict.FAIL: "The policy is not met.",
    Verdict.UNDECIDED: "Whether the policy is met could not be decided.",
    Verdict.REVIEW: "Nothing fails; a person has to look at some criteria.",
    Verdict.ACCEPTED: "Nothing fails but what a suppression accepts for now.",
    Verdict.PASS: "The policy is met.",
}
RUNGS = {"true": ("neutral", "+", "Nothing against it"), "false": ("neutral", "−", "Not reached")}
_RUNG_OPEN = ("undecided", "?", "Not assessable")
USES: dict[SuppressionState, tuple[str, str, str]] = {
    SuppressionState.ACTIVE: ("neutral", "i", "Accepted"),
    SuppressionState.EXPIRED: ("medium", "!", "Expired"),
    SuppressionState.UNUSED: ("undecided", "?", "Unused"),
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
        counts=state_counts(item),
        title=item.title,
        authority=item.authority,
        document=item.document,
        note=item.note,
        references=tuple(reference(text) for text in item.references),
        stages=tuple(_stage(stage) for stage in item.stages),
        criteria=tuple(_criterion(one, item.id, lookup) for one in item.criteria),
    )


def state_counts(item: FrameworkAssessment) -> str:
    """Return how many criteria ended in each state, in words."""
    counts = Counter(one.state for one in item.criteria)
    return ", ".join(f"{word.lower()} {counts[state]}" for state, (_, _, word) in STATES.items() if counts[state])


def _stage(item: StageAssessment) -> StageView:
    tone, shape, word = RUNGS.get(item.result, _RUNG_OPEN)
    return StageView(item.name, item.title, tone, shape, word, item.reason)


def _criterion(item: CriterionAssessment, framework: str, lookup: Lookup) -> CriterionView:
    tone, shape, state = STATES[item.state]
    return CriterionView(
        anchor=anchor("criterion", f"{framework}-{item.id}"),
        id=item.id,
        title=item.title,
        question=item.question,
        source=item.source,
        tone=tone,
        shape=shape,
        state=state,
        speaks_for=_lines(item.evidence_for, lookup),
        speaks_against=_lines(item.evidence_against, lookup),
        undecided=_lines(item.undecided, lookup),
        looked_at=_lines(item.looked_at, lookup),
        nothing=_nothing(item),
        cannot_see=item.cannot_see,
    )


def _nothing(item: CriterionAssessment) -> str:
    asked = item.evidence_for or item.evidence_against or item.undecided or item.looked_at
    return "None was found." if asked else "Nothing on a chain speaks to it."


def _policy(item: PolicyVerdict, lookup: Lookup) -> PolicyView:
    tone, shape, word = VERDICTS[item.verdict]
    about = ", ".join(part for part in (item.owner, f"version {item.version}" if item.version else "") if part)
    return PolicyView(
        title=item.title,
        about=about,
        tone=tone,
        shape=shape,
        word=word,
        sentence=OVERALL[item.verdict],
        exit_code=item.exit_code,
        suppressions=item.suppressions,
        criteria=tuple(_verdict(one, lookup) for one in item.criteria),
    )


def _verdict(item: CriterionVerdict, lookup: Lookup) -> VerdictView:
    tone, shape, word = VERDICTS[item.verdict]
    return VerdictView(
        anchor=anchor("policy", item.id),
        id=item.id,
        title=item.title,
        why=item.why,
        tone=tone,
        shape=shape,
        word=word,
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
        reason="" if behind else line.reason,
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
    message = lookup.named(item.message)
    if item.status == Status.FINDING.value:
        grade = item.severity or item.stage
        accepted = " (accepted for now)" if item.accepted else ""
        return f"{grade}: {message}{accepted}" if message else "findings"
    if item.status == Status.PASS.value:
        return f"“{item.title}” was checked and is not the case"
    if item.status == Status.NOT_APPLICABLE.value:
        return f"“{item.title}” does not apply here"
    if item.status == "disabled":
        return f"“{item.title}” was left out: {message}"
    if item.status in (Status.UNKNOWN.value, Status.ERROR.value):
        return f"“{item.title}” is not decided: {message}"
    return f"“{item.title}”: {item.status}; {message}"


def _target(item: Behind, lookup: Lookup) -> str:
    if item.fingerprint in lookup.findings:
        return finding_anchor(item.fingerprint)
    if item.rule_id in lookup.rules:
        return anchor("rule", item.rule_id)
    return scenario_anchor(item.rule_id) if any(one.id == item.rule_id for one in lookup.assessment.scenarios) else ""


def _use(item: SuppressionUse, lookup: Lookup) -> UseView:
    tone, shape, word = USES[item.state]
    about = item.rule_id or f"fingerprint {item.fingerprint[:16]}…"
    if item.subject:
        about += f" on {lookup.named(item.subject)}"
    if item.up_to:
        about += f", up to {item.up_to}"
    return UseView(
        tone=tone,
        shape=shape,
        word=word,
        about=about,
        reason=item.reason,
        expires=item.expires,
        by=item.by,
        note=lookup.named(item.note),
        findings=tuple(
            BehindView(
                found.rule_id,
                f"{found.severity.value if found.severity else found.stage}: {lookup.named(found.message)}",
                found.subject.label,
                finding_anchor(found.fingerprint),
            )
            for found in (lookup.findings[one] for one in item.findings)
        ),
    )
