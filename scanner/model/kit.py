"""What a reader brings along: what is left out, what is accepted, frameworks, and a policy with its verdict."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from scanner.model.values import Model


class SuppressionState(StrEnum):
    """Whether an acceptance holds at `as_of`, and whether there is anything that it accepts."""

    ACTIVE = "active"
    EXPIRED = "expired"
    UNUSED = "unused"


class Acceptance(Model):
    """What the user's suppression file says about a finding."""

    reason: str
    expires: str = Field(description="the last day, UTC, on which it holds: YYYY-MM-DD")
    by: str = Field(description="who accepts it; empty when the file does not say")
    expired: bool = Field(description="true: it held once and holds no longer, so the finding counts again")


class SuppressionUse(Model):
    """One entry of the suppression file, and what came of it."""

    rule_id: str = Field(description="empty when a fingerprint is named")
    fingerprint: str = Field(description="empty when a rule is named")
    subject: str = Field(description="id of the only subject that is meant; empty for all")
    up_to: str = Field(description="worst severity that is accepted; empty for any")
    reason: str
    expires: str = Field(description="the last day, UTC, on which it holds: YYYY-MM-DD")
    by: str
    line: int = Field(description="line of the entry in the file")
    state: SuppressionState
    note: str = Field(description="what a reader should know about the entry; empty when it simply holds")
    findings: tuple[str, ...] = Field(description="fingerprints of the findings that it is about, sorted")


class DisabledRule(Model):
    """A rule that did not run because the user left it out."""

    id: str
    name: str
    title: str
    dimension: str
    pack: str
    why: str = Field(description="the option or the profile that left it out, in words")


class ProfileUse(Model):
    """The profile that a report was made with."""

    name: str
    title: str
    settings: tuple[tuple[str, str], ...] = Field(description="(setting, value) as the profile gives them")


class CriterionState(StrEnum):
    """What the evidence says about a criterion. None of them is a legal conclusion."""

    FOR = "evidence-for"
    AGAINST = "evidence-against"
    BOTH = "evidence-on-both-sides"
    NOTHING = "no-evidence"
    NOT_ASSESSABLE = "not-assessable"


class Behind(Model):
    """An outcome or a scenario state that a condition of a criterion rests on."""

    rule_id: str = Field(description="id of a rule or of a scenario")
    title: str
    status: str = Field(description="finding, pass, unknown, not-applicable, error, disabled, or a scenario's state")
    severity: str
    stage: str
    subject: str = Field(description="label of the subject; how many subjects, where several end the same way")
    subject_id: str
    message: str = Field(description="the finding's sentence, or the reason why it is unknown")
    fingerprint: str = Field(description="of the finding; empty for anything else")
    accepted: bool = Field(default=False, description="a suppression of the user accepts the finding")


class EvidenceLine(Model):
    """One condition of a criterion, decided."""

    condition: str
    says: str = Field(description="what it means for the criterion when it is true")
    result: str = Field(description="true, false or unknown")
    reason: str = Field(description="why it is unknown; empty otherwise")
    grade: str = Field(default="", description="the framework's own grade of this line; empty when it has none")
    values: tuple[tuple[str, str], ...] = Field(description="(field, value as shown)")
    behind: tuple[Behind, ...]


class CriterionAssessment(Model):
    """A criterion of a framework with what speaks for it, against it, and what could not be decided."""

    id: str
    title: str
    question: str
    source: str = Field(description="document and place")
    state: CriterionState
    evidence_for: tuple[EvidenceLine, ...]
    evidence_against: tuple[EvidenceLine, ...]
    undecided: tuple[EvidenceLine, ...] = Field(description="conditions that are unknown; they never count as for")
    looked_at: tuple[EvidenceLine, ...] = Field(description="conditions that were decided and are not the case")
    cannot_see: str = Field(description="what no contract shows")


class StageAssessment(Model):
    """A stage of a framework that has a ladder of them."""

    name: str
    title: str
    result: str = Field(description="true, false or unknown: whether the criteria that were decided allow it")
    reason: str


class FrameworkAssessment(Model):
    """A framework's criteria against this scan: the authors' mapping, no legal advice."""

    id: str
    title: str
    authority: str
    document: str
    note: str
    references: tuple[str, ...]
    criteria: tuple[CriterionAssessment, ...]
    stages: tuple[StageAssessment, ...]


class Verdict(StrEnum):
    """How a criterion of a policy, or the whole policy, ended; worst first."""

    FAIL = "fail"
    UNDECIDED = "undecided"
    REVIEW = "review"
    ACCEPTED = "accepted"
    PASS = "pass"


class CriterionVerdict(Model):
    """A criterion of the reader's own policy, decided."""

    id: str
    title: str
    why: str = Field(description="what the policy says about it; empty when it says nothing")
    verdict: Verdict
    reason: str = Field(description="what decided it, in words")
    fail_lines: tuple[EvidenceLine, ...] = Field(description="one of them true: the criterion fails")
    review_lines: tuple[EvidenceLine, ...] = Field(description="one of them true: a person has to look")


class PolicyVerdict(Model):
    """What the reader's own policy says; it decides the exit code."""

    id: str
    title: str
    owner: str
    version: str
    verdict: Verdict
    exit_code: int = Field(description="0, 1 or 3, before --allow-incomplete")
    suppressions: str = Field(description="honoured, or refused: then accepted findings count, too")
    criteria: tuple[CriterionVerdict, ...]
