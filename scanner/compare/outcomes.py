"""Outcomes that moved between two judgements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.model.difference import Direction, OutcomeMove, OutcomeState
from scanner.model.outcome import Dimension, Outcome, RuleSummary, Severity, Status, Subject

ABSENT = OutcomeState(status="", severity=None, stage="", undecided=None, message="")
_FOUND = 1
"""Weight of a finding without a severity, which is one that describes."""


@dataclass(frozen=True)
class Judged:
    """One outcome, from an assessment or from an older report."""

    rule_id: str
    subject: Subject
    state: OutcomeState


def judged(outcomes: Iterable[Outcome]) -> dict[tuple[str, str], Judged]:
    """Return outcomes by rule and subject; those that do not apply are left out."""
    found = {}
    for one in outcomes:
        if one.status is Status.NOT_APPLICABLE:
            continue
        state = OutcomeState(
            status=one.status,
            severity=one.severity,
            stage=one.stage.value if one.stage else "",
            undecided=one.undecided_severity,
            message=one.message,
        )
        found[one.rule_id, one.subject.id] = Judged(one.rule_id, one.subject, state)
    return found


def moves(
    before: Mapping[tuple[str, str], Judged],
    after: Mapping[tuple[str, str], Judged],
    rules: Mapping[str, RuleSummary],
) -> tuple[OutcomeMove, ...]:
    """Return what moved, the worst first. A rule that one side does not have is no move."""
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        one = new or old
        assert one is not None
        rule = rules.get(one.rule_id)
        was, now = old.state if old else ABSENT, new.state if new else ABSENT
        if rule is None or _same(was, now):
            continue
        found.append(_move(rule, one.subject, (was, now)))
    return tuple(sorted(found, key=_order))


def _same(was: OutcomeState, now: OutcomeState) -> bool:
    quiet = (Status.PASS, "")
    if was.status in quiet and now.status in quiet:
        return True
    return (was.status, was.severity, was.stage, was.undecided) == (now.status, now.severity, now.stage, now.undecided)


def _move(rule: RuleSummary, subject: Subject, states: tuple[OutcomeState, OutcomeState]) -> OutcomeMove:
    was, now = states
    return OutcomeMove(
        rule_id=rule.id,
        title=rule.title,
        dimension=rule.dimension,
        subject=subject,
        before=was,
        after=now,
        direction=_direction(rule.dimension, was, now),
    )


def _direction(dimension: Dimension, was: OutcomeState, now: OutcomeState) -> Direction:
    undecided = (Status.UNKNOWN, Status.ERROR)
    if dimension.descriptive and (_weight(was), _weight(now)) != (0, 0):
        return Direction.UNDECIDED if now.status in undecided else Direction.OTHER
    if _weight(now) != _weight(was):
        if now.status in undecided:
            return Direction.UNDECIDED
        return Direction.WORSE if _weight(now) > _weight(was) else Direction.BETTER
    if now.status in undecided and was.status not in undecided:
        return Direction.UNDECIDED
    if was.status in undecided and now.status not in undecided:
        return Direction.DECIDED
    return Direction.OTHER


def _weight(state: OutcomeState) -> int:
    if state.status is not Status.FINDING:
        return 0
    return _FOUND + (state.severity.rank + 1 if state.severity else 0)


def _order(move: OutcomeMove) -> tuple[int, int, str, str]:
    worst = max((one.rank for one in (move.before.severity, move.after.severity) if one), default=-1)
    return list(Direction).index(move.direction), -worst, move.rule_id, move.subject.id


def worsened(found: Iterable[OutcomeMove], fail_on: Severity) -> bool:
    """Return whether an outcome got worse and stands at or above `fail_on`."""
    return any(
        move.direction is Direction.WORSE
        and move.after.severity is not None
        and move.after.severity.rank >= fail_on.rank
        for move in found
    )


def lost(found: Iterable[OutcomeMove], fail_on: Severity) -> bool:
    """Return whether something at or above `fail_on` was decided and is not any more."""
    return any(
        move.direction is Direction.UNDECIDED
        and any(one is not None and one.rank >= fail_on.rank for one in (move.before.severity, move.after.undecided))
        for move in found
    )
