"""One rule on one subject: from facts to one of the outcomes, with what was read on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.judge.language.compiled import Compiled
from scanner.judge.language.values import Truth, Unk, Why, both, shown
from scanner.judge.language.world import MAX_STEPS, Read, Ref, Run, World
from scanner.judge.rule import Level, Rule
from scanner.model.evidence import Evidence
from scanner.model.outcome import Condition, Severity, Status

MAX_VALUES = 40


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule says, in short. `level`: of a finding; `undecided`: the worst that stayed open."""

    status: Status
    level: Level | None = None
    undecided: Level | None = None

    @property
    def at_least(self) -> bool:
        """Whether a level above that of the finding stayed open."""
        return self.level is not None and self.undecided is not None

    @property
    def word(self) -> str:
        """The word that a rule's test expects: a severity, a stage or a status."""
        return self.level.word if self.level else self.status.value


PASS = Ruling(Status.PASS)
NOT_APPLICABLE = Ruling(Status.NOT_APPLICABLE)


@dataclass(frozen=True)
class Line:
    """One condition that was looked at."""

    condition: Compiled
    truth: Truth
    reads: tuple[Read, ...]

    def shown(self) -> Condition:
        """Return the condition as a reader sees it, each field with its value."""
        return Condition(text=_one_line(self.condition.text.text), result=shown(self.truth), values=_values(self.reads))


@dataclass(frozen=True)
class Block:
    """Conditions that all must hold, as far as they were looked at."""

    truth: Truth
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Lines:
    """Conditions that all must hold, decided."""

    truth: Truth
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Decision:
    """A ruling with what it rests on."""

    ruling: Ruling
    why: tuple[Why, ...]
    conditions: tuple[Condition, ...]
    evidence: tuple[Evidence, ...]

    @property
    def status(self) -> Status:
        return self.ruling.status

    @property
    def level(self) -> Level | None:
        return self.ruling.level

    @property
    def undecided(self) -> Severity | None:
        """The worst severity that stayed open."""
        return self.ruling.undecided.severity if self.ruling.undecided else None

    @property
    def reason(self) -> str:
        """Why it is unknown, in words."""
        return "; ".join(str(one) for one in self.why)

    @property
    def on_chain_gap(self) -> bool:
        return any(one.on_chain for one in self.why)


class Decider:
    """A rule made ready to be decided on one subject after another.

    There are few rulings that a rule can give; each is made once. `open`: nothing is decided; `failed`: an exception.
    """

    __slots__ = ("_applies", "_found", "_levels", "_open", "failed", "open", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.failed = Ruling(Status.ERROR, None, rule.levels[0])
        self.open = Ruling(Status.UNKNOWN, None, rule.levels[0])
        self._applies = rule.applies
        self._levels = tuple(level.where for level in rule.levels)
        self._open = tuple(Ruling(Status.UNKNOWN, None, level) for level in rule.levels)
        self._found = tuple(
            (Ruling(Status.FINDING, level), tuple(Ruling(Status.FINDING, level, above) for above in rule.levels))
            for level in rule.levels
        )

    def ruling(self, at: Run, blocks: list[Block] | None = None) -> Ruling:
        """Return what the rule says: the first level that is true, "at least" when a higher one stayed open.

        What was looked at is added to `blocks`: that which decides whether the rule applies, then level by level.
        """
        truth = _hold(self._applies, at, blocks)
        if truth is not True:
            return NOT_APPLICABLE if truth is False else self.open
        undecided = -1
        for index, where in enumerate(self._levels):
            truth = _hold(where, at, blocks)
            if truth is True:
                plain, at_least = self._found[index]
                return plain if undecided < 0 else at_least[undecided]
            if truth is not False and undecided < 0:
                undecided = index
        return PASS if undecided < 0 else self._open[undecided]

    def decide(self, at: Run) -> Decision:
        """Return the ruling with the conditions, evidence and reasons that it rests on."""
        blocks: list[Block] = []
        ruling = self.ruling(at, blocks)
        applies, levels = blocks[0], blocks[1:]
        undecided = [block for block in levels if isinstance(block.truth, Unk)]
        if not levels:
            carrying = [applies]
            undecided = carrying if isinstance(applies.truth, Unk) else []
        elif ruling.status is Status.PASS:
            carrying = levels
        else:
            carrying = [*(block for block in levels if block.truth is True), *undecided]
        why = dict.fromkeys(one for block in undecided if isinstance(block.truth, Unk) for one in block.truth.why)
        reads = (read for block in blocks for line in block.lines for read in line.reads)
        return Decision(ruling, tuple(why), _unique(carrying), _evidence(reads))


def decide(rule: Rule, world: World, roots: Sequence[Ref]) -> Decision:
    """Return what `rule` says about the subject that stands among `roots`."""
    return Decider(rule).decide(Run(world, roots, rule.slots))


def evaluate(conditions: Sequence[Compiled], world: World, roots: Sequence[Ref]) -> Lines:
    """Return whether all `conditions` hold; the first that is false ends it."""
    blocks: list[Block] = []
    room = max((condition.slots for condition in conditions), default=0)
    truth = _hold(conditions, Run(world, roots, room), blocks)
    return Lines(truth, tuple(line.shown() for line in blocks[0].lines))


def _hold(conditions: Sequence[Compiled], at: Run, blocks: list[Block] | None) -> Truth:
    truth: Truth = True
    lines: list[Line] = []
    for condition in conditions:
        at.steps = MAX_STEPS
        at.trace.clear()
        result: Truth = condition.closure(at)
        if blocks is not None:
            lines.append(Line(condition, result, tuple(at.trace)))
        if result is not True:
            truth = both(truth, result)
            if truth is False:
                break
    if blocks is not None:
        blocks.append(Block(truth, tuple(lines)))
    return truth


def _unique(blocks: Iterable[Block]) -> tuple[Condition, ...]:
    """Each condition once: two levels may share one."""
    lines: dict[str, Condition] = {}
    for block in blocks:
        for line in block.lines:
            condition = line.shown()
            lines.setdefault(condition.text, condition)
    return tuple(lines.values())


def _evidence(reads: Iterable[Read]) -> tuple[Evidence, ...]:
    """Each piece once, in the order of reading. Most are the same object, which is cheaper to see than equality."""
    pieces = {id(piece): piece for read in reads for piece in read.evidence}
    return tuple(pieces.values()) if len(pieces) < 2 else tuple(dict.fromkeys(pieces.values()))


def _values(reads: Sequence[Read]) -> tuple[tuple[str, str], ...]:
    values = dict.fromkeys((read.label, shown(read.value)) for read in reads)
    if len(values) <= MAX_VALUES:
        return tuple(values)
    return (*list(values)[:MAX_VALUES], ("…", f"{len(values) - MAX_VALUES} more"))


def _one_line(text: str) -> str:
    return " ".join(text.split())
