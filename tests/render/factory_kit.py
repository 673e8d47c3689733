"""The example assessment with everything that a reader can bring along."""

from __future__ import annotations

from scanner.model.kit import (
    Acceptance,
    Behind,
    CriterionAssessment,
    CriterionState,
    CriterionVerdict,
    DisabledRule,
    EvidenceLine,
    FrameworkAssessment,
    PolicyVerdict,
    ProfileUse,
    StageAssessment,
    SuppressionState,
    SuppressionUse,
    Verdict,
)
from scanner.model.outcome import Assessment, Finding
from tests.render import factory

REASON = "The key moves to the Safe this quarter."
EXPIRES = "2027-03-31"


def behind(finding: Finding, accepted: bool = False) -> Behind:
    return Behind(
        rule_id=finding.rule_id,
        title=finding.title,
        status="finding",
        severity=finding.severity.value if finding.severity else "",
        stage="",
        subject=finding.subject.label,
        subject_id=finding.subject.id,
        message=finding.message,
        fingerprint=finding.fingerprint,
        accepted=accepted,
    )


def other(rule_id: str, status: str, message: str = "") -> Behind:
    return Behind(
        rule_id=rule_id,
        title="One key can act",
        status=status,
        severity="",
        stage="",
        subject="3 subjects",
        subject_id="",
        message=message,
        fingerprint="",
    )


def line(result: str, *behind_it: Behind, says: str = "", grade: str = "", reason: str = "") -> EvidenceLine:
    return EvidenceLine(
        condition='passed("CAP-001")',
        says=says,
        result=result,
        reason=reason,
        grade=grade,
        values=(("dao.safes[0].owner_count", "3"), ("dao.safes.size", "1")),
        behind=behind_it,
    )


def criterion(name: str, state: CriterionState, **lines: tuple[EvidenceLine, ...]) -> CriterionAssessment:
    given = {"evidence_for": (), "evidence_against": (), "undecided": (), "looked_at": (), **lines}
    return CriterionAssessment(
        id=name,
        title=f"Criterion {name}",
        question="Can nobody act alone?",
        source="Page 1",
        state=state,
        cannot_see="Who holds keys.",
        **given,
    )


def framework(found: Finding) -> FrameworkAssessment:
    return FrameworkAssessment(
        id="desk",
        title="Desk framework",
        authority="A desk",
        document="Its book, 2026",
        note="Only what contracts show.",
        references=("https://docs.openzeppelin.com/contracts/5.x/governance", "Its book"),
        criteria=(
            criterion("a", CriterionState.AGAINST, evidence_against=(line("true", behind(found), grade="high"),)),
            criterion("b", CriterionState.FOR, evidence_for=(line("true", other("CAP-001", "pass")),)),
            criterion(
                "c",
                CriterionState.NOT_ASSESSABLE,
                undecided=(line("unknown", other("CTL-001", "unknown", "no-logs"), says="The admin stands outside."),),
                looked_at=(line("false"),),
            ),
            criterion("d", CriterionState.NOT_ASSESSABLE),
            criterion(
                "e",
                CriterionState.BOTH,
                evidence_for=(line("true", says="A Safe has 3 owners."),),
                evidence_against=(line("true", other("MS-12", "enabled", "what it needs is there")),),
            ),
            criterion(
                "f", CriterionState.NOTHING, undecided=(line("unknown", other("CTL-002", "disabled", "--disable")),)
            ),
        ),
        stages=(
            StageAssessment(
                name="Stage 1", title="Nothing high", result="false", reason="evidence against: Criterion a"
            ),
            StageAssessment(
                name="Stage 2", title="Nothing at all", result="unknown", reason="not assessable: Criterion d"
            ),
        ),
    )


def policy(found: Finding) -> PolicyVerdict:
    rows = (
        ("P1", Verdict.FAIL, (line("true", behind(found)),), ()),
        ("P2", Verdict.UNDECIDED, (line("unknown", reason="dao.safes: node-error"),), ()),
        ("P3", Verdict.REVIEW, (), (line("true", says="A person has to ask."),)),
        ("P4", Verdict.ACCEPTED, (line("true", behind(found, accepted=True)),), ()),
        ("P5", Verdict.PASS, (line("false"),), ()),
    )
    return PolicyVerdict(
        id="desk",
        title="Desk policy",
        owner="The desk",
        version="3",
        verdict=Verdict.FAIL,
        exit_code=1,
        suppressions="honoured",
        criteria=tuple(
            CriterionVerdict(
                id=name,
                title=f"Demand {name}",
                why="It is asked for.",
                verdict=verdict,
                reason=f"Reason of {name}.",
                fail_lines=fail,
                review_lines=review,
            )
            for name, verdict, fail, review in rows
        ),
    )


def use(state: SuppressionState, note: str, *findings: Finding) -> SuppressionUse:
    return SuppressionUse(
        rule_id="CTL-006" if findings else "",
        fingerprint="" if findings else "ab" * 32,
        subject="",
        up_to="high",
        reason=REASON,
        expires=EXPIRES,
        by="A. Reader",
        line=3,
        state=state,
        note=note,
        findings=tuple(one.fingerprint for one in findings),
    )


def assessment() -> Assessment:
    """Return the example with one accepted finding, one whose acceptance ended, and all the rest."""
    plain = factory.assessment()
    one, two = plain.findings[0], plain.findings[1]
    acceptance = Acceptance(reason=REASON, expires=EXPIRES, by="A. Reader", expired=False)
    ended = acceptance.model_copy(update={"expired": True, "by": ""})
    found = (
        one.model_copy(update={"acceptance": acceptance}),
        two.model_copy(update={"acceptance": ended}),
        *plain.findings[2:],
    )
    return plain.model_copy(
        update={
            "findings": found,
            "dimensions": tuple(
                cell.model_copy(update={"accepted": int(cell.dimension is one.dimension)}) for cell in plain.dimensions
            ),
            "suppressions": (
                use(SuppressionState.ACTIVE, "", one),
                use(SuppressionState.EXPIRED, "It ended with 2027-03-31.", two),
                use(SuppressionState.UNUSED, "No finding fits it."),
            ),
            "disabled": (
                DisabledRule(
                    id="CAP-005",
                    name="emergency-execution",
                    title="A vote can be executed at once",
                    dimension="capture",
                    pack="capture",
                    why="--disable CAP-005",
                ),
            ),
            "profile": ProfileUse(name="exchange", title="Exchange desk", settings=(("first", "token, control"),)),
            "frameworks": (framework(found[2]),),
            "policy": policy(found[2]),
        }
    )
