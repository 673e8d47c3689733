"""Policy files (schema 1): what a reader's own house asks for. A policy decides the exit code.

It has the form of a framework: criteria over outcomes, scenarios, descriptive dimensions and facts about the DAO.
A criterion fails, or wants a person to look, where one of its conditions is true; a condition that is unknown leaves
it undecided, and never passes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.asking import JudgedWorld, Names, roots, scope
from scanner.judge.criteria import Decided, Judged, Line, check_names, read_lines
from scanner.judge.reader import Reader
from scanner.judge.rules import read_text
from scanner.judge.yaml_strict import Mark, load
from scanner.model.kit import CriterionVerdict, EvidenceLine, PolicyVerdict, Verdict
from scanner.model.outcome import Assessment, Status
from scanner.model.snapshot import Snapshot

KEYS = ("schema", "id", "title", "owner", "version", "exit_1_on", "suppressions", "criteria")
CRITERION_KEYS = ("id", "title", "why", "fail_when", "review_when", "when_undecided")
SUPPRESSIONS = ("honoured", "refused")
EXIT_ON = ("fail", "review")
PASSED = "None of its conditions holds, and all of them were decided."
WHEN_UNDECIDED = (Verdict.UNDECIDED.value, Verdict.REVIEW.value, Verdict.FAIL.value)
_CODES = {Verdict.FAIL: 1, Verdict.UNDECIDED: 3}
_WORST_FIRST = (Verdict.FAIL, Verdict.UNDECIDED, Verdict.REVIEW, Verdict.ACCEPTED)


@dataclass(frozen=True)
class Criterion:
    """One demand. `when_undecided`: what an unknown condition makes of it; never a pass."""

    id: str
    title: str
    why: str
    fail_when: tuple[Line, ...]
    review_when: tuple[Line, ...]
    when_undecided: Verdict
    mark: Mark

    def texts(self) -> dict[str, str]:
        """Return the sentences that a reader sees."""
        said = "\n".join(line.says for line in (*self.fail_when, *self.review_when))
        return {"title": self.title, "why": self.why, "says": said}


@dataclass(frozen=True)
class Policy:
    """One policy file and the SHA-256 of its bytes."""

    id: str
    title: str
    owner: str
    version: str
    exit_1_on: Verdict
    honours_suppressions: bool
    criteria: tuple[Criterion, ...]
    digest: str
    mark: Mark


def load_policy(path: Path, names: Names) -> Policy:
    """Return the policy of a file. RuleError with file, line and column at the first thing that is wrong."""
    text = read_text(path)
    top = Reader(load(text, str(path)), KEYS, "a policy")
    if top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    criteria: list[Criterion] = []
    for node in top.items("criteria", least=1):
        criterion = _criterion(Reader(node, CRITERION_KEYS, "a criterion"), names)
        if any(criterion.id == other.id for other in criteria):
            raise criterion.mark.error(f"two criteria have the id {criterion.id!r}")
        criteria.append(criterion)
    return Policy(
        id=top.kebab("id"),
        title=top.text("title"),
        owner=top.optional("owner"),
        version=top.optional("version"),
        exit_1_on=Verdict(top.choice("exit_1_on", EXIT_ON) if top.has("exit_1_on") else "fail"),
        honours_suppressions=not top.has("suppressions") or top.choice("suppressions", SUPPRESSIONS) == "honoured",
        criteria=tuple(criteria),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        mark=top.mark("id"),
    )


def _criterion(reader: Reader, names: Names) -> Criterion:
    allowed = scope(knowing=True)
    fail_when = read_lines(reader, "fail_when", allowed)
    review_when = read_lines(reader, "review_when", allowed)
    if not fail_when and not review_when:
        raise reader.node.mark.error("a criterion needs 'fail_when' or 'review_when'")
    check_names((*fail_when, *review_when), names)
    wanted = reader.choice("when_undecided", WHEN_UNDECIDED) if reader.has("when_undecided") else "undecided"
    return Criterion(
        id=reader.text("id"),
        title=reader.text("title"),
        why=reader.optional("why"),
        fail_when=fail_when,
        review_when=review_when,
        when_undecided=Verdict(wanted),
        mark=reader.node.mark,
    )


def decide_policy(policy: Policy, snapshot: Snapshot, assessment: Assessment) -> PolicyVerdict:
    """Return the verdict on every criterion and on the whole: the worst of them."""
    seen = roots(snapshot)
    accepted = [(one.rule_id, one.subject.id) for one in assessment.findings if one.accepted]
    judged = Judged(assessment, JudgedWorld(snapshot, assessment), seen)
    lenient = Judged(assessment, JudgedWorld(snapshot, assessment, accepted), seen)
    criteria = tuple(
        _verdict(one, judged, lenient if policy.honours_suppressions and accepted else None) for one in policy.criteria
    )
    verdict = next((one for one in _WORST_FIRST if any(two.verdict is one for two in criteria)), Verdict.PASS)
    looked_at = policy.exit_1_on is Verdict.REVIEW and any(one.verdict is Verdict.REVIEW for one in criteria)
    code = 1 if looked_at else _CODES.get(verdict, 0)
    return PolicyVerdict(
        id=policy.id,
        title=policy.title,
        owner=policy.owner,
        version=policy.version,
        verdict=verdict,
        exit_code=code,
        suppressions=SUPPRESSIONS[0 if policy.honours_suppressions else 1],
        criteria=criteria,
    )


def _verdict(criterion: Criterion, judged: Judged, lenient: Judged | None) -> CriterionVerdict:
    fail, review = ([judged.decide(line) for line in lines] for lines in (criterion.fail_when, criterion.review_when))
    verdict, reason = _decided(criterion, fail, review)
    if lenient is not None and verdict in (Verdict.FAIL, Verdict.REVIEW):
        without = [[lenient.decide(line) for line in lines] for lines in (criterion.fail_when, criterion.review_when)]
        other, other_reason = _decided(criterion, *without)
        if other is Verdict.PASS:
            verdict, reason = Verdict.ACCEPTED, f"{reason}. Every finding that it rests on is accepted for now."
        elif _WORST_FIRST.index(other) > _WORST_FIRST.index(verdict):
            verdict, reason = other, f"{other_reason}. Other findings that it rests on are accepted for now."
    return CriterionVerdict(
        id=criterion.id,
        title=criterion.title,
        why=criterion.why,
        verdict=verdict,
        reason=reason,
        fail_lines=tuple(one.line for one in fail),
        review_lines=tuple(one.line for one in review),
    )


def _decided(criterion: Criterion, fail: Sequence[Decided], review: Sequence[Decided]) -> tuple[Verdict, str]:
    for verdict, lines in ((Verdict.FAIL, fail), (Verdict.REVIEW, review)):
        true = _which(lines, "true")
        if true:
            return verdict, "; ".join(dict.fromkeys(_words(line) for line in true))
        unknown = _which(lines, "unknown")
        if unknown:
            why = "; ".join(dict.fromkeys(line.reason for line in unknown))
            return criterion.when_undecided, f"not decided: {why}"
    return Verdict.PASS, PASSED


def _which(lines: Sequence[Decided], result: str) -> list[EvidenceLine]:
    return [one.line for one in lines if one.line.result == result]


def _words(line: EvidenceLine) -> str:
    """What a condition that holds says: its own sentence, else the titles of what it rests on, else itself."""
    found = [one for one in line.behind if one.status == Status.FINDING.value] or line.behind
    return line.says or "; ".join(dict.fromkeys(f"{one.rule_id} {one.title}" for one in found)) or line.condition
