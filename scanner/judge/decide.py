"""One rule on one subject: from facts to one of the outcomes, with what was read on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.judge.language.compiled import Closure, Compiled
from scanner.judge.language.operators import conjunction
from scanner.judge.language.values import Truth, Unk, Why, both, shown
from scanner.judge.language.world import Read, Ref, Run, World
from scanner.judge.rule import Level, Rule
from scanner.model.evidence import Evidence
from scanner.model.outcome import Condition, Severity, Status

MAX_VALUES = 40


class Ruling:
    """What a rule says, in short. `level`: of a finding; `undecided`: the worst that stayed open.

    `word` is that which a rule's test expects: a severity, a stage or a status.
    """

    __slots__ = ("level", "status", "undecided", "word")

    def __init__(self, status: Status, level: Level | None = None, undecided: Level | None = None) -> None:
        self.status = status
        self.level = level
        self.undecided = undecided
        self.word = level.word if level else status.value

    @property
    def at_least(self) -> bool:
        """Whether a level above that of the finding stayed open."""
        return self.level is not None and self.undecided is not None


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
        return Condition(text=self.condition.line, result=shown(self.truth), values=_values(self.reads))


class Block:
    """Conditions that all must hold. Evaluating `closure` writes down each that was looked at."""

    def __init__(self, conditions: Iterable[Compiled]) -> None:
        self.lines: list[Line] = []
        self.closure = conjunction([self._noted(condition) for condition in conditions])

    def _noted(self, condition: Compiled) -> Closure:
        def run(at: Run) -> Truth:
            at.trace.clear()
            truth: Truth = condition.closure(at)
            self.lines.append(Line(condition, truth, tuple(at.trace)))
            return truth

        return run

    @property
    def truth(self) -> Truth:
        """What the conditions that were looked at say together."""
        truth: Truth = True
        for line in self.lines:
            truth = both(truth, line.truth)
        return truth


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
        self._applies = conjunction([condition.closure for condition in rule.applies])
        self._levels = tuple(conjunction([condition.closure for condition in level.where]) for level in rule.levels)
        self._open = tuple(Ruling(Status.UNKNOWN, None, level) for level in rule.levels)
        self._found = tuple(
            (Ruling(Status.FINDING, level), tuple(Ruling(Status.FINDING, level, above) for above in rule.levels))
            for level in rule.levels
        )

    def ruling(self, at: Run) -> Ruling:
        """Return what the rule says: the first level that is true, "at least" when a higher one stayed open."""
        at.trace.clear()
        return self._ruling(at, self._applies, self._levels)

    def decide(self, at: Run) -> Decision:
        """Return the same ruling with the conditions, evidence and reasons that it rests on."""
        applies, levels = Block(self.rule.applies), [Block(level.where) for level in self.rule.levels]
        ruling = self._ruling(at, applies.closure, [level.closure for level in levels])
        blocks = [applies, *(level for level in levels if level.lines)]
        carrying = blocks[1:] or [applies]
        undecided = [block for block in carrying if isinstance(block.truth, Unk)]
        if ruling.level is not None:
            carrying = [*(block for block in carrying if block.truth is True), *undecided]
        elif ruling.status is Status.UNKNOWN:
            carrying = undecided
        why = dict.fromkeys(one for block in undecided if isinstance(block.truth, Unk) for one in block.truth.why)
        reads = (read for block in blocks for line in block.lines for read in line.reads)
        return Decision(ruling, tuple(why), _unique(carrying), _evidence(reads))

    def _ruling(self, at: Run, applies: Closure, levels: Sequence[Closure]) -> Ruling:
        truth: Truth = applies(at)
        if truth is not True:
            return NOT_APPLICABLE if truth is False else self.open
        undecided = -1
        for index, level in enumerate(levels):
            truth = level(at)
            if truth is False:
                continue
            if truth is True:
                plain, at_least = self._found[index]
                return plain if undecided < 0 else at_least[undecided]
            if undecided < 0:
                undecided = index
        return PASS if undecided < 0 else self._open[undecided]


def decide(rule: Rule, world: World, roots: Sequence[Ref]) -> Decision:
    """Return what `rule` says about the subject that stands among `roots`."""
    return Decider(rule).decide(Run(world, roots, rule.slots))


def evaluate(conditions: Sequence[Compiled], world: World, roots: Sequence[Ref]) -> Lines:
    """Return whether all `conditions` hold; the first that is false ends it."""
    block = Block(conditions)
    block.closure(Run(world, roots, max((condition.slots for condition in conditions), default=0)))
    return Lines(block.truth, tuple(line.shown() for line in block.lines))


def _unique(blocks: Iterable[Block]) -> tuple[Condition, ...]:
    """Each condition once: two levels may share one."""
    lines: dict[str, Line] = {}
    for block in blocks:
        for line in block.lines:
            lines.setdefault(line.condition.line, line)
    return tuple(line.shown() for line in lines.values())


def _evidence(reads: Iterable[Read]) -> tuple[Evidence, ...]:
    """Each piece once, in the order of reading. Most are the same object, which is cheaper to see than equality."""
    pieces = {id(piece): piece for read in reads for piece in read.evidence}
    return tuple(pieces.values()) if len(pieces) < 2 else tuple(dict.fromkeys(pieces.values()))


def _values(reads: Sequence[Read]) -> tuple[tuple[str, str], ...]:
    values = dict.fromkeys(read.shown() for read in reads)
    if len(values) <= MAX_VALUES:
        return tuple(values)
    return (*list(values)[:MAX_VALUES], ("…", f"{len(values) - MAX_VALUES} more"))
