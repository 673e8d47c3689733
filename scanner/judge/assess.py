"""From outcomes to what a reader takes away: findings, the summary of each dimension, scenarios, the exit code."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.judge.fingerprints import fingerprint
from scanner.judge.rule import Rule, Rulebook
from scanner.judge.scenario_state import assess_scenario
from scanner.judge.scenarios import Scenarios
from scanner.locale.load import load_locale
from scanner.locale.locale import Locale
from scanner.model.evidence import Evidence
from scanner.model.outcome import (
    Assessment,
    Dimension,
    DimensionSummary,
    Finding,
    Outcome,
    RuleSummary,
    RuleTexts,
    ScenarioLink,
    Severity,
    Status,
)
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS

_CLASS_OF_EVIDENCE = {
    "call": 1,
    "storage": 1,
    "account": 1,
    "block": 1,
    "code": 2,
    "source": 3,
    "log": 4,
    "logs": 4,
    "document": 5,
    "simulation": 8,
}
"""Evidence classes of domain section 6.3: E1 state, E2 bytecode, E3 source, E4 history, E5 document."""

INCOMPLETE = 3
FINDINGS = 1


def assess(
    snapshot: Snapshot, outcomes: Sequence[Outcome], rulebook: Rulebook, scenarios: Scenarios, t: Locale | None = None
) -> Assessment:
    """Return findings (worst first), dimension summaries, scenario states and the digests of what was judged by.

    `t` is the language that the rules and scenarios are worded in; English where it is not given.
    """
    t = t or load_locale()
    outcomes = tuple(outcomes)
    rules = {rule.id: rule for rule in rulebook.rules}
    by_rule: dict[str, list[Outcome]] = {rule_id: [] for rule_id in rules}
    for outcome in outcomes:
        by_rule[outcome.rule_id].append(outcome)
    findings = [
        _finding(t, rules[outcome.rule_id], outcome, by_rule, rules)
        for outcome in outcomes
        if outcome.status is Status.FINDING
    ]
    findings.sort(key=lambda one: (-_rank(one.severity), one.rule_id, one.subject.id))
    whole = next(kind for kind in SUBJECT_KINDS if kind.name == "dao").identify(snapshot, snapshot.dao)
    return Assessment(
        lang=t.lang,
        outcomes=outcomes,
        findings=tuple(findings),
        dimensions=tuple(_dimension(t, dimension, outcomes, rules) for dimension in Dimension),
        scenarios=tuple(assess_scenario(one, by_rule, rules=rules, whole=whole, t=t) for one in scenarios.items),
        rules=tuple(_summary(rule, rulebook) for rule in rulebook.rules),
        digests=(
            *sorted((f"rules/{pack.name}", pack.digest) for pack in rulebook.packs),
            ("rules/scenarios", scenarios.digest),
            *rulebook.translations,
        ),
        texts=tuple(_texts(rule) for rule in rulebook.rules),
    )


def exit_code(assessment: Assessment, fail_on: Severity, allow_incomplete: bool = False) -> int:
    """Return 1 for findings at or above `fail_on`, 3 when a stable rule left such a level open, else 0; 1 beats 3.

    Accepted findings do not count. A policy decides in place of `fail_on`.
    """
    if assessment.policy is not None:
        undecided = assessment.policy.exit_code == INCOMPLETE
        return 0 if undecided and allow_incomplete else assessment.policy.exit_code
    if any(_rank(finding.severity) >= fail_on.rank and not finding.accepted for finding in assessment.findings):
        return FINDINGS
    stable = {rule.id for rule in assessment.rules if rule.status == "stable"}
    incomplete = any(
        outcome.rule_id in stable
        and _rank(outcome.undecided_severity) >= fail_on.rank
        and (outcome.status is Status.ERROR or outcome.on_chain_gap)
        for outcome in assessment.outcomes
    )
    return INCOMPLETE if incomplete and not allow_incomplete else 0


def _rank(severity: Severity | None) -> int:
    return -1 if severity is None else severity.rank


def _summary(rule: Rule, rulebook: Rulebook) -> RuleSummary:
    return RuleSummary(
        id=rule.id,
        name=rule.name,
        title=rule.title,
        dimension=rule.dimension,
        pack=rulebook.pack_of(rule).name,
        status=rule.status,
    )


def _texts(rule: Rule) -> RuleTexts:
    return RuleTexts(
        id=rule.id,
        worst=rule.worst,
        confidence=rule.confidence,
        why=rule.why,
        legitimate_use=rule.legitimate_use,
        remediation=rule.remediation,
        false_positives=rule.false_positives,
        references=rule.references,
    )


def _finding(
    t: Locale, rule: Rule, outcome: Outcome, by_rule: dict[str, list[Outcome]], rules: dict[str, Rule]
) -> Finding:
    return Finding(
        rule_id=rule.id,
        rule_name=rule.name,
        title=rule.title,
        dimension=rule.dimension,
        severity=outcome.severity,
        stage=outcome.stage,
        at_least=outcome.at_least,
        confidence=rule.confidence,
        subject=outcome.subject,
        message=outcome.message,
        conditions=outcome.conditions,
        evidence=outcome.evidence,
        evidence_class=evidence_class(rule.evidence_class, outcome.evidence),
        base_rate=rule.base_rate,
        mitigations=_mitigations(t, rule, outcome, by_rule, rules),
        scenarios=tuple(ScenarioLink(id=link.id, relation=link.relation) for link in rule.scenarios if link.relation),
        why=rule.why,
        legitimate_use=rule.legitimate_use,
        remediation=rule.remediation,
        false_positives=rule.false_positives,
        references=rule.references,
        fingerprint=fingerprint(rule.id, outcome.subject.id),
    )


def evidence_class(declared: str, evidence: Sequence[Evidence]) -> str:
    """Return the weakest class: what the rule declares, or what was used where that is weaker."""
    return f"E{max([int(declared[1:]), *(_CLASS_OF_EVIDENCE[piece.kind] for piece in evidence)])}"


def _mitigations(
    t: Locale, rule: Rule, outcome: Outcome, by_rule: dict[str, list[Outcome]], rules: dict[str, Rule]
) -> tuple[str, ...]:
    """What was seen that limits a finding: a pass of a security rule, a finding of a descriptive (protective) one."""
    found: list[str] = []
    for rule_id in rule.mitigated_by:
        if rule_id not in rules:
            continue
        other = rules[rule_id]
        near = [one for one in by_rule[rule_id] if one.subject.id == outcome.subject.id] or by_rule[rule_id]
        if other.dimension.descriptive:
            said = (one.message for one in near if one.status is Status.FINDING)
            found.extend(str(t("judge.mitigation", rule=rule_id, text=one)) for one in said)
        elif _all_pass(near):
            found.append(str(t("judge.mitigation_passed", rule=rule_id, title=other.title)))
    return tuple(dict.fromkeys(found))


def _all_pass(outcomes: Sequence[Outcome]) -> bool:
    fine = {Status.PASS, Status.NOT_APPLICABLE}
    return all(one.status in fine for one in outcomes) and any(one.status is Status.PASS for one in outcomes)


def _dimension(
    t: Locale, dimension: Dimension, outcomes: Sequence[Outcome], rules: dict[str, Rule]
) -> DimensionSummary:
    mine = [one for one in outcomes if rules[one.rule_id].dimension is dimension]
    findings = [one for one in mine if one.status is Status.FINDING]
    worst = max(findings, key=lambda one: _rank(one.severity), default=None)
    undecided = max((one.undecided_severity for one in mine if one.undecided_severity), key=_rank, default=None)
    stages: tuple[str, ...] = ()
    if dimension.descriptive:
        stages = tuple(dict.fromkeys(_staged(t, rules[one.rule_id], one) for one in findings))
    return DimensionSummary(
        dimension=dimension,
        descriptive=dimension.descriptive,
        worst=worst.severity if worst else None,
        worst_title=rules[worst.rule_id].title if worst and worst.severity else "",
        stages=stages,
        findings=len(findings),
        passes=_count(mine, Status.PASS),
        unknowns=_count(mine, Status.UNKNOWN),
        errors=_count(mine, Status.ERROR),
        not_applicable=_count(mine, Status.NOT_APPLICABLE),
        worst_undecided=undecided,
    )


def _staged(t: Locale, rule: Rule, outcome: Outcome) -> str:
    stage = t(f"judge_stage.{outcome.stage}") if outcome.stage else ""
    return str(t("judge.stage_of", title=rule.title, stage=stage))


def _count(outcomes: Sequence[Outcome], status: Status) -> int:
    return sum(1 for one in outcomes if one.status is status)
