"""`daoscan rules try`: what a rule would say on saved snapshots."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.rules_shared import all_folders, load, stop
from scanner.cli.shared import RuleFolders
from scanner.judge.language.source import did_you_mean
from scanner.judge.pack import PACK_FILE
from scanner.judge.rule import Rule, Rulebook
from scanner.judge.rules import RuleErrors, collect
from scanner.judge.trying import Tried, needed, snapshot_files, try_rule
from scanner.model.errors import DaoscanError, RuleError, UsageError
from scanner.model.outcome import Severity, Status
from scanner.render.text import readable

if TYPE_CHECKING:
    from scanner.model.snapshot import Snapshot

INCOMPLETE = 3
_STATUSES = tuple(status.value for status in Status)
_ORDER = (*(severity.value for severity in Severity), "exercised", "configured", "reachable", "present", *_STATUSES)


def try_command(
    rule: Annotated[str, typer.Argument(help="rule id, name, or the path of a rule file in its pack")],
    snapshots: Annotated[list[Path], typer.Argument(help="snapshot files, or folders of them")],
    rules: RuleFolders = None,
    findings: Annotated[bool, typer.Option("--findings", help="print the sentence of every finding, too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one line of JSON for each snapshot on stdout")] = False,
) -> None:
    """Say what one rule says on each of many snapshots, and in all; nothing is kept in memory.

    Exit codes: 0 all were read, 2 the rule cannot be used, 3 some snapshot could not be read.
    """
    try:
        rulebook, found = find_rule(rule, rules)
    except DaoscanError as error:
        raise stop(error) from None
    book = needed(rulebook, found)
    total: Counter[str] = Counter()
    read, unreadable = 0, 0
    for path in snapshot_files(snapshots):
        try:
            tried = try_rule(book, found, _snapshot(path))
        except DaoscanError as error:
            unreadable += 1
            typer.echo(f"unreadable: {readable(str(path))}: {readable(error.what)}", err=True)
            continue
        read += 1
        total.update(tried.counts)
        total.update({f"with {word}": 1 for word in tried.counts})
        typer.echo(_as_json(path, found, tried) if as_json else _line(path, tried))
        if findings and not as_json:
            for one in tried.findings:
                typer.echo(f"    {one.severity or one.stage}: {readable(one.subject.label)}: {readable(one.message)}")
    if not read and not unreadable:
        raise stop(UsageError("no snapshot in these places", where=", ".join(str(place) for place in snapshots)))
    typer.echo(_total(found, total, read, unreadable), err=as_json)
    if unreadable:
        raise typer.Exit(INCOMPLETE)


def find_rule(wanted: str, folders: list[Path] | None) -> tuple[Rulebook, Rule]:
    """Return all rules and the one that is meant by its id, name or file. Raises RuleError or UsageError."""
    path = Path(wanted)
    if path.suffix in (".yaml", ".py"):
        if not path.is_file():
            raise UsageError("no such file", where=wanted, hint="give a rule's id, or the path of its file")
        if not (path.parent / PACK_FILE).is_file():
            raise RuleError(
                f"no {PACK_FILE} beside the rule", where=f"{path}:1:1", hint="`daoscan rules new` begins one"
            )
        rulebook, errors = collect([*all_folders(folders), path.parent])
        mine = [error for error in errors if Path(error.where.split(":")[0]).resolve() == path.resolve()]
        if mine:
            raise RuleErrors(mine)
        for rule in rulebook.rules:
            if Path(rule.mark.file).resolve() == path.resolve():
                return rulebook, rule
        raise UsageError("this file holds no rule", where=wanted)
    rulebook = load(folders)
    for rule in rulebook.rules:
        if wanted in (rule.id, rule.name):
            return rulebook, rule
    hint = did_you_mean(wanted, [rule.id for rule in rulebook.rules]) or "daoscan rules list shows them all"
    raise UsageError(f"no rule {wanted[:60]!r}", hint=hint)


def _snapshot(path: Path) -> Snapshot:
    from scanner import pipeline

    try:
        return pipeline.load_snapshot(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", where=str(path)) from error


def _line(path: Path, tried: Tried) -> str:
    return f"{readable(str(path))}: {_counted(tried.counts) or 'nothing'}"


def _counted(counts: Counter[str]) -> str:
    words = [word for word in _ORDER if counts[word] and word != Status.FINDING.value]
    return ", ".join(f"{word} {counts[word]}" for word in words)


def _total(rule: Rule, total: Counter[str], read: int, unreadable: int) -> str:
    subjects = Counter({word: count for word, count in total.items() if not word.startswith("with ")})
    lines = [
        f"{rule.id} {rule.name} on {read} snapshots: {total['with finding']} with a finding,"
        f" {total['with unknown'] + total['with error']} with something undecided",
        f"on their subjects: {_counted(subjects) or 'nothing'}",
    ]
    if unreadable:
        lines.append(f"{unreadable} could not be read")
    return "\n".join(lines)


def _as_json(path: Path, rule: Rule, tried: Tried) -> str:
    levels = {word: tried.counts[word] for word in _ORDER if tried.counts[word] and word not in _STATUSES}
    return json.dumps(
        {
            "snapshot": str(path),
            "rule": rule.id,
            "outcomes": {word: tried.counts[word] for word in _STATUSES},
            "levels": levels,
            "findings": [
                {"subject": one.subject.id, "level": str(one.severity or one.stage), "message": one.message}
                for one in tried.findings
            ],
            "undecided": list(tried.unknowns),
        }
    )
