"""The tests of rules in Python: facts are put into a small snapshot, or a snapshot stands beside the rule."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from scanner.judge.facts import build
from scanner.judge.python_rules import Checked, outcome_of, run_checks
from scanner.judge.rule import Rule, RuleTest
from scanner.judge.small_snapshot import small_snapshot
from scanner.model.errors import RuleError
from scanner.model.outcome import Outcome, Status
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS

_LARGEST = 50_000_000
_WORST_FIRST = (Status.FINDING, Status.ERROR, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


def run_python_tests(tests: Sequence[tuple[Rule, RuleTest]]) -> list[tuple[str, str]]:
    """Return for each test what came out (a level or an outcome), and why."""
    answers: list[tuple[str, str] | None] = []
    jobs: list[tuple[Rule, bytes]] = []
    for rule, test in tests:
        try:
            jobs.append((rule, _snapshot(rule, test)))
            answers.append(None)
        except RuleError as error:
            answers.append(("error", f"{error.where}: {error.what}"))
    checked = iter(zip(jobs, run_checks(jobs), strict=True))
    return [answer if answer is not None else _worst(*next(checked)) for answer in answers]


def _snapshot(rule: Rule, test: RuleTest) -> bytes:
    if not test.snapshot:
        _, roots = build(rule, test)
        return small_snapshot(rule.subject, {ref.label: ref.item for ref in roots})
    assert rule.python is not None
    path = rule.python.path.parent / test.snapshot
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise test.mark.error(f"snapshot {test.snapshot} is larger than {_LARGEST} bytes")
        Snapshot.model_validate_json(data)
    except OSError as error:
        raise test.mark.error(f"snapshot {test.snapshot} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise test.mark.error(
            f"{test.snapshot} is no snapshot of this version ({error.error_count()} faults)"
        ) from None
    return data


def _worst(job: tuple[Rule, bytes], checked: Checked) -> tuple[str, str]:
    """Return the worst outcome over the subjects of the snapshot, with the reason of it."""
    rule, data = job
    outcomes = _outcomes(rule, Snapshot.model_validate_json(data), checked)
    if not outcomes:
        return Status.NOT_APPLICABLE.value, f"there is no {rule.subject} in the snapshot"
    words = [level.word for level in rule.levels]

    def rank(outcome: Outcome) -> tuple[int, int]:
        level = str(outcome.severity or outcome.stage or "")
        return _WORST_FIRST.index(outcome.status), words.index(level) if level else 0

    worst = min(outcomes, key=rank)
    values = ", ".join(f"{name} = {value}" for one in worst.conditions for name, value in one.values)
    return str(worst.severity or worst.stage or worst.status.value), worst.reason or values


def _outcomes(rule: Rule, snapshot: Snapshot, checked: Checked) -> list[Outcome]:
    kind = next(kind for kind in SUBJECT_KINDS if kind.name == rule.subject)
    found = []
    for item in kind.find(snapshot).items:
        subject = kind.identify(snapshot, item)
        answers = [one for one in checked.answers if one["subject"] == subject.id]
        found.append(outcome_of(rule, subject, answers, checked.failed))
    return found
