"""Conditions over the outcomes of other rules, in three-valued logic."""

from __future__ import annotations

from scanner.judge.language.compiled import Closure
from scanner.judge.language.values import Truth, Unk, Why
from scanner.judge.language.vocabulary import STAGES
from scanner.judge.language.world import Asked, Run, Verdict
from scanner.model.outcome import Severity, Status

_FINDING = Status.FINDING
_OPEN = (Status.UNKNOWN, Status.ERROR)


def _note(at: Run, what: str, truth: Truth, verdicts: list[Verdict]) -> Truth:
    """Write the answer down with what it rests on: findings where there are any, else all outcomes."""
    findings = [one for one in verdicts if one.status is _FINDING]
    at.trace.append(Asked(what, truth, findings or verdicts))
    return truth


def _undecided(rule_id: str, verdicts: list[Verdict]) -> Unk:
    if not verdicts:
        return Unk((Why(rule_id, "the rule did not run", False),))
    whys = (Why(rule_id, one.reason or one.status.value, one.on_chain) for one in verdicts)
    return Unk(tuple(dict.fromkeys(whys)))


def found(rule_id: str) -> Closure:
    """True if any subject has a finding; false if every outcome is a pass or not applicable; else unknown."""

    def run(at: Run) -> Truth:
        verdicts = list(at.asks(rule_id))
        truth: Truth = False
        undecided = [one for one in verdicts if one.status in _OPEN or (one.status is _FINDING and one.counts is None)]
        if any(one.status is _FINDING and one.counts is True for one in verdicts):
            truth = True
        elif not verdicts or undecided:
            truth = _undecided(rule_id, undecided)
        return _note(at, f'finding("{rule_id}")', truth, verdicts)

    return run


def held(rule_id: str) -> Closure:
    """True if there is a pass and every other outcome is a pass or not applicable; false at a finding; else unknown."""

    def run(at: Run) -> Truth:
        verdicts = list(at.asks(rule_id))
        truth: Truth = any(one.status is Status.PASS for one in verdicts)
        if any(one.status is Status.FINDING for one in verdicts):
            truth = False
        elif not verdicts or any(one.status in _OPEN for one in verdicts):
            truth = _undecided(rule_id, [one for one in verdicts if one.status in _OPEN])
        return _note(at, f'passed("{rule_id}")', truth, verdicts)

    return run


def found_at(rule_id: str, stage: str) -> Closure:
    """True if a finding reaches `stage`; unknown while one may still reach it."""
    least = STAGES.index(stage)

    def run(at: Run) -> Truth:
        verdicts = list(at.asks(rule_id))
        findings = [one for one in verdicts if one.status is Status.FINDING]
        may_reach = [one for one in verdicts if one.status in _OPEN] + [one for one in findings if one.at_least]
        truth: Truth = False
        if any(one.stage is not None and STAGES.index(one.stage.value) >= least for one in findings):
            truth = True
        elif not verdicts or may_reach:
            truth = _undecided(rule_id, may_reach)
        return _note(at, f'finding_at("{rule_id}")', truth, verdicts)

    return run


def found_as_bad(rule_id: str, severity: str) -> Closure:
    """True if a finding is of `severity` or worse; unknown while one may be."""
    least = Severity(severity).rank

    def run(at: Run) -> Truth:
        verdicts = list(at.asks(rule_id))
        may_be = [one for one in verdicts if _may_be(one, least)]
        truth: Truth = False
        if any(one.severity is not None and one.severity.rank >= least for one in verdicts):
            truth = True
        elif not verdicts or may_be:
            truth = _undecided(rule_id, may_be)
        return _note(at, f'severity_at_least("{rule_id}", "{severity}")', truth, verdicts)

    return run


def _may_be(one: Verdict, least: int) -> bool:
    """Whether what stayed open may be that bad; a finding without a severity is of a rule that describes."""
    if one.open_severity is not None:
        return one.open_severity.rank >= least
    return one.status in _OPEN or (one.status is _FINDING and one.severity is None)
