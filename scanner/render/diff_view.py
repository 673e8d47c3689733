"""The difference of two snapshots as page and Markdown show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.difference import Cause, Difference, Direction, FactChange, OutcomeMove, OutcomeState, Side
from scanner.model.outcome import Severity, Status
from scanner.render.quantities import short, utc
from scanner.render.words import SEVERITY_SHAPES, chain_name, inline, words

ROWS = 200
"""Rows of one table; the others are counted."""


@dataclass(frozen=True)
class SideView:
    word: Phrase
    made: Phrase
    digest: str


@dataclass(frozen=True)
class MoveView:
    """One outcome that moved; `tone` and `shape` are those of the severity that it has now, or had."""

    direction: Phrase
    kind: str
    tone: str
    shape: str
    rule: str
    title: str
    dimension: Phrase
    subject: str
    before: Phrase
    now: Phrase
    message: str


@dataclass(frozen=True)
class Row:
    """A row of text cells."""

    cells: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A titled list of rows; `more` says how many are left out."""

    title: Phrase
    lead: Phrase | str
    rows: tuple[Row, ...]
    more: Phrase | str


@dataclass(frozen=True)
class DiffView:
    name: str
    target: str
    sides: tuple[SideView, SideView]
    notes: tuple[Phrase, ...]
    moves: tuple[MoveView, ...]
    moves_more: Phrase | str
    scenarios: tuple[Row, ...]
    subjects: tuple[Row, ...]
    subjects_more: Phrase | str
    causes: tuple[Part, ...]
    has_old: bool
    inputs: tuple[Row, ...]
    judgement: tuple[MoveView, ...]
    judgement_more: Phrase | str
    version: str


def diff_view(found: Difference, t: Locale) -> DiffView:
    """Return a difference in the words of a locale."""
    subjects = [
        Row((one.subject.kind, one.subject.label, str(t(f"diff_step.{one.step.value}")))) for one in found.subjects
    ]
    return DiffView(
        name=found.target.name or found.target.caip10,
        target=found.target.caip10,
        sides=(_side(t, "diff.older", found.old, found), _side(t, "diff.newer", found.new, found)),
        notes=tuple(t(f"diff_note.{note.value}") for note in found.notes),
        moves=_moves(t, found.moves),
        moves_more=more(t, len(found.moves)),
        scenarios=tuple(
            Row((f"{one.id} {one.title}", str(words(t, one.before)), str(words(t, one.after))))
            for one in found.scenarios
        ),
        subjects=tuple(subjects[:ROWS]),
        subjects_more=more(t, len(subjects)),
        causes=tuple(_causes(t, found.facts)),
        has_old="no-old-report" not in {note.value for note in found.notes},
        inputs=tuple(Row((one.name, _digest(t, one.before), _digest(t, one.after))) for one in found.inputs),
        judgement=_moves(t, found.judgement),
        judgement_more=more(t, len(found.judgement)),
        version=found.tool_version,
    )


def more(t: Locale, count: int) -> Phrase | str:
    """Return how many rows are left out, in words; nothing when none is."""
    return t("diff.more", n=count - ROWS) if count > ROWS else ""


def _side(t: Locale, word: str, side: Side, found: Difference) -> SideView:
    made = t(
        "diff.made",
        chain=chain_name(t, found.target.chain_id),
        number=str(side.block.number),
        hash=short(side.block.hash),
        time=utc(t, side.as_of),
        version=side.tool_version,
    )
    return SideView(t(word), made, side.sha256)


def _moves(t: Locale, found: Sequence[OutcomeMove]) -> tuple[MoveView, ...]:
    return tuple(_move(t, one) for one in found[:ROWS])


def _move(t: Locale, one: OutcomeMove) -> MoveView:
    severity = one.after.severity or one.before.severity
    return MoveView(
        direction=t(f"diff_direction.{one.direction.value}"),
        kind="worse" if one.direction in (Direction.WORSE, Direction.UNDECIDED) else "other",
        tone=severity.value if severity else "none",
        shape=SEVERITY_SHAPES[severity] if severity else "?",
        rule=one.rule_id,
        title=one.title,
        dimension=words(t, one.dimension),
        subject=one.subject.label,
        before=state_words(t, one.before),
        now=state_words(t, one.after),
        message=one.after.message or one.before.message,
    )


def state_words(t: Locale, state: OutcomeState) -> Phrase:
    """Return an outcome in a word or two."""
    if not state.status:
        return t("diff.not_there")
    if state.status is Status.UNKNOWN:
        return _undecided(t, state.undecided)
    if state.status is Status.ERROR:
        return t("diff.failed")
    if state.status is not Status.FINDING:
        return t("diff.passed")
    if state.severity:
        return inline(t, state.severity)
    return t(f"stage.{state.stage}") if state.stage else t("diff.described")


def _undecided(t: Locale, severity: Severity | None) -> Phrase:
    return t("diff.undecided_up_to", severity=inline(t, severity)) if severity else t("diff.undecided")


def _causes(t: Locale, facts: Sequence[FactChange]) -> Iterable[Part]:
    for cause in Cause:
        rows = [one for one in facts if one.cause is cause]
        if rows or cause is Cause.CHAIN:
            yield Part(
                title=t(f"diff_cause.{cause.value}"),
                lead=t(f"diff_cause_means.{cause.value}") if rows else t("diff.no_chain"),
                rows=tuple(
                    Row((f"{one.subject.kind} {one.subject.label}", one.field, one.before, one.after))
                    for one in rows[:ROWS]
                ),
                more=more(t, len(rows)),
            )


def _digest(t: Locale, value: str) -> str:
    return value[:16] if value else str(t("diff.not_there"))
