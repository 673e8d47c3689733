"""What one rule says on many saved snapshots, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.judge.engine import judge
from scanner.judge.rule import Rule, Rulebook
from scanner.model.outcome import Outcome, Status
from scanner.model.snapshot import Snapshot

_NO_SNAPSHOT = ("report.json", "bench.json")


@dataclass(frozen=True)
class Tried:
    """The outcomes of a rule on one snapshot: how many of each word, and its findings."""

    counts: Counter[str]
    findings: tuple[Outcome, ...]
    unknowns: tuple[str, ...]


def needed(rulebook: Rulebook, rule: Rule) -> Rulebook:
    """Return the rule with those whose outcomes it asks for, and no others."""
    by_id = {one.id: one for one in rulebook.rules}
    wanted: set[str] = set()
    open_ids = [rule.id]
    while open_ids:
        one = by_id.get(open_ids.pop())
        if one is not None and one.id not in wanted:
            wanted.add(one.id)
            open_ids.extend(one.asks)
    return replace(rulebook, rules=tuple(one for one in rulebook.rules if one.id in wanted))


def try_rule(rulebook: Rulebook, rule: Rule, snapshot: Snapshot) -> Tried:
    """Return what `rule` says on a snapshot. A finding counts under its severity or stage, any other by its status."""
    counts: Counter[str] = Counter()
    findings: list[Outcome] = []
    unknowns: dict[str, None] = {}
    for outcome in judge(snapshot, rulebook):
        if outcome.rule_id != rule.id:
            continue
        counts[outcome.status.value] += 1
        if outcome.status is Status.FINDING:
            counts[str(outcome.severity or outcome.stage)] += 1
            findings.append(outcome)
        elif outcome.status in (Status.UNKNOWN, Status.ERROR):
            unknowns[outcome.reason] = None
    return Tried(counts, tuple(findings), tuple(unknowns))


def snapshot_files(places: Sequence[Path]) -> Iterator[Path]:
    """Return the files of snapshots: those named, and in folders every snapshot.json; where there is none, every .json.

    Folders are looked through one after the other, sorted, so that ten thousand files are never listed at once.
    """
    for place in places:
        if not place.is_dir():
            yield place
            continue
        found = False
        for path in _walk(place):
            if path.name == "snapshot.json" or path.name.endswith(".snapshot.json"):
                found = True
                yield path
        if not found:
            yield from (path for path in _walk(place) if path.name not in _NO_SNAPSHOT)


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        elif path.suffix == ".json":
            yield path
