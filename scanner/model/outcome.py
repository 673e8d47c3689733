"""What the judge says: outcomes, findings, scenario states."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from scanner.model.evidence import Evidence
from scanner.model.handling import Handling
from scanner.model.kinds import Stage
from scanner.model.kit import Acceptance, DisabledRule, FrameworkAssessment, PolicyVerdict, ProfileUse, SuppressionUse
from scanner.model.values import Model


class Status(StrEnum):
    """The five outcomes of a rule on a subject."""

    FINDING = "finding"
    PASS = "pass"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


class Severity(StrEnum):
    """Severities of the security dimensions, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info up to 4 for critical."""
        return 4 - list(Severity).index(self)


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Dimension(StrEnum):
    """The fixed dimensions. The last four describe and carry no severity."""

    CONTROL = "control"
    RESPONSE_TIME = "response-time"
    CAPTURE = "capture"
    TREASURY = "treasury"
    TOKEN = "token"
    PROPOSALS = "proposals"
    CODE = "code"
    LISTED_EXPOSURE = "listed-exposure"
    MEMBERSHIP = "membership"
    ANONYMITY = "anonymity"
    ACCOUNTABILITY = "accountability"
    PROTECTION = "protection"

    @property
    def descriptive(self) -> bool:
        return self in _DESCRIPTIVE


_DESCRIPTIVE = frozenset({Dimension.MEMBERSHIP, Dimension.ANONYMITY, Dimension.ACCOUNTABILITY, Dimension.PROTECTION})


class Relation(StrEnum):
    """What a finding (or a pass) does to a scenario."""

    ENABLES = "enables"
    FACILITATES = "facilitates"
    MITIGATES = "mitigates"


class ScenarioState(StrEnum):
    NOT_ENABLED = "not-enabled"
    FACILITATED = "facilitated"
    ENABLED = "enabled"
    EXERCISED = "enabled-and-exercised"
    NOT_ASSESSABLE = "not-assessable"


class ScenarioLink(Model):
    id: str
    relation: Relation


class Condition(Model):
    """One `where` line with the values it was decided on."""

    text: str
    result: str = Field(description="true, false or unknown")
    values: tuple[tuple[str, str], ...] = Field(description="(field, value as shown)")


class Subject(Model):
    """What an outcome is about."""

    kind: str
    id: str = Field(description="stable: CAIP-10 account, with #… for parts of one")
    label: str


class Outcome(Model):
    """A rule on a subject."""

    rule_id: str
    subject: Subject
    status: Status
    severity: Severity | None
    stage: Stage | None
    at_least: bool = Field(description="a higher level stayed undecided")
    undecided_severity: Severity | None = Field(description="the worst level that stayed undecided")
    reason: str = Field(description="why unknown, not applicable or error; empty otherwise")
    on_chain_gap: bool = Field(description="unknown for want of an on-chain fact")
    message: str
    conditions: tuple[Condition, ...]
    evidence: tuple[Evidence, ...]


class Remediation(Model):
    effort: str
    text: str


class Finding(Model):
    """A finding as the report shows it."""

    rule_id: str
    rule_name: str
    title: str
    dimension: Dimension
    severity: Severity | None
    stage: Stage | None
    at_least: bool
    confidence: Confidence
    subject: Subject
    message: str
    conditions: tuple[Condition, ...]
    evidence: tuple[Evidence, ...]
    evidence_class: str = Field(description="E1 state … E8 inference; the weakest of the evidence used")
    base_rate: str = Field(description="how common this is, with its source; empty when not measured")
    mitigations: tuple[str, ...] = Field(description="what was seen that limits it; rule ids with words")
    scenarios: tuple[ScenarioLink, ...]
    why: str
    legitimate_use: str
    remediation: Remediation
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    fingerprint: str = Field(
        description="SHA-256 over rule id and subject id: stable when words, severity or lines change"
    )
    acceptance: Acceptance | None = Field(
        default=None, description="what the user's suppression file says about it; null when it says nothing"
    )

    @property
    def accepted(self) -> bool:
        """Whether a suppression that holds at `as_of` accepts it: shown all the same, but it fails nothing."""
        return self.acceptance is not None and not self.acceptance.expired


class DimensionSummary(Model):
    """One cell of the summary strip."""

    dimension: Dimension
    descriptive: bool
    worst: Severity | None = Field(description="worst open finding; null when there is none or the dimension describes")
    worst_title: str
    stages: tuple[str, ...] = Field(description="descriptive dimensions: title and stage or class of each finding")
    findings: int
    accepted: int = Field(default=0, description="findings among them that a suppression accepts: none is the worst")
    passes: int
    unknowns: int
    errors: int
    not_applicable: int
    worst_undecided: Severity | None


class ScenarioSentence(Model):
    """A finding or pass that carries a scenario's state."""

    rule_id: str
    subject: Subject
    status: Status
    relation: Relation
    text: str
    fingerprint: str


class ScenarioAssessment(Model):
    """A scenario's state in this scan."""

    id: str
    name: str
    title: str
    state: ScenarioState
    reason: str
    facilitators: tuple[ScenarioSentence, ...] = Field(description="enables and facilitates")
    limits: tuple[ScenarioSentence, ...]
    would_change: tuple[str, ...]
    legitimate_use: str
    description: str


class RuleSummary(Model):
    """A rule that ran."""

    id: str
    name: str
    title: str
    dimension: Dimension
    pack: str
    status: str = Field(default="stable", description="experimental, stable or deprecated")


class RuleTexts(Model):
    """What a rule that ran says whatever it finds, for formats that list every rule with its explanation."""

    id: str
    worst: Severity | None = Field(description="the worst severity it can give; null where it describes")
    confidence: Confidence
    why: str
    legitimate_use: str
    remediation: Remediation
    false_positives: tuple[str, ...]
    references: tuple[str, ...]


class Assessment(Model):
    """All that was judged."""

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...]
    dimensions: tuple[DimensionSummary, ...]
    scenarios: tuple[ScenarioAssessment, ...]
    rules: tuple[RuleSummary, ...]
    lang: str = Field(default="en", description="language of the texts (BCP 47)")
    digests: tuple[tuple[str, str], ...] = Field(description="(input, SHA-256) of rule packs, scenarios, policy")
    texts: tuple[RuleTexts, ...] = Field(default=(), description="one for each rule that ran, in the order of `rules`")
    disabled: tuple[DisabledRule, ...] = Field(default=(), description="rules that the user left out, by id")
    profile: ProfileUse | None = Field(default=None, description="null when none was named")
    suppressions: tuple[SuppressionUse, ...] = Field(default=(), description="in the order of the file")
    frameworks: tuple[FrameworkAssessment, ...] = Field(default=(), description="those that were asked for")
    policy: PolicyVerdict | None = Field(default=None, description="null when the user gave none")
    handling: Handling | None = Field(default=None, description="label that the author chose; null: by the findings")
