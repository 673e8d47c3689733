"""One rule on one subject: from facts to one of the outcomes, with what was read on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.judge.language.compiled import Compiled
from scanner.judge.language.values import Truth, Unk, Why, both, shown
from scanner.judge.language.world import Read, Ref, World
from scanner.judge.rule import Level, Rule
from scanner.model.evidence import Evidence
from scanner.model.outcome import Condition, Severity, Status

MAX_VALUES = 40


@dataclass(frozen=True)
class Decision:
    """The outcome. `level` is there for findings; `undecided` is the worst severity that stayed open."""

    status: Status
    level: Level | None
    at_least: bool
    undecided: Severity | None
    why: tuple[Why, ...]
    conditions: tuple[Condition, ...]
    evidence: tuple[Evidence, ...]

    @property
    def reason(self) -> str:
        """Why it is unknown, in words."""
        return "; ".join(str(one) for one in self.why)

    @property
    def on_chain_gap(self) -> bool:
        return any(one.on_chain for one in self.why)


@dataclass(frozen=True)
class Lines:
    """Conditions that all must hold, decided."""

    truth: Truth
    conditions: tuple[Condition, ...]
    reads: tuple[Read, ...]


def decide(rule: Rule, world: World, roots: list[Ref]) -> Decision:
    """Return what `rule` says. The first level that is true wins; a higher one left open makes it "at least"."""
    applies = evaluate(rule.applies, world, roots)
    reads = list(applies.reads)
    if applies.truth is False:
        return _decision(Status.NOT_APPLICABLE, applies.conditions, reads)
    if isinstance(applies.truth, Unk):
        return _decision(Status.UNKNOWN, applies.conditions, reads, why=applies.truth.why, undecided=rule.worst)
    conditions: list[Condition] = []
    open_conditions: list[Condition] = []
    why: dict[Why, None] = {}
    undecided: Level | None = None
    for level in rule.levels:
        lines = evaluate(level.where, world, roots)
        reads.extend(lines.reads)
        conditions.extend(lines.conditions)
        if isinstance(lines.truth, Unk):
            undecided = undecided or level
            why.update(dict.fromkeys(lines.truth.why))
            open_conditions.extend(lines.conditions)
        elif lines.truth:
            decision = _decision(
                Status.FINDING,
                (*lines.conditions, *open_conditions),
                reads,
                why=tuple(why),
                undecided=undecided.severity if undecided else None,
            )
            return _with_level(decision, level, at_least=undecided is not None)
    if undecided is not None:
        return _decision(Status.UNKNOWN, open_conditions, reads, why=tuple(why), undecided=undecided.severity)
    return _decision(Status.PASS, conditions, reads)


def evaluate(conditions: Sequence[Compiled], world: World, roots: list[Ref]) -> Lines:
    """Return whether all `conditions` hold; the first that is false ends it."""
    truth: Truth = True
    found: list[Condition] = []
    reads: list[Read] = []
    for condition in conditions:
        run = condition.start(world, roots)
        result: Truth = condition.closure(run)
        found.append(Condition(text=_one_line(condition.text.text), result=shown(result), values=_values(run.trace)))
        reads.extend(run.trace)
        truth = both(truth, result)
        if truth is False:
            break
    return Lines(truth, tuple(found), tuple(reads))


def _decision(
    status: Status,
    conditions: Sequence[Condition],
    reads: Sequence[Read],
    *,
    why: tuple[Why, ...] = (),
    undecided: Severity | None = None,
) -> Decision:
    seen: set[str] = set()
    unique = [one for one in conditions if not (one.text in seen or seen.add(one.text))]  # type: ignore[func-returns-value]
    return Decision(status, None, False, undecided, why, tuple(unique), _evidence(reads))


def _evidence(reads: Sequence[Read]) -> tuple[Evidence, ...]:
    """Each piece once, in the order of reading. Most are the same object, which is cheaper to see than equality."""
    pieces = {id(piece): piece for read in reads for piece in read.evidence}
    return tuple(pieces.values()) if len(pieces) < 2 else tuple(dict.fromkeys(pieces.values()))


def _with_level(decision: Decision, level: Level, *, at_least: bool) -> Decision:
    return Decision(
        decision.status, level, at_least, decision.undecided, decision.why, decision.conditions, decision.evidence
    )


def _values(trace: Sequence[Read]) -> tuple[tuple[str, str], ...]:
    values = dict.fromkeys((read.label, shown(read.value)) for read in trace)
    if len(values) <= MAX_VALUES:
        return tuple(values)
    return (*list(values)[:MAX_VALUES], ("…", f"{len(values) - MAX_VALUES} more"))


def _one_line(text: str) -> str:
    return " ".join(text.split())
