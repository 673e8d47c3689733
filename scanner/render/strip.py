"""The summary strip: one cell for each fixed dimension, never a total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model.outcome import DimensionSummary
from scanner.render.quantities import plural
from scanner.render.words import DIMENSIONS, QUESTIONS, SEVERITIES


@dataclass(frozen=True)
class Cell:
    """One dimension. `tone` is a severity, none, undecided, empty or neutral; `undecided` is never shown as good."""

    dimension: str
    anchor: str
    question: str
    tone: str
    shape: str
    word: str
    text: str
    counts: str
    undecided: str


def cells(dimensions: Sequence[DimensionSummary]) -> tuple[Cell, ...]:
    """Return the cells in the fixed order."""
    return tuple(_cell(item) for item in dimensions)


def _cell(item: DimensionSummary) -> Cell:
    tone, shape, word, text = _descriptive(item) if item.descriptive else _graded(item)
    return Cell(
        dimension=DIMENSIONS[item.dimension],
        anchor=f"dimension-{item.dimension.value}",
        question=QUESTIONS[item.dimension],
        tone=tone,
        shape=shape,
        word=word,
        text=text,
        counts=_counts(item),
        undecided=_undecided(item),
    )


def _graded(item: DimensionSummary) -> tuple[str, str, str, str]:
    if item.worst is not None:
        word, shape = SEVERITIES[item.worst]
        return item.worst.value, shape, word, item.worst_title
    if item.unknowns or item.errors:
        return "undecided", "?", "Undecided", "No finding among what could be decided."
    if item.passes:
        return "none", "–", "No open finding", ""
    return "empty", "·", "Nothing to check", "No check applies, or none was run."


def _descriptive(item: DimensionSummary) -> tuple[str, str, str, str]:
    if item.stages:
        more = f" (and {len(item.stages) - 3} more)" if len(item.stages) > 3 else ""
        return "neutral", "i", "Described", "; ".join(item.stages[:3]) + more
    if item.unknowns or item.errors:
        return "undecided", "?", "Undecided", "Nothing was found among what could be decided."
    if item.passes:
        return "neutral", "i", "Nothing found", ""
    return "empty", "·", "Nothing to describe", "No check applies, or none was run."


def _counts(item: DimensionSummary) -> str:
    seen = plural(item.findings, "observation") if item.descriptive else plural(item.findings, "finding")
    return f"{seen}, {item.passes} passed"


def _undecided(item: DimensionSummary) -> str:
    count = item.unknowns + item.errors
    if not count:
        return ""
    worst = f", up to {item.worst_undecided.value}" if item.worst_undecided is not None else ""
    return f"{count} undecided{worst}"
