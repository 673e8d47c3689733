"""Every rule on every subject of a snapshot. Nothing here touches the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.judge.decide import Decision, decide
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.values import cut
from scanner.judge.language.world import Ref, SnapshotWorld, Verdict, gap_on_chain
from scanner.judge.rule import Rule, Rulebook
from scanner.judge.rules import in_order
from scanner.model.outcome import Outcome, Status, Subject
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS, SubjectKind


@dataclass(frozen=True)
class Subjects:
    """The subjects of one kind. `missing`: why there may be more of them."""

    found: tuple[tuple[Subject, list[Ref]], ...]
    complete: bool
    missing: str
    on_chain: bool


def judge(snapshot: Snapshot, rulebook: Rulebook) -> tuple[Outcome, ...]:
    """Return all outcomes, sorted by rule and subject. An exception in a rule is an outcome; the others go on."""
    verdicts: dict[str, list[Verdict]] = {}
    world = SnapshotWorld(snapshot, lambda rule_id: verdicts.get(rule_id, []))
    kinds = {kind.name: kind for kind in SUBJECT_KINDS}
    whole = kinds["dao"].identify(snapshot, snapshot.dao)
    subjects: dict[str, Subjects] = {}
    outcomes: list[Outcome] = []
    for rule in in_order(rulebook.rules):
        if rule.subject not in subjects:
            subjects[rule.subject] = find_subjects(snapshot, kinds[rule.subject])
        of_rule = _outcomes(rule, subjects[rule.subject], world, whole)
        verdicts[rule.id] = [_verdict(outcome) for outcome in of_rule]
        outcomes.extend(of_rule)
    return tuple(sorted(outcomes, key=lambda one: (one.rule_id, one.subject.id)))


def find_subjects(snapshot: Snapshot, kind: SubjectKind) -> Subjects:
    """Return the instances of a kind, each with what a rule sees of it."""
    collection = kind.find(snapshot)
    wholes: Mapping[str, object] = {"dao": snapshot.dao, "membership": snapshot.membership}
    found: list[tuple[Subject, list[Ref]]] = []
    for item in collection.items:
        roots = [Ref(name, wholes.get(name, item)) for name in model_schema().roots(kind.name)]
        found.append((kind.identify(snapshot, item), roots))
    missing = f"not all of kind {kind.name} could be found"
    if collection.reason:
        missing += f": {cut(collection.reason)}"
    return Subjects(tuple(found), collection.complete, missing, gap_on_chain(snapshot, collection.reason))


def _outcomes(rule: Rule, subjects: Subjects, world: SnapshotWorld, whole: Subject) -> list[Outcome]:
    outcomes = [_judged(rule, subject, world, roots) for subject, roots in subjects.found]
    if not subjects.complete:
        outcomes.append(_outcome(rule, whole, Status.UNKNOWN, reason=subjects.missing, on_chain_gap=subjects.on_chain))
    elif not outcomes:
        outcomes.append(_outcome(rule, whole, Status.NOT_APPLICABLE, reason=f"there is no {rule.subject}"))
    return outcomes


def _judged(rule: Rule, subject: Subject, world: SnapshotWorld, roots: list[Ref]) -> Outcome:
    try:
        decision = decide(rule, world, roots)
        message = rule.message.render(world, roots) if decision.status is Status.FINDING else ""
    except Exception as error:
        mark = rule.mark
        place = f"{mark.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{mark.line}"
        text = f"{place}: {type(error).__name__}: {cut(str(error))}"
        return _outcome(rule, subject, Status.ERROR, reason=text)
    return Outcome(
        rule_id=rule.id,
        subject=subject,
        status=decision.status,
        severity=decision.level.severity if decision.level else None,
        stage=decision.level.stage if decision.level else None,
        at_least=decision.at_least,
        undecided_severity=decision.undecided,
        reason=_reason(decision),
        on_chain_gap=decision.on_chain_gap,
        message=message,
        conditions=decision.conditions,
        evidence=decision.evidence,
    )


def _reason(decision: Decision) -> str:
    if decision.status is Status.NOT_APPLICABLE:
        failed = [one.text for one in decision.conditions if one.result == "false"]
        return f"does not apply: {failed[-1]} is false" if failed else "does not apply"
    return decision.reason


def _outcome(
    rule: Rule,
    subject: Subject,
    status: Status,
    *,
    reason: str,
    on_chain_gap: bool = False,
) -> Outcome:
    """An outcome that no conditions led to; whatever the rule could say stays open, but where it does not apply."""
    return Outcome(
        rule_id=rule.id,
        subject=subject,
        status=status,
        severity=None,
        stage=None,
        at_least=False,
        undecided_severity=None if status is Status.NOT_APPLICABLE else rule.worst,
        reason=reason,
        on_chain_gap=on_chain_gap,
        message="",
        conditions=(),
        evidence=(),
    )


def _verdict(outcome: Outcome) -> Verdict:
    return Verdict(outcome.status, outcome.stage, outcome.at_least, outcome.reason, outcome.on_chain_gap)
