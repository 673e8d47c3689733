"""A short summary for a terminal, or plain lines where there is none. Text from a chain never becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from scanner.model.outcome import Assessment, Finding
from scanner.model.snapshot import Snapshot
from scanner.render.coverage import coverage_of, coverage_sentence
from scanner.render.findings_view import grade, severity_order
from scanner.render.lookup import look_up
from scanner.render.quantities import plural, utc
from scanner.render.sentences import answers
from scanner.render.strip import Cell, cells
from scanner.render.text import line
from scanner.render.words import chain_name

FINDINGS = 8
"""Findings that are listed; the report holds all."""
_STYLES = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "undecided": "reverse",
    "neutral": "magenta",
}


def print_summary(console: Console, snapshot: Snapshot, assessment: Assessment, paths: Sequence[Path]) -> None:
    """Print name, coverage, the strip, the three answers, the worst findings and where the files are."""
    lookup = look_up(snapshot, assessment)
    _print(console, ("bold", line(lookup.name)))
    for block in snapshot.blocks:
        _print(console, ("", f"{chain_name(block.chain_id)}, block {block.number}, {utc(block.timestamp)}"))
    _print(console, ("", f"Coverage: {coverage_sentence(coverage_of(snapshot, assessment))}"))
    _print(console)
    for cell in cells(assessment.dimensions):
        _print(console, *_cell(cell))
    for answer in answers(lookup):
        _print(console)
        _print(console, ("bold", answer.question))
        _print(console, ("", f"  {line(answer.text, 600)}"))
        if answer.open:
            _print(console, ("reverse", "  ? Not decided:"), ("", f" {line(answer.open, 400)}"))
    _findings(console, sorted(assessment.findings, key=severity_order))
    if paths:
        _print(console)
    for path in paths:
        _print(console, ("", f"wrote {line(str(path), 400)}"))


def _cell(cell: Cell) -> tuple[tuple[str, str], ...]:
    word = f"{cell.shape} {cell.word}"
    undecided = f"  [? {cell.undecided}]" if cell.undecided else ""
    return (
        ("", f"{cell.dimension:<16} "),
        (_STYLES.get(cell.tone, ""), f"{word:<20} "),
        ("", line(cell.text, 100)),
        ("reverse" if undecided else "", undecided),
    )


def _findings(console: Console, findings: Sequence[Finding]) -> None:
    graded = [item for item in findings if item.severity is not None]
    if not graded:
        return
    _print(console)
    _print(console, ("bold", f"{plural(len(graded), 'graded finding')}, worst first"))
    for item in graded[:FINDINGS]:
        tone, shape, word = grade(item)
        _print(
            console,
            (_STYLES.get(tone, ""), f"  {shape} {word:<9} "),
            ("", f"{item.rule_id} {line(item.title, 100)}: {line(item.subject.label, 60)}"),
        )
    if len(graded) > FINDINGS:
        _print(console, ("", f"  and {len(graded) - FINDINGS} more in the report"))


def _print(console: Console, *parts: tuple[str, str]) -> None:
    text = Text()
    for style, content in parts:
        text.append(content, style=style or None)
    text.rstrip()
    console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)
