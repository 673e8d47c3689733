"""What a rule in Python says about the things of a snapshot.

    from scanner.judge.checking import finding, passed, unknown

    def check(snapshot):
        for safe in snapshot.safes.items:
            reads = {"threshold": safe.threshold, "owners": safe.owner_count}
            if unread(reads):
                yield unknown(safe, reads=reads)
            elif value(safe.threshold) * 2 <= value(safe.owner_count):
                yield finding(safe, "medium", "Half of the owners are enough.", reads=reads)
            else:
                yield passed(safe, reads=reads)

`reads` names what the answer was read from, and its evidence comes with it: no claim is made without. An answer of
"passed" that rests on something unknown is unknown, and so is a subject that the check says nothing about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from scanner.model.evidence import Evidence
from scanner.model.observation import Collection, Known, Unknown
from scanner.model.outcome import Status
from scanner.model.values import Model

T = TypeVar("T")
Reads = Mapping[str, Any]
"""Observations, collections or plain values of the snapshot, by the name that a reader sees."""


class NotKnown(Exception):
    """A value was asked for that is unknown: ask `unread` first, and yield unknown(…)."""


@dataclass(frozen=True)
class Answer:
    """What a check says about one thing of the snapshot."""

    item: Model
    status: Status
    level: str
    message: str
    reads: tuple[tuple[str, Any], ...]
    evidence: tuple[Evidence, ...]


def finding(item: Model, level: str, message: str, *, reads: Reads, evidence: Iterable[Evidence] = ()) -> Answer:
    """Say that `item` (or `snapshot.dao` …) has a finding: a severity or stage that RULE names, and a sentence."""
    return _answer(item, Status.FINDING, reads, evidence=evidence, said=(level, message))


def passed(item: Model, *, reads: Reads, evidence: Iterable[Evidence] = ()) -> Answer:
    """Say that nothing is the matter with `item`; where something that was read is unknown, so is the answer."""
    return _answer(item, Status.UNKNOWN if unread(reads) else Status.PASS, reads, evidence=evidence)


def unknown(item: Model, why: str = "", *, reads: Reads = {}) -> Answer:  # noqa: B006 - never changed
    """Say that it could not be decided; the reasons of what is unknown among `reads` are added to `why`."""
    if not why and not unread(reads):
        raise TypeError("unknown() needs a reason, or something unknown among its reads")
    return _answer(item, Status.UNKNOWN, reads, said=("", why))


def not_applicable(item: Model, why: str, *, reads: Reads = {}) -> Answer:  # noqa: B006 - never changed
    """Say that the question does not arise for `item`; undecided where something that was read is unknown."""
    return _answer(item, Status.UNKNOWN if unread(reads) else Status.NOT_APPLICABLE, reads, said=("", why))


def unread(reads: Reads) -> tuple[str, ...]:
    """Return the names of what is unknown, or of which there may be more."""
    return tuple(
        name
        for name, value in reads.items()
        if isinstance(value, Unknown) or (isinstance(value, Collection) and not value.complete)
    )


def value(observation: Known[T] | Unknown) -> T:
    """Return what was observed. Raises NotKnown for what is unknown: the outcome is then `error`, never a pass."""
    if isinstance(observation, Unknown):
        raise NotKnown(f"unknown: {observation.reason.value} {observation.detail}".strip())
    return observation.value


def _answer(
    item: Model, status: Status, reads: Reads, *, evidence: Iterable[Evidence] = (), said: tuple[str, str] = ("", "")
) -> Answer:
    """`said`: level and words."""
    if not isinstance(item, Model):
        raise TypeError(f"an answer is about a thing of the snapshot, not about {type(item).__name__}")
    pieces = list(evidence)
    for one in reads.values():
        pieces += getattr(one, "evidence", ())
    if status is Status.FINDING and not reads and not pieces:
        raise TypeError("finding() needs what it was read from: reads or evidence")
    if status is Status.PASS and not reads:
        raise TypeError("passed() needs what it was read from: reads")
    level, words = said
    message = " ".join(str(words).split())
    return Answer(item, status, level, message, tuple(reads.items()), tuple(dict.fromkeys(pieces)))
