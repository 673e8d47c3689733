"""The summary strip: one cell for each fixed dimension, never a total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.outcome import DimensionSummary
from scanner.render.words import SEVERITY_SHAPES, inline, question, words


@dataclass(frozen=True)
class Cell:
    """One dimension. `tone` is a severity, none, undecided, empty or neutral.

    `undecided` is never shown as good, `open` counts it.
    """

    dimension: str
    anchor: str
    question: str
    tone: str
    shape: str
    word: str
    text: str
    counts: str
    undecided: str
    open: int = 0


def cells(t: Locale, dimensions: Sequence[DimensionSummary]) -> tuple[Cell, ...]:
    """Return the cells in the fixed order."""
    return tuple(cell(t, item) for item in dimensions)


def cell(t: Locale, item: DimensionSummary) -> Cell:
    """Return the cell of one dimension."""
    tone, shape, word, text = _descriptive(t, item) if item.descriptive else _graded(t, item)
    return Cell(
        dimension=words(t, item.dimension),
        anchor=f"dimension-{item.dimension.value}",
        question=question(t, item.dimension),
        tone=tone,
        shape=shape,
        word=word,
        text=text,
        counts=_counts(t, item),
        undecided=_undecided(t, item),
        open=item.unknowns + item.errors,
    )


def _graded(t: Locale, item: DimensionSummary) -> tuple[str, str, str, str]:
    if item.worst is not None:
        return item.worst.value, SEVERITY_SHAPES[item.worst], words(t, item.worst), item.worst_title
    if item.unknowns or item.errors:
        return "undecided", "?", t("strip.undecided"), t("strip.undecided_graded")
    if item.passes or item.accepted:
        return "none", "–", t("strip.no_finding"), ""
    return "empty", "·", t("strip.nothing"), t("strip.nothing_text")


def _descriptive(t: Locale, item: DimensionSummary) -> tuple[str, str, str, str]:
    if item.stages:
        said = t.joined((t.own(stage) for stage in item.stages[:3]), "semicolon")
        if len(item.stages) > 3:
            said = t("strip.and_more", stages=said, more=len(item.stages) - 3)
        return "neutral", "i", t("strip.described"), said
    if item.unknowns or item.errors:
        return "undecided", "?", t("strip.undecided"), t("strip.undecided_described")
    if item.passes:
        return "neutral", "i", t("strip.nothing_found"), ""
    return "empty", "·", t("strip.nothing_described"), t("strip.nothing_text")


def _counts(t: Locale, item: DimensionSummary) -> str:
    seen = t("count.observation" if item.descriptive else "count.finding", n=item.findings)
    counts = t("strip.counts", seen=seen, passed=item.passes)
    return t("strip.with_accepted", counts=counts, n=item.accepted) if item.accepted else counts


def _undecided(t: Locale, item: DimensionSummary) -> str:
    count = item.unknowns + item.errors
    if not count:
        return ""
    if item.worst_undecided is None:
        return t("strip.open", n=count)
    return t("strip.open_up_to", n=count, worst=inline(t, item.worst_undecided))
