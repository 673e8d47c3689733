"""The conditions of a criterion: read from a file, and decided with what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.judge.asking import JudgedWorld, Names
from scanner.judge.decide import evaluate
from scanner.judge.fingerprints import fingerprint
from scanner.judge.language.compiled import Compiled
from scanner.judge.language.compiler import Scope, compile_condition
from scanner.judge.language.values import Truth, Unk
from scanner.judge.language.world import Ref
from scanner.judge.reader import Reader, as_text
from scanner.judge.yaml_strict import MapNode, Mark, Node, Scalar
from scanner.model.kit import Behind, EvidenceLine
from scanner.model.outcome import Assessment, Outcome, Status

MAX_FINDINGS = 20
"""Findings behind one condition that are spelt out; report.json lists all of them among its findings."""
MAX_REASONS = 6


@dataclass(frozen=True)
class Line:
    """One condition. `says`: what it means for the criterion; `grade`: the framework's own word for it."""

    when: Compiled
    says: str
    grade: str
    mark: Mark


@dataclass(frozen=True)
class Decided:
    """A condition with its truth, as text for a report."""

    truth: Truth
    line: EvidenceLine


def read_lines(top: Reader, key: str, scope: Scope, *, grades: Sequence[str] = ()) -> tuple[Line, ...]:
    """Return the conditions of a list: each a text, or a mapping of `when`, `says` and `grade`."""
    return tuple(_line(node, scope, grades) for node in top.items(key))


def _line(node: Node, scope: Scope, grades: Sequence[str]) -> Line:
    if isinstance(node, MapNode):
        allowed = ("when", "says", "grade") if grades else ("when", "says")
        reader = Reader(node, allowed, "a condition with its sentence")
        when = compile_condition(as_text(reader.scalar("when")), scope)
        grade = reader.choice("grade", grades) if reader.has("grade") else ""
        return Line(when, reader.optional("says"), grade, node.mark)
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
        raise node.mark.error("a condition is text, or a mapping of 'when' and 'says'", "quote it if it holds ': '")
    return Line(compile_condition(as_text(node), scope), "", "", node.mark)


def check_names(lines: Sequence[Line], names: Names) -> None:
    """Raise RuleError at the first condition that names a rule or scenario which is not there."""
    for line in lines:
        for asked in sorted(line.when.rule_ids):
            wrong = names.unknown(asked)
            if wrong is not None:
                raise line.when.text.error(wrong[0], hint=wrong[1])


@dataclass(frozen=True)
class Judged:
    """Everything that conditions are decided on."""

    assessment: Assessment
    world: JudgedWorld
    roots: list[Ref]

    def decide(self, line: Line) -> Decided:
        """Return whether a condition holds, with what it rests on."""
        lines = evaluate([line.when], self.world, self.roots)
        condition = lines.conditions[0]
        return Decided(
            lines.truth,
            EvidenceLine(
                condition=condition.text,
                says=line.says,
                result=condition.result,
                reason=reasons(lines.truth) if isinstance(lines.truth, Unk) else "",
                grade=line.grade,
                values=condition.values,
                behind=tuple(one for name in sorted(line.when.rule_ids) for one in self._behind(name)),
            ),
        )

    def _behind(self, name: str) -> list[Behind]:
        scenario = self.world.scenarios.get(name)
        if scenario is not None:
            return [_behind(name, scenario.title, scenario.state.value, message=scenario.reason)]
        title = next((rule.title for rule in self.assessment.rules if rule.id == name), "")
        left_out = self.world.disabled.get(name)
        if left_out is not None:
            return [_behind(name, left_out.title, "disabled", message=left_out.why)]
        outcomes = [one for one in self.assessment.outcomes if one.rule_id == name]
        return _findings(name, title, outcomes, self.assessment) or _others(name, title, outcomes)


def reasons(unknown: Unk) -> str:
    """Return why something is unknown, in one line."""
    found = [str(one) for one in unknown.why]
    more = f" (and {len(found) - MAX_REASONS} more)" if len(found) > MAX_REASONS else ""
    return "; ".join(found[:MAX_REASONS]) + more


def _behind(rule_id: str, title: str, status: str, *, subject: str = "", message: str = "") -> Behind:
    return Behind(
        rule_id=rule_id,
        title=title,
        status=status,
        severity="",
        stage="",
        subject=subject,
        subject_id="",
        message=message,
        fingerprint="",
    )


def _findings(rule_id: str, title: str, outcomes: Sequence[Outcome], assessment: Assessment) -> list[Behind]:
    accepted = {one.fingerprint for one in assessment.findings if one.accepted}
    found = [one for one in outcomes if one.status is Status.FINDING]
    shown = [
        Behind(
            rule_id=rule_id,
            title=title,
            status=one.status.value,
            severity=one.severity.value if one.severity else "",
            stage=one.stage.value if one.stage else "",
            subject=one.subject.label,
            subject_id=one.subject.id,
            message=one.message,
            fingerprint=fingerprint(rule_id, one.subject.id),
            accepted=fingerprint(rule_id, one.subject.id) in accepted,
        )
        for one in found[:MAX_FINDINGS]
    ]
    if len(found) > MAX_FINDINGS:
        shown.append(_behind(rule_id, title, "finding", subject=f"{len(found) - MAX_FINDINGS} more subjects"))
    return shown


def _others(rule_id: str, title: str, outcomes: Sequence[Outcome]) -> list[Behind]:
    """One for each way of ending and reason, with the subjects counted."""
    groups: dict[tuple[Status, str], list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault((one.status, "" if one.status is Status.PASS else one.reason), []).append(one)
    return [
        _behind(rule_id, title, status.value, subject=_counted(found), message=reason)
        for (status, reason), found in sorted(groups.items(), key=lambda pair: (pair[0][0].value, pair[0][1]))
    ]


def _counted(outcomes: Sequence[Outcome]) -> str:
    return outcomes[0].subject.label if len(outcomes) == 1 else f"{len(outcomes)} subjects"
