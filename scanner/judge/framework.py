"""Framework files (schema 1): what a reader has to answer, and which outcomes speak to it.

A framework is the authors' mapping and no legal advice. What is unknown never counts as evidence for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.judge.asking import Names, scope
from scanner.judge.criteria import Decided, Judged, Line, check_names, read_lines
from scanner.judge.reader import Reader
from scanner.judge.rules import read_text
from scanner.judge.yaml_strict import Mark, load
from scanner.model.errors import RuleError
from scanner.model.kit import CriterionAssessment, CriterionState, EvidenceLine, FrameworkAssessment, StageAssessment

FRAMEWORK_FOLDER = "frameworks"
KEYS = (
    "schema",
    "id",
    "title",
    "authority",
    "document",
    "note",
    "references",
    "grades",
    "criteria",
    "stages",
)
CRITERION_KEYS = ("id", "title", "question", "source", "for", "against", "cannot_see")
STAGE_KEYS = ("name", "title", "without", "except")


@dataclass(frozen=True)
class Criterion:
    """One thing to answer. No condition at all: nothing on a chain speaks to it."""

    id: str
    title: str
    question: str
    source: str
    speaks_for: tuple[Line, ...]
    speaks_against: tuple[Line, ...]
    cannot_see: str
    mark: Mark

    def texts(self) -> dict[str, str]:
        """Return the sentences that a reader sees."""
        said = "\n".join(line.says for line in (*self.speaks_for, *self.speaks_against))
        return {"title": self.title, "question": self.question, "cannot_see": self.cannot_see, "says": said}


@dataclass(frozen=True)
class Stage:
    """A rung of a framework's ladder: no evidence against of a grade in `without`, but in the `excepted` criteria."""

    name: str
    title: str
    without: tuple[str, ...]
    excepted: tuple[str, ...]


@dataclass(frozen=True)
class Framework:
    """One framework file and the SHA-256 of its bytes."""

    id: str
    title: str
    authority: str
    document: str
    note: str
    references: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    stages: tuple[Stage, ...]
    digest: str
    mark: Mark


def load_framework(path: Path, names: Names) -> Framework:
    """Return the framework of a file. RuleError with file, line and column at the first thing that is wrong."""
    text = read_text(path)
    top = Reader(load(text, str(path)), KEYS, "a framework")
    if top.integer("schema") != 1:
        raise top.error("schema", "this engine reads schema 1")
    framework_id = top.kebab("id")
    if path.stem != framework_id:
        raise top.error("id", f"the framework is {framework_id} but the file {path.name!r}", "id and file name agree")
    grades = top.texts("grades")
    criteria: list[Criterion] = []
    for node in top.items("criteria", least=1):
        criterion = _criterion(Reader(node, CRITERION_KEYS, "a criterion"), grades, names)
        if any(criterion.id == other.id for other in criteria):
            raise criterion.mark.error(f"two criteria have the id {criterion.id!r}")
        criteria.append(criterion)
    return Framework(
        id=framework_id,
        title=top.text("title"),
        authority=top.text("authority", "say who wrote the document"),
        document=top.text("document", "say which document, and of which date"),
        note=top.optional("note"),
        references=top.texts("references", least=1),
        criteria=tuple(criteria),
        stages=_stages(top, grades, criteria),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        mark=top.mark("id"),
    )


def collect_frameworks(folder: Path, names: Names) -> tuple[list[Framework], list[RuleError]]:
    """Return the frameworks of a folder that could be loaded, by id, and what is wrong with the others."""
    found: list[Framework] = []
    errors: list[RuleError] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found.append(load_framework(path, names))
        except RuleError as error:
            errors.append(error)
    return found, errors


def _criterion(reader: Reader, grades: Sequence[str], names: Names) -> Criterion:
    allowed = scope(knowing=False)
    speaks_for = read_lines(reader, "for", allowed)
    speaks_against = read_lines(reader, "against", allowed, grades=grades)
    check_names((*speaks_for, *speaks_against), names)
    return Criterion(
        id=reader.text("id"),
        title=reader.text("title"),
        question=reader.text("question", "say what the reader must answer"),
        source=reader.text("source", "say where it stands in the document"),
        speaks_for=speaks_for,
        speaks_against=speaks_against,
        cannot_see=reader.text("cannot_see", "say what no contract shows about it"),
        mark=reader.node.mark,
    )


def _stages(top: Reader, grades: Sequence[str], criteria: Sequence[Criterion]) -> tuple[Stage, ...]:
    known = [criterion.id for criterion in criteria]
    found: list[Stage] = []
    for node in top.items("stages"):
        reader = Reader(node, STAGE_KEYS, "a stage")
        stage = Stage(
            name=reader.text("name"),
            title=reader.text("title"),
            without=_among(reader, "without", grades),
            excepted=_among(reader, "except", known),
        )
        found.append(stage)
    return tuple(found)


def _among(reader: Reader, key: str, known: Sequence[str]) -> tuple[str, ...]:
    for line in reader.lines(key):
        if line.text.strip() not in known:
            raise line.error(f"{line.text[:60]!r} is not defined in this file", hint=", ".join(known))
    return reader.texts(key)


def assess_framework(framework: Framework, judged: Judged) -> FrameworkAssessment:
    """Return each criterion with its evidence, and what the criteria allow to say about the stages."""
    criteria = [_assessed(criterion, judged) for criterion in framework.criteria]
    return FrameworkAssessment(
        id=framework.id,
        title=framework.title,
        authority=framework.authority,
        document=framework.document,
        note=framework.note,
        references=framework.references,
        criteria=tuple(criteria),
        stages=tuple(_stage(stage, framework, criteria) for stage in framework.stages),
    )


def _assessed(criterion: Criterion, judged: Judged) -> CriterionAssessment:
    pro = [judged.decide(line) for line in criterion.speaks_for]
    contra = [judged.decide(line) for line in criterion.speaks_against]
    return CriterionAssessment(
        id=criterion.id,
        title=criterion.title,
        question=criterion.question,
        source=criterion.source,
        state=_state(criterion, pro, contra),
        evidence_for=_which(pro, "true"),
        evidence_against=_which(contra, "true"),
        undecided=_which([*contra, *pro], "unknown"),
        looked_at=_which([*contra, *pro], "false"),
        cannot_see=criterion.cannot_see,
    )


def _state(criterion: Criterion, pro: Sequence[Decided], contra: Sequence[Decided]) -> CriterionState:
    """While anything that would speak against it is undecided, what speaks for it decides nothing."""
    speaks_for, speaks_against = _which(pro, "true"), _which(contra, "true")
    if speaks_against:
        return CriterionState.BOTH if speaks_for else CriterionState.AGAINST
    if not (criterion.speaks_for or criterion.speaks_against) or _which(contra, "unknown"):
        return CriterionState.NOT_ASSESSABLE
    if speaks_for:
        return CriterionState.FOR
    return CriterionState.NOT_ASSESSABLE if _which(pro, "unknown") else CriterionState.NOTHING


def _which(decided: Sequence[Decided], result: str) -> tuple[EvidenceLine, ...]:
    return tuple(one.line for one in decided if one.line.result == result)


def _stage(stage: Stage, framework: Framework, criteria: Sequence[CriterionAssessment]) -> StageAssessment:
    """A stage is reached where nothing stands against it, all of that was decided, and there was something to see."""
    asked = [pair for pair in zip(criteria, framework.criteria, strict=True) if pair[0].id not in stage.excepted]
    against = [one.title for one, _ in asked if any(line.grade in stage.without for line in one.evidence_against)]
    if against:
        return _rung(stage, "false", f"evidence against: {'; '.join(against)}")
    undecided = [one.title for one, read in asked if _open_for(stage, one, read)]
    if undecided:
        return _rung(stage, "unknown", f"not assessable: {'; '.join(undecided)}")
    if not any(one.evidence_for or one.evidence_against for one, _ in asked):
        return _rung(stage, "unknown", "no evidence either way for any of its criteria")
    return _rung(stage, "true", "no evidence against it was found, and everything that could speak against was decided")


def _open_for(stage: Stage, criterion: CriterionAssessment, read: Criterion) -> bool:
    """Whether a criterion leaves a stage open: it is not assessable, or nothing was asked that could speak against."""
    graded = any(line.grade in stage.without for line in read.speaks_against)
    if any(line.grade in stage.without for line in criterion.undecided):
        return True
    return not criterion.evidence_for and not graded


def _rung(stage: Stage, result: str, reason: str) -> StageAssessment:
    return StageAssessment(name=stage.name, title=stage.title, result=result, reason=reason)
