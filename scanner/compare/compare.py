"""The difference of two snapshots: facts by cause, outcomes by what moved them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import scanner
from scanner.compare.facts import Fact, Facts, subjects_of
from scanner.compare.outcomes import Judged, judged, moves
from scanner.model.difference import (
    Cause,
    Difference,
    FactChange,
    InputChange,
    Note,
    ScenarioMove,
    Side,
    Step,
    SubjectChange,
)
from scanner.model.errors import UsageError
from scanner.model.outcome import Assessment, RuleSummary
from scanner.model.snapshot import PinnedBlock, Snapshot


@dataclass(frozen=True)
class Reading:
    """A snapshot, the SHA-256 of its file, and what today's rules say of it."""

    snapshot: Snapshot
    sha256: str
    assessment: Assessment


@dataclass(frozen=True)
class OldReport:
    """What an older report said: its outcomes, and the digests of what went in."""

    outcomes: Mapping[tuple[str, str], Judged] = field(default_factory=dict)
    rules: Mapping[str, RuleSummary] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)


def compare(old: Reading, new: Reading, said: OldReport | None = None) -> Difference:
    """Return what changed from `old` to `new`; with `said`, also what other rules say of the same old facts.

    Raises UsageError for snapshots of two DAOs.
    """
    _refuse_two(old.snapshot, new.snapshot)
    rules = {rule.id: rule for rule in new.assessment.rules}
    before, after = judged(old.assessment.outcomes), judged(new.assessment.outcomes)
    subjects, facts = _observed(old.snapshot, new.snapshot)
    return Difference(
        tool_version=scanner.__version__,
        target=new.snapshot.target,
        old=_side(old),
        new=_side(new),
        subjects=subjects,
        facts=facts,
        moves=moves(before, after, rules),
        scenarios=_scenarios(old.assessment, new.assessment),
        judgement=() if said is None else moves(said.outcomes, before, {**said.rules, **rules}),
        inputs=() if said is None else _inputs(said, old),
        notes=tuple(_notes(old, new, said)),
    )


def _refuse_two(old: Snapshot, new: Snapshot) -> None:
    if old.target.caip10 != new.target.caip10:
        raise UsageError(
            f"these are snapshots of two targets: {old.target.caip10} and {new.target.caip10}",
            hint="compare two scans that began at the same address of the same chain",
        )


def _side(reading: Reading) -> Side:
    return Side(
        sha256=reading.sha256.removeprefix("0x"),
        tool_version=reading.snapshot.tool_version,
        as_of=reading.snapshot.as_of,
        block=main_block(reading.snapshot),
    )


def main_block(snapshot: Snapshot) -> PinnedBlock:
    """Return the block of the target's chain."""
    own = snapshot.target.chain_id
    return next((block for block in snapshot.blocks if block.chain_id == own), snapshot.blocks[0])


def _notes(old: Reading, new: Reading, said: OldReport | None) -> Iterator[Note]:
    first, second = main_block(old.snapshot), main_block(new.snapshot)
    if first.number > second.number:
        yield Note.BLOCKS_SWAPPED
    if first.number == second.number and first.hash != second.hash:
        yield Note.TWO_CHAINS
    if old.snapshot.tool_version != new.snapshot.tool_version:
        yield Note.TWO_VERSIONS
    if said is None:
        yield Note.NO_OLD_REPORT


def _observed(old: Snapshot, new: Snapshot) -> tuple[tuple[SubjectChange, ...], tuple[FactChange, ...]]:
    tools_differ = old.tool_version != new.tool_version
    before, after = subjects_of(old), subjects_of(new)
    subjects: list[SubjectChange] = []
    facts: list[FactChange] = []
    for kind, (was, all_before) in before.items():
        now, all_after = after[kind]
        subjects.extend(
            SubjectChange(subject=was[key].subject, step=Step.REMOVED if all_after else Step.NOT_SEEN)
            for key in sorted(was.keys() - now.keys())
        )
        subjects.extend(
            SubjectChange(subject=now[key].subject, step=Step.ADDED if all_before else Step.NEWLY_SEEN)
            for key in sorted(now.keys() - was.keys())
        )
        for key in sorted(was.keys() & now.keys()):
            facts.extend(_changed(was[key], now[key], tools_differ))
    return tuple(subjects), tuple(facts)


_BROUGHT = re.compile(r"(list_count|lists|listed|listed_texts|watched|watched_texts|watch_count|accountability)\b")
"""Facts of the DAO that come from what the reader brought along."""
_NOT_THERE = Fact(True, "not there", "")


def _changed(was: Facts, now: Facts, tools_differ: bool) -> Iterator[FactChange]:
    fields = sorted(was.by_field.keys() | now.by_field.keys())
    for name in fields:
        old, new = was.by_field.get(name, _NOT_THERE), now.by_field.get(name, _NOT_THERE)
        if (old.known, old.text) == (new.known, new.text):
            continue
        if not old.known and not new.known and _reason(old) == _reason(new):
            continue
        brought = now.subject.kind == "dao" and _BROUGHT.match(name) is not None
        cause = Cause.INPUT if brought else _cause(old, new, tools_differ)
        yield FactChange(subject=now.subject, field=name, before=old.text, after=new.text, cause=cause)


def _reason(fact: Fact) -> str:
    return fact.text.partition(" (")[0]


def _cause(old: Fact, new: Fact, tools_differ: bool) -> Cause:
    if not (old.known and new.known):
        return Cause.READING
    if old.evidence != new.evidence:
        return Cause.CHAIN
    if old.evidence:
        return Cause.TOOL if tools_differ else Cause.TIME
    return Cause.UNDETERMINED if tools_differ else Cause.CHAIN


def _scenarios(old: Assessment, new: Assessment) -> tuple[ScenarioMove, ...]:
    before = {one.id: one for one in old.scenarios}
    return tuple(
        ScenarioMove(id=one.id, title=one.title, before=before[one.id].state, after=one.state)
        for one in new.scenarios
        if one.id in before and before[one.id].state is not one.state
    )


def _inputs(said: OldReport, old: Reading) -> tuple[InputChange, ...]:
    now = {name: digest.removeprefix("0x") for name, digest in old.assessment.digests}
    fixed = {"snapshot", *(item.name for item in old.snapshot.inputs)}
    names = sorted((said.inputs.keys() | now.keys()) - fixed)
    return tuple(
        InputChange(name=name, before=said.inputs.get(name, ""), after=now.get(name, ""))
        for name in names
        if said.inputs.get(name, "") != now.get(name, "")
    )
