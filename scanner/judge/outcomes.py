"""The outcomes of a rule book on a snapshot: every ruling is there, and an outcome is written out when it is looked at.

A thousand rules on a thousand subjects are a million outcomes. Who counts them, or looks for the findings among them,
needs one word of most. Conditions with their values, evidence, reasons and messages come from the same evaluation of
the same facts, for those that are shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Protocol, overload

from scanner.judge.decide import NOT_APPLICABLE, Decider, Decision, Ruling
from scanner.judge.language.values import cut
from scanner.judge.language.world import Ref, Run, Verdict
from scanner.judge.rule import Rule
from scanner.model.evidence import Evidence
from scanner.model.outcome import Outcome, Status, Subject


@dataclass(frozen=True)
class Subjects:
    """The subjects of one kind, sorted by id, and what a rule sees of each. `missing`: why there may be more."""

    found: tuple[tuple[Subject, list[Ref]], ...]
    complete: bool
    missing: str
    on_chain: bool


@dataclass(frozen=True)
class Rest:
    """What a rule says about subjects that are not there, or may be missing; `place` among the outcomes."""

    place: int
    subject: Subject
    ruling: Ruling
    reason: str
    on_chain: bool


class Answers(Protocol):
    """The outcomes of one rule, wherever they come from."""

    rule: Rule

    def __len__(self) -> int: ...

    def rulings(self) -> Iterator[tuple[Subject, Ruling]]: ...

    def outcome(self, place: int) -> Outcome: ...

    def verdicts(self) -> tuple[Verdict, ...]: ...

    def verdict(self, number: int) -> Verdict: ...


class Column:
    """The outcomes of one rule, sorted by subject."""

    def __init__(self, decider: Decider, subjects: Subjects, *, runs: Sequence[Run], whole: Subject) -> None:
        self.rule = decider.rule
        self._decider = decider
        self._subjects = subjects
        self._runs = runs
        self._rulings = _rulings(decider, runs)
        self._rest = rest_of(decider, subjects, whole)
        if self._rest is not None:
            self._rulings.insert(self._rest.place, self._rest.ruling)

    def __len__(self) -> int:
        return len(self._rulings)

    def rulings(self) -> Iterator[tuple[Subject, Ruling]]:
        """Return each subject with what the rule says in short."""
        subjects = [subject for subject, _ in self._subjects.found]
        if self._rest is not None:
            subjects.insert(self._rest.place, self._rest.subject)
        return zip(subjects, self._rulings, strict=True)

    def outcome(self, place: int) -> Outcome:
        """Write one outcome out."""
        rest = self._rest
        if rest is not None and place == rest.place:
            return bare(self.rule, rest.subject, rest.ruling, reason=rest.reason, on_chain_gap=rest.on_chain)
        return _written_out(self._decider, self._subject(place), self._runs[self._index(place)])

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return what conditions about outcomes can ask of all subjects."""
        return tuple(self._verdict(place) for place in range(len(self._rulings)))

    def verdict(self, number: int) -> Verdict:
        """Return what conditions about the subject `number` can ask."""
        return self._verdict(number + (self._rest is not None and number >= self._rest.place))

    def _verdict(self, place: int) -> Verdict:
        """Only what stayed open needs its reasons, and so has to be written out."""
        ruling = self._rulings[place]
        proof = partial(self._proof, place)
        if ruling.undecided is None and ruling.status is not Status.ERROR:
            level = ruling.level
            stage, severity = (level.stage, level.severity) if level else (None, None)
            return Verdict(ruling.status, stage, False, "", False, severity=severity, proof=proof)
        return verdict_of(self._apart(place), proof)

    def _apart(self, place: int) -> Outcome:
        """Write one outcome out while another rule is being decided on the same subject."""
        if self._rest is not None and place == self._rest.place:
            return self.outcome(place)
        return _written_out(self._decider, self._subject(place), self._runs[self._index(place)].apart())

    def _proof(self, place: int) -> tuple[Evidence, ...]:
        return self._apart(place).evidence

    def _index(self, place: int) -> int:
        return place - (self._rest is not None and place > self._rest.place)

    def _subject(self, place: int) -> Subject:
        if self._rest is not None and place == self._rest.place:
            return self._rest.subject
        return self._subjects.found[self._index(place)][0]


def verdict_of(one: Outcome, proof: Callable[[], tuple[Evidence, ...]]) -> Verdict:
    """Return an outcome as far as conditions can ask."""
    return Verdict(
        one.status,
        one.stage,
        one.at_least,
        one.reason,
        one.on_chain_gap,
        severity=one.severity,
        open_severity=one.undecided_severity,
        proof=proof,
    )


class Outcomes(Sequence[Outcome]):
    """All outcomes, sorted by rule and subject. Each is written out anew when it is asked for: keep what you need."""

    def __init__(self, columns: Sequence[Answers]) -> None:
        self.columns = tuple(sorted(columns, key=lambda column: column.rule.id))
        self._ends = list(accumulate(len(column) for column in self.columns))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Outcome]:
        return (column.outcome(place) for column in self.columns for place in range(len(column)))

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Outcome, ...]: ...
    def __getitem__(self, index: int | slice) -> Outcome | tuple[Outcome, ...]:
        if isinstance(index, slice):
            return tuple(self[one] for one in range(*index.indices(len(self))))
        place = range(len(self))[index]
        column = bisect_right(self._ends, place)
        return self.columns[column].outcome(place - (self._ends[column - 1] if column else 0))

    def rulings(self) -> Iterator[tuple[Rule, Subject, Ruling]]:
        """Return what every rule says about every subject in short, in the order of the outcomes."""
        for column in self.columns:
            for subject, ruling in column.rulings():
                yield column.rule, subject, ruling


def _rulings(decider: Decider, runs: Sequence[Run]) -> list[Ruling]:
    """An exception in a rule is a ruling; the other subjects go on."""
    found: list[Ruling] = []
    decide = decider.ruling
    for run in runs:
        try:
            found.append(decide(run))
        except Exception:
            found.append(decider.failed)
    return found


def rest_of(decider: Decider, subjects: Subjects, whole: Subject) -> Rest | None:
    """Return what a rule says where there is no subject, or may be more of them."""
    ids = [subject.id for subject, _ in subjects.found]
    place = bisect_right(ids, whole.id)
    if not subjects.complete:
        return Rest(place, whole, decider.open, subjects.missing, subjects.on_chain)
    if not ids:
        return Rest(place, whole, NOT_APPLICABLE, f"there is no {decider.rule.subject}", False)
    return None


def _written_out(decider: Decider, subject: Subject, run: Run) -> Outcome:
    rule = decider.rule
    try:
        decision = decider.decide(run)
        message = rule.message.render(run.world, run.roots) if decision.status is Status.FINDING else ""
    except Exception as error:
        mark = rule.mark
        place = f"{mark.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{mark.line}"
        text = f"{place}: {type(error).__name__}: {cut(str(error))}"
        return bare(rule, subject, decider.failed, reason=text, on_chain_gap=False)
    return Outcome(
        rule_id=rule.id,
        subject=subject,
        status=decision.status,
        severity=decision.level.severity if decision.level else None,
        stage=decision.level.stage if decision.level else None,
        at_least=decision.ruling.at_least,
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


def bare(rule: Rule, subject: Subject, ruling: Ruling, *, reason: str, on_chain_gap: bool) -> Outcome:
    """An outcome that no conditions led to."""
    return Outcome(
        rule_id=rule.id,
        subject=subject,
        status=ruling.status,
        severity=None,
        stage=None,
        at_least=False,
        undecided_severity=ruling.undecided.severity if ruling.undecided else None,
        reason=reason,
        on_chain_gap=on_chain_gap,
        message="",
        conditions=(),
        evidence=(),
    )
