"""The state of a scenario in a scan, and the findings and passes that carry the sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.judge.decide import evaluate
from scanner.judge.fingerprints import fingerprint
from scanner.judge.language.values import Unk
from scanner.judge.language.world import Verdict
from scanner.judge.rule import Rule
from scanner.judge.scenarios import Scenario
from scanner.locale.locale import Locale
from scanner.model.kinds import Stage
from scanner.model.outcome import (
    Outcome,
    Relation,
    ScenarioAssessment,
    ScenarioSentence,
    ScenarioState,
    Status,
    Subject,
)

_FIRM = (Stage.CONFIGURED, Stage.EXERCISED)
_FORWARD = (Relation.ENABLES, Relation.FACILITATES)
MAX_REASONS = 6


class OutcomeWorld:
    """A world of outcomes only. A finding counts from the stage `configured` on, or where there are no stages."""

    def __init__(self, by_rule: Mapping[str, Sequence[Outcome]]) -> None:
        self._by_rule = by_rule

    def related(self, item: object, name: str) -> object:
        raise AssertionError(f"conditions of scenarios read no {name}")

    def verdicts(self, rule_id: str) -> Sequence[Verdict]:
        return [
            Verdict(one.status, one.stage, one.at_least, one.reason, one.on_chain_gap, _counts(one))
            for one in self._by_rule.get(rule_id, ())
        ]


def _counts(outcome: Outcome) -> bool | None:
    """Whether a finding moves a scenario; None when a higher stage stayed open."""
    if outcome.stage is None or outcome.stage in _FIRM:
        return True
    return None if outcome.at_least else False


def assess_scenario(
    scenario: Scenario,
    by_rule: Mapping[str, Sequence[Outcome]],
    *,
    rules: Mapping[str, Rule],
    whole: Subject,
    t: Locale,
) -> ScenarioAssessment:
    """Return the scenario's state with its sentences, sorted by rule and subject."""
    sentences = _sentences(t, scenario.id, by_rule, rules, whole)
    forward = tuple(sentence for sentence, _ in sentences if sentence.relation in _FORWARD)
    moved = any(counts for sentence, counts in sentences if sentence.relation in _FORWARD)
    state, reason = _state(t, scenario, OutcomeWorld(by_rule), moved=moved)
    return ScenarioAssessment(
        id=scenario.id,
        name=scenario.name,
        title=scenario.title,
        state=state,
        reason=reason,
        facilitators=forward,
        limits=tuple(sentence for sentence, _ in sentences if sentence.relation is Relation.MITIGATES),
        would_change=scenario.would_change,
        legitimate_use=scenario.legitimate_use,
        description=f"{scenario.description} {scenario.content_note}".strip(),
    )


def _state(t: Locale, scenario: Scenario, world: OutcomeWorld, *, moved: bool) -> tuple[ScenarioState, str]:
    if scenario.out_of_scope:
        return ScenarioState.NOT_ASSESSABLE, scenario.out_of_scope
    needs = evaluate(scenario.needs, world, [])
    if isinstance(needs.truth, Unk):
        return ScenarioState.NOT_ASSESSABLE, str(t("judge.not_decided", reasons=_reasons(t, needs.truth)))
    if needs.truth is False:
        if moved:
            return ScenarioState.FACILITATED, str(t("judge.facilitated"))
        return ScenarioState.NOT_ENABLED, str(t("judge.not_enabled"))
    if not scenario.exercised_when:
        return ScenarioState.ENABLED, str(t("judge.enabled"))
    exercised = evaluate(scenario.exercised_when, world, []).truth
    if exercised is True:
        return ScenarioState.EXERCISED, str(t("judge.exercised"))
    if isinstance(exercised, Unk):
        return ScenarioState.ENABLED, str(t("judge.exercise_open", reasons=_reasons(t, exercised)))
    return ScenarioState.ENABLED, str(t("judge.not_exercised"))


def _reasons(t: Locale, unknown: Unk) -> str:
    found = [str(one) for one in unknown.why]
    said = t.joined(found[:MAX_REASONS], "semicolon")
    return t("judge.more_reasons", reasons=said, more=len(found) - MAX_REASONS) if len(found) > MAX_REASONS else said


def _sentences(
    t: Locale, scenario_id: str, by_rule: Mapping[str, Sequence[Outcome]], rules: Mapping[str, Rule], whole: Subject
) -> list[tuple[ScenarioSentence, bool]]:
    """Return each sentence, and whether it moves the scenario's state."""
    found: list[tuple[ScenarioSentence, bool]] = []
    for rule_id in sorted(rules):
        for link in rules[rule_id].scenarios:
            if link.id != scenario_id:
                continue
            outcomes = sorted(by_rule.get(rule_id, ()), key=lambda one: one.subject.id)
            if link.relation is not None:
                found.extend(
                    (_from_finding(t, one, link.relation), _counts(one) is True)
                    for one in outcomes
                    if one.status is Status.FINDING
                )
            if link.on_pass is not None:
                passed = _from_passes(t, rules[rule_id], link.on_pass, outcomes, whole)
                found.extend((one, False) for one in passed)
    return found


def _from_finding(t: Locale, outcome: Outcome, relation: Relation) -> ScenarioSentence:
    text = outcome.message
    if _counts(outcome) is not True:
        text = str(t("judge.only_informs", text=text, stage=t(f"judge_stage.{outcome.stage}")))
    return _sentence(outcome, relation, text)


def _from_passes(
    t: Locale, rule: Rule, relation: Relation, outcomes: Sequence[Outcome], whole: Subject
) -> list[ScenarioSentence]:
    """One sentence when the rule passes wherever it applies; nothing while any subject is open or has a finding."""
    passes = [one for one in outcomes if one.status is Status.PASS]
    if not passes or any(one.status not in (Status.PASS, Status.NOT_APPLICABLE) for one in outcomes):
        return []
    text = t("judge.passed", title=rule.title)
    if len(passes) == 1:
        return [_sentence(passes[0], relation, str(t("judge.passed_one", passed=text)))]
    together = passes[0].model_copy(update={"subject": whole})
    return [_sentence(together, relation, str(t("judge.passed_many", passed=text, n=len(passes))))]


def _sentence(outcome: Outcome, relation: Relation, text: str) -> ScenarioSentence:
    return ScenarioSentence(
        rule_id=outcome.rule_id,
        subject=outcome.subject,
        status=outcome.status,
        relation=relation,
        text=text,
        fingerprint=fingerprint(outcome.rule_id, outcome.subject.id),
    )
