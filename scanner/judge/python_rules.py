"""Rules in Python: their checks run in processes of their own, and what they answer becomes outcomes as any other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

import scanner
from scanner.judge.decide import PASS, Decider, Ruling
from scanner.judge.language.world import Verdict
from scanner.judge.outcomes import Subjects, bare, rest_of, verdict_of
from scanner.judge.python_worker import REQUEST_FILE, RESULT_FILE
from scanner.judge.rule import Level, Rule
from scanner.model.evidence import Evidence
from scanner.model.outcome import Condition, Outcome, Status, Subject

SECONDS = 30.0
MORE_BYTES = 1024**3
_START_SECONDS = 60.0
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
_SAID_NOTHING = "the check said nothing about this"
_EVIDENCE: TypeAdapter[tuple[Evidence, ...]] = TypeAdapter(tuple[Evidence, ...])


@dataclass(frozen=True)
class Checked:
    """What a check answered on one snapshot; `failed` says why it did not come to its end."""

    answers: tuple[dict[str, Any], ...]
    failed: str


def run_checks(
    jobs: Sequence[tuple[Rule, bytes]], *, seconds: float = SECONDS, more_bytes: int = MORE_BYTES
) -> tuple[Checked, ...]:
    """Return what each rule's check answers on its snapshot (JSON). Nothing that a check does makes this raise."""
    if not jobs:
        return ()
    with tempfile.TemporaryDirectory(prefix="daoscan-") as name:
        folder = Path(name)
        files: dict[bytes, str] = {}
        for _, data in jobs:
            if data not in files:
                files[data] = f"snapshot-{len(files)}.json"
                (folder / files[data]).write_bytes(data)
        asked = [_job(rule, files[data]) for rule, data in jobs]
        request = {"jobs": asked, "bounds": {"seconds": seconds, "more_bytes": more_bytes}}
        (folder / REQUEST_FILE).write_text(json.dumps(request), encoding="utf-8")
        problem = _run(folder, _START_SECONDS + len(jobs) * (seconds + 1))
        if problem:
            return (Checked((), problem),) * len(jobs)
        results = json.loads((folder / RESULT_FILE).read_bytes())
    return tuple(Checked(tuple(one["answers"]), one["failed"]) for one in results)


def _job(rule: Rule, snapshot: str) -> dict[str, Any]:
    assert rule.python is not None
    return {
        "path": str(rule.python.path),
        "text": rule.python.text,
        "subject": rule.subject,
        "levels": [level.word for level in rule.levels],
        "snapshot": snapshot,
    }


def _run(folder: Path, seconds: float) -> str:
    """Run the worker; return why it came to nothing, or nothing."""
    root = str(Path(scanner.__file__).resolve().parent.parent)
    path = os.pathsep.join([root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment = {**kept, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "scanner.judge.python_worker", str(folder)]
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the checks ran longer than {seconds:g} s together"
    except OSError as error:
        return f"the worker could not be started: {error.strerror}"
    return "" if (folder / RESULT_FILE).is_file() else "the worker ended without an answer"


class PythonColumn:
    """The outcomes of one rule in Python, sorted by subject."""

    def __init__(self, rule: Rule, checked: Checked, subjects: Subjects, *, whole: Subject) -> None:
        self.rule = rule
        decider = Decider(rule)
        by_subject: dict[str, list[dict[str, Any]]] = {}
        for answer in checked.answers:
            by_subject.setdefault(answer["subject"], []).append(answer)
        self._outcomes = [
            outcome_of(rule, subject, by_subject.get(subject.id, []), checked.failed) for subject, _ in subjects.found
        ]
        self._rest = rest = rest_of(decider, subjects, whole)
        if rest is not None:
            more = bare(rule, rest.subject, rest.ruling, reason=rest.reason, on_chain_gap=rest.on_chain)
            self._outcomes.insert(rest.place, more)

    def __len__(self) -> int:
        return len(self._outcomes)

    def rulings(self) -> Iterator[tuple[Subject, Ruling]]:
        """Return each subject with what the rule says in short."""
        for outcome in self._outcomes:
            level = _level(self.rule, str(outcome.severity or outcome.stage or ""))
            yield outcome.subject, Ruling(outcome.status, level, self._undecided(outcome))

    def outcome(self, place: int) -> Outcome:
        """Return one outcome."""
        return self._outcomes[place]

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return what conditions about outcomes can ask of all subjects."""
        return tuple(verdict_of(one, partial(_proof, one)) for one in self._outcomes)

    def verdict(self, number: int) -> Verdict:
        """Return what conditions about the subject `number` can ask."""
        one = self._outcomes[number + (self._rest is not None and number >= self._rest.place)]
        return verdict_of(one, partial(_proof, one))

    def _undecided(self, outcome: Outcome) -> Level | None:
        is_open = outcome.status in (Status.UNKNOWN, Status.ERROR) or outcome.at_least
        return self.rule.levels[0] if is_open else None


def _proof(outcome: Outcome) -> tuple[Evidence, ...]:
    return outcome.evidence


def outcome_of(rule: Rule, subject: Subject, answers: Sequence[dict[str, Any]], failed: str) -> Outcome:
    """Return the outcome for one subject: of several answers the worst finding counts, and unknown before passed.

    A subject without an answer is unknown; where the check failed before it came to it, the outcome is an error.
    """
    if not answers:
        ruling = Decider(rule).failed if failed else Decider(rule).open
        return bare(rule, subject, ruling, reason=failed or _SAID_NOTHING, on_chain_gap=not failed)
    found = [one for one in answers if one["status"] == Status.FINDING.value]
    open_ones = [one for one in answers if one["status"] == Status.UNKNOWN.value]
    carrying = [*found, *open_ones] or list(answers)
    words = [level.word for level in rule.levels]
    level = rule.levels[min(words.index(one["level"]) for one in found)] if found else None
    at_least = level is not None and bool(open_ones) and level is not rule.levels[0]
    status = Status.FINDING if found else Status.UNKNOWN if open_ones else _mildest(answers)
    undecided = rule.levels[0] if at_least or status is Status.UNKNOWN else None
    return Outcome(
        rule_id=rule.id,
        subject=subject,
        status=status,
        severity=level.severity if level else None,
        stage=level.stage if level else None,
        at_least=at_least,
        undecided_severity=undecided.severity if undecided else None,
        reason="" if status is Status.PASS else "; ".join(one["reason"] for one in carrying if one["reason"]),
        on_chain_gap=any(one["on_chain"] for one in open_ones),
        message=" ".join(one["message"] for one in found),
        conditions=(_condition(rule, status, carrying),),
        evidence=_EVIDENCE.validate_json(json.dumps(_evidence(carrying))),
    )


def _mildest(answers: Sequence[dict[str, Any]]) -> Status:
    return PASS.status if any(one["status"] == Status.PASS.value for one in answers) else Status.NOT_APPLICABLE


def _level(rule: Rule, word: str) -> Level | None:
    return next((level for level in rule.levels if level.word == word), None)


def _condition(rule: Rule, status: Status, answers: Sequence[dict[str, Any]]) -> Condition:
    assert rule.python is not None
    result = {Status.FINDING: "true", Status.UNKNOWN: "unknown"}.get(status, "false")
    values = dict.fromkeys((str(name), str(value)) for one in answers for name, value in one["values"])
    return Condition(text=f"check(snapshot) of {rule.python.path.name}", result=result, values=tuple(values))


def _evidence(answers: Sequence[dict[str, Any]]) -> list[Any]:
    pieces = {json.dumps(piece, sort_keys=True): piece for one in answers for piece in one["evidence"]}
    return list(pieces.values())
