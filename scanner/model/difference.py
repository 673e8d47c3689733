"""What changed between two snapshots of one DAO: on the chain, in what could be read, and in the judgement."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from scanner.model.outcome import Dimension, ScenarioState, Severity, Status, Subject
from scanner.model.snapshot import PinnedBlock, Target
from scanner.model.values import Int, Model


class Cause(StrEnum):
    """Why two values differ. The first that can be shown is named."""

    CHAIN = "chain"
    """The evidence differs: the chain says something else now."""
    TIME = "time"
    """The same evidence, read at a later time: an age, a remaining delay."""
    READING = "reading"
    """One of the two could not be read or decided. That is no change on chain."""
    TOOL = "tool"
    """The same evidence, another version of the program: it is read in another way."""
    INPUT = "input"
    """What the reader brought along is another thing: lists, watch lists, an accountability file."""
    UNDETERMINED = "undetermined"
    """Without evidence of its own, and made by two versions of the program."""


class Step(StrEnum):
    """What happened to a subject."""

    ADDED = "added"
    REMOVED = "removed"
    NOT_SEEN = "not-seen"
    """Not among what the newer scan found, which was not everything: it may still be there."""
    NEWLY_SEEN = "newly-seen"
    """Not among what the older scan found, which was not everything: it may have been there."""


class Direction(StrEnum):
    """Where an outcome moved."""

    WORSE = "worse"
    BETTER = "better"
    UNDECIDED = "undecided"
    """It was decided, and is not any more."""
    DECIDED = "decided"
    """It was not decided, and now it is no finding."""
    OTHER = "other"


class Note(StrEnum):
    """What limits the comparison."""

    BLOCKS_SWAPPED = "blocks-swapped"
    """The older snapshot is of a later block than the newer one."""
    TWO_CHAINS = "two-chains"
    """One block number with two hashes: read from another chain, or before a reorganisation."""
    TWO_VERSIONS = "two-versions"
    """Two versions of the program: values without evidence of their own may differ for that reason."""
    NO_OLD_REPORT = "no-old-report"
    """No report stands beside the older snapshot: whether rules changed since then is not known."""


class Side(Model):
    """One of the two snapshots."""

    sha256: str = Field(description="of the snapshot's file, 64 lower-case hex digits")
    tool_version: str
    as_of: Int
    block: PinnedBlock


class FactChange(Model):
    """A value that differs. `before` and `after` are JSON, or `unknown: reason` with its detail."""

    subject: Subject
    field: str
    before: str
    after: str
    cause: Cause


class SubjectChange(Model):
    """A contract, proposal, line of control … that is in one snapshot only."""

    subject: Subject
    step: Step


class OutcomeState(Model):
    """What a rule said at one time; `status` is empty where the subject was not there."""

    status: Status | Literal[""]
    severity: Severity | None
    stage: str
    undecided: Severity | None = Field(description="the worst level that was not decided")
    message: str


class OutcomeMove(Model):
    """A rule that says something else about a subject."""

    rule_id: str
    title: str
    dimension: Dimension
    subject: Subject
    before: OutcomeState
    after: OutcomeState
    direction: Direction


class ScenarioMove(Model):
    """A scenario in another state."""

    id: str
    title: str
    before: ScenarioState
    after: ScenarioState


class InputChange(Model):
    """A rule pack, list or policy that is another one now; an empty digest: was not there."""

    name: str
    before: str
    after: str


class Difference(Model):
    """What changed from `old` to `new`. Both were judged by the same rules, so that `moves` come from facts alone."""

    schema_version: Literal["1"] = "1"
    tool_version: str
    target: Target
    old: Side
    new: Side
    subjects: tuple[SubjectChange, ...]
    facts: tuple[FactChange, ...]
    moves: tuple[OutcomeMove, ...] = Field(description="the same rules on other facts")
    scenarios: tuple[ScenarioMove, ...]
    judgement: tuple[OutcomeMove, ...] = Field(
        description="other rules on the same facts: the older report, and what today's rules say of its snapshot"
    )
    inputs: tuple[InputChange, ...] = Field(description="what went into the older report and is another thing now")
    notes: tuple[Note, ...]
