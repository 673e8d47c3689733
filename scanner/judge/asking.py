"""What can be asked once everything was judged: the conditions of frameworks and policies.

They are conditions of the same language, about the DAO as a whole, with three functions more. Each of the three is
unknown while what was left undecided may still reach the level that is asked for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.judge.engine import find_subjects
from scanner.judge.language.compiled import Closure
from scanner.judge.language.compiler import Compiler, Scope
from scanner.judge.language.functions import RULE_ID, Builder
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.source import did_you_mean
from scanner.judge.language.types import BOOL, Type
from scanner.judge.language.values import Truth, Unk, Why
from scanner.judge.language.world import Read, Ref, Run, SnapshotWorld, Verdict
from scanner.judge.schema import SCENARIO_ID
from scanner.model.kit import DisabledRule
from scanner.model.outcome import Assessment, Dimension, Outcome, ScenarioAssessment, ScenarioState, Severity, Status
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS

_ORDER = (ScenarioState.NOT_ENABLED, ScenarioState.FACILITATED, ScenarioState.ENABLED, ScenarioState.EXERCISED)
_STATES = tuple(state.value for state in _ORDER[1:])
_SEVERITIES = tuple(severity.value for severity in Severity)
_GRADED = tuple(dimension.value for dimension in Dimension if not dimension.descriptive)


class JudgedWorld(SnapshotWorld):
    """A snapshot with everything that was said about it. `accepted`: fingerprints whose findings are left out."""

    def __init__(self, snapshot: Snapshot, assessment: Assessment, accepted: Iterable[tuple[str, str]] = ()) -> None:
        self.outcomes: dict[str, list[Outcome]] = {}
        left_out = frozenset(accepted)
        for outcome in assessment.outcomes:
            kept = _without(outcome) if (outcome.rule_id, outcome.subject.id) in left_out else outcome
            self.outcomes.setdefault(outcome.rule_id, []).append(kept)
        self.scenarios: Mapping[str, ScenarioAssessment] = {one.id: one for one in assessment.scenarios}
        self.disabled: Mapping[str, DisabledRule] = {rule.id: rule for rule in assessment.disabled}
        self._dimensions = {rule.id: rule.dimension.value for rule in assessment.rules}
        super().__init__(snapshot, self._verdicts)

    def _verdicts(self, rule_id: str) -> Sequence[Verdict]:
        return [
            Verdict(one.status, one.stage, one.at_least, one.reason, one.on_chain_gap)
            for one in self.outcomes.get(rule_id, ())
        ]

    def of_dimension(self, name: str) -> list[Outcome]:
        """Return the outcomes of every rule of a dimension."""
        return [one for rule_id, found in self.outcomes.items() if self._dimensions[rule_id] == name for one in found]

    def disabled_in(self, name: str) -> list[DisabledRule]:
        """Return the rules of a dimension that did not run because the user left them out."""
        return [rule for rule in self.disabled.values() if rule.dimension == name]


def _without(outcome: Outcome) -> Outcome:
    """An accepted finding neither counts nor turns into a pass; what stayed undecided above it stays undecided."""
    status = Status.UNKNOWN if outcome.at_least else Status.NOT_APPLICABLE
    return outcome.model_copy(update={"status": status, "severity": None, "stage": None, "at_least": False})


def roots(snapshot: Snapshot) -> list[Ref]:
    """Return what a condition about the whole DAO sees: `dao` and `membership`."""
    kind = next(one for one in SUBJECT_KINDS if one.name == "dao")
    return find_subjects(snapshot, kind).found[0][1]


def scope(*, knowing: bool) -> Scope:
    """Return what conditions may use. `knowing`: `not known(…)` is allowed, because ignorance speaks against there."""
    functions = dict(FUNCTIONS)
    if not knowing:
        functions["known"] = _no_known
    return Scope(model_schema(), model_schema().roots("dao"), outcomes=True, functions=functions)


@dataclass(frozen=True)
class Names:
    """The ids that a condition may name."""

    rules: frozenset[str]
    scenarios: frozenset[str]

    def unknown(self, asked: str) -> tuple[str, str] | None:
        """Return (what is wrong, hint) where there is no such rule or scenario."""
        scenario = bool(SCENARIO_ID.match(asked))
        known = self.scenarios if scenario else self.rules
        if asked in known:
            return None
        return f"no {'scenario' if scenario else 'rule'} {asked}", did_you_mean(asked, sorted(known))


def _no_known(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    raise compiler.fail(node, "known() cannot be asked here", "what is unknown is shown as not assessable by itself")


def _words(compiler: Compiler, node: ast.Call, name: str) -> tuple[str, str]:
    if len(node.args) != 2:
        raise compiler.fail(node, f"{name} takes 2 arguments")
    found: list[str] = []
    for argument in node.args:
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            raise compiler.fail(argument, "text is needed here")
        found.append(argument.value)
    return found[0], found[1]


def _one_of(compiler: Compiler, node: ast.expr, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        hint = did_you_mean(value, allowed) or f"one of {', '.join(allowed)}"
        raise compiler.fail(node, f"{value[:60]!r} is not allowed here", hint)
    return value


def _severity_at_least(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    """`severity_at_least("CTL-005", "high")`: a finding of the rule is that bad or worse."""
    rule_id, word = _words(compiler, node, "severity_at_least")
    if not RULE_ID.match(rule_id):
        raise compiler.fail(node.args[0], "a rule id is needed here", 'for instance "CAP-001"')
    compiler.notes.rule_ids.add(rule_id)
    least = Severity(_one_of(compiler, node.args[1], word, _SEVERITIES))

    def run(at: Run) -> Truth:
        world = _judged(at)
        truth = _reaches(world.outcomes.get(rule_id, []), least, [rule_id] if rule_id in world.disabled else [])
        return _note(at, f'severity_at_least("{rule_id}", "{word}")', truth)

    return BOOL, run


def _dimension_at_least(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    """`dimension_at_least("control", "high")`: a finding of any rule of the dimension is that bad or worse."""
    name, word = _words(compiler, node, "dimension_at_least")
    _one_of(compiler, node.args[0], name, _GRADED)
    least = Severity(_one_of(compiler, node.args[1], word, _SEVERITIES))

    def run(at: Run) -> Truth:
        world = _judged(at)
        truth = _reaches(world.of_dimension(name), least, [rule.id for rule in world.disabled_in(name)])
        return _note(at, f'dimension_at_least("{name}", "{word}")', truth)

    return BOOL, run


def _scenario_at_least(compiler: Compiler, node: ast.Call) -> tuple[Type, Closure]:
    """`scenario_at_least("MS-12", "enabled")`: the order is not-enabled, facilitated, enabled, …-and-exercised."""
    scenario_id, word = _words(compiler, node, "scenario_at_least")
    if not SCENARIO_ID.match(scenario_id):
        raise compiler.fail(node.args[0], "a scenario id is needed here", 'for instance "MS-12"')
    compiler.notes.rule_ids.add(scenario_id)
    least = _ORDER.index(ScenarioState(_one_of(compiler, node.args[1], word, _STATES)))

    def run(at: Run) -> Truth:
        found = _judged(at).scenarios.get(scenario_id)
        truth: Truth
        if found is None or found.state is ScenarioState.NOT_ASSESSABLE:
            truth = Unk((Why(scenario_id, found.reason if found else "the scenario was not assessed", False),))
        else:
            truth = _ORDER.index(found.state) >= least
        return _note(at, f'scenario_at_least("{scenario_id}", "{word}")', truth)

    return BOOL, run


def _reaches(outcomes: Sequence[Outcome], least: Severity, disabled: Sequence[str]) -> Truth:
    """True at a finding of that severity; unknown while anything undecided, or left out, may be as bad."""
    if any(one.severity is not None and one.severity.rank >= least.rank for one in outcomes):
        return True
    why = [Why(rule_id, "the rule did not run", False) for rule_id in disabled]
    for one in outcomes:
        if one.undecided_severity is not None and one.undecided_severity.rank >= least.rank:
            why.append(Why(one.rule_id, one.reason or one.status.value, one.on_chain_gap))
    if not outcomes and not why:
        why.append(Why("", "no rule was run that could say it", False))
    return Unk(tuple(dict.fromkeys(why))) if why else False


def _judged(at: Run) -> JudgedWorld:
    assert isinstance(at.world, JudgedWorld)
    return at.world


def _note(at: Run, what: str, truth: Truth) -> Truth:
    at.trace.append(Read(what, truth, ()))
    return truth


FUNCTIONS: dict[str, Builder] = {
    "severity_at_least": _severity_at_least,
    "dimension_at_least": _dimension_at_least,
    "scenario_at_least": _scenario_at_least,
}
