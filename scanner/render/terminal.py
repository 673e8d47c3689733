"""A short summary for a terminal, or plain lines where there is none. Text from a chain never becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from scanner.locale.locale import Locale
from scanner.model.outcome import Finding
from scanner.render.coverage import coverage_of, coverage_sentence
from scanner.render.findings_view import grade, severity_order
from scanner.render.lookup import Lookup
from scanner.render.quantities import utc
from scanner.render.sentences import answers
from scanner.render.strip import Cell, cells
from scanner.render.terminal_kit import kit_lines
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


def print_summary(console: Console, lookup: Lookup, paths: Sequence[Path]) -> None:
    """Print name, coverage, the strip, the three answers, the worst findings and where the files are."""
    t, snapshot, assessment = lookup.t, lookup.snapshot, lookup.assessment
    _print(console, ("bold", line(lookup.name)))
    for block in snapshot.blocks:
        number = t.own(str(block.number))
        chain, time = chain_name(t, block.chain_id), utc(t, block.timestamp)
        _print(console, ("", t("terminal.place", chain=chain, number=number, time=time)))
    covered = coverage_sentence(t, coverage_of(snapshot, assessment))
    _print(console, ("", t("terminal.coverage", coverage=covered)))
    _print(console)
    for cell in cells(t, assessment.dimensions):
        _print(console, *_cell(cell))
    for answer in answers(lookup):
        _print(console)
        _print(console, ("bold", answer.question))
        _print(console, ("", f"  {line(answer.text, 600)}"))
        if answer.open:
            _print(console, ("reverse", f"  ? {t('terminal.not_decided')}"), ("", f" {line(answer.open, 400)}"))
    _findings(t, console, sorted(assessment.findings, key=severity_order))
    for words in kit_lines(lookup):
        _print(console, *words)
    if paths:
        _print(console)
    for path in paths:
        _print(console, ("", t("terminal.wrote", path=line(str(path), 400))))


def _cell(cell: Cell) -> tuple[tuple[str, str], ...]:
    word = f"{cell.shape} {cell.word}"
    undecided = f"  [? {cell.undecided}]" if cell.undecided else ""
    return (
        ("", f"{cell.dimension:<16} "),
        (_STYLES.get(cell.tone, ""), f"{word:<20} "),
        ("", line(cell.text, 100)),
        ("reverse" if undecided else "", undecided),
    )


def _findings(t: Locale, console: Console, findings: Sequence[Finding]) -> None:
    graded = [item for item in findings if item.severity is not None]
    if not graded:
        return
    _print(console)
    _print(console, ("bold", t("terminal.worst_first", n=len(graded))))
    for item in graded[:FINDINGS]:
        tone, shape, word = grade(t, item)
        _print(
            console,
            (_STYLES.get(tone, ""), f"  {shape} {word:<9} "),
            ("", f"{item.rule_id} {line(item.title, 100)}: {line(item.subject.label, 60)}"),
            ("", " [accepted]" if item.accepted else ""),
        )
    if len(graded) > FINDINGS:
        _print(console, ("", f"  {t('terminal.more', n=len(graded) - FINDINGS)}"))


def _print(console: Console, *parts: tuple[str, str]) -> None:
    text = Text()
    for style, content in parts:
        text.append(content, style=style or None)
    text.rstrip()
    console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)
