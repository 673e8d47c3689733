"""Proposals over time: how long is left to act on the open ones, and how many there were when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model.contracts import Governor
from scanner.model.observation import Known
from scanner.model.proposals import Proposal
from scanner.render.lookup import Lookup
from scanner.render.quantities import day, duration, utc

OPEN = frozenset({"Pending", "Active", "Succeeded", "Queued"})
BINS = 48


@dataclass(frozen=True)
class Bin:
    """A stretch of time: where it begins in the picture, how many proposals, how many of them with findings."""

    x: int
    height: int
    flagged: int
    words: str


@dataclass(frozen=True)
class Timeline:
    """The picture: bars from a common zero line, the dates at its ends, and what its highest bar stands for."""

    bins: tuple[Bin, ...]
    first: str
    last: str
    highest: int


def is_open(item: Proposal) -> bool:
    """Return whether something can still be done about it; a state that is not known counts as open."""
    return item.state.value in OPEN if isinstance(item.state, Known) else True


def time_left(item: Proposal, lookup: Lookup) -> str:
    """Return the time left to act, counted from the pinned block; empty when it is over."""
    t = lookup.t
    if not isinstance(item.state, Known):
        return t("proposals.left_not_known")
    state = item.state.value
    if state not in OPEN:
        return ""
    if state == "Queued":
        if not isinstance(item.eta, Known) or not item.eta.value:
            return t("proposals.left_not_known")
        return _until("proposals.left_queue", item.eta.value - lookup.snapshot.as_of, lookup, item.eta.value)
    if state == "Succeeded":
        return t("proposals.left_passed")
    tick = _tick(item, lookup)
    if tick is None:
        return t("proposals.left_not_known")
    now, seconds = tick
    if state == "Pending":
        return _until("proposals.left_pending", int((item.vote_start - now) * seconds), lookup)
    if any(
        isinstance(one.arbitration_pending, Known) and one.arbitration_pending.value for one in item.oracle_questions
    ):
        return t("proposals.left_arbitration")
    key = "proposals.left_answer" if item.order else "proposals.left_voting"
    return _until(key, int((item.vote_end - now) * seconds), lookup)


def _until(key: str, seconds: int, lookup: Lookup, at: int = 0) -> str:
    t = lookup.t
    when = utc(t, at or lookup.snapshot.as_of + seconds)
    return t(key, time=duration(t, seconds), when=when) if seconds > 0 else t("proposals.left_none")


def _tick(item: Proposal, lookup: Lookup) -> tuple[int, float] | None:
    """Return the governor's clock at the pinned block and how many seconds a tick takes."""
    if item.order and item.vote_end:  # modules count seconds
        return lookup.snapshot.as_of, 1.0
    governor = _governor(item, lookup)
    if governor is None or not isinstance(governor.clock_mode, Known):
        return None
    if governor.clock_mode.value == "timestamp":
        return lookup.snapshot.as_of, 1.0
    ticks, seconds = governor.voting_period, governor.voting_period_seconds
    if isinstance(ticks, Known) and isinstance(seconds, Known) and ticks.value:
        chain = lookup.snapshot.target.chain_id
        number = next((block.number for block in lookup.snapshot.blocks if block.chain_id == chain), None)
        return None if number is None else (number, seconds.value / ticks.value)
    return None


def _governor(item: Proposal, lookup: Lookup) -> Governor | None:
    return next((one for one in lookup.snapshot.governors.items if one.address == item.governor), None)


def timeline(items: Sequence[Proposal], flagged: frozenset[str], lookup: Lookup) -> Timeline | None:
    """Return how many proposals were made when; None when fewer than three have a known time."""
    t = lookup.t
    made = [
        (item.created_at.value, f"{item.governor} {item.id}") for item in items if isinstance(item.created_at, Known)
    ]
    if len(made) < 3:
        return None
    first, last = min(made)[0], max(made)[0]
    width = max(-(-(last - first + 1) // BINS), 1)
    counts = [[0, 0] for _ in range(BINS)]
    for at, key in made:
        place = counts[(at - first) // width]
        place[0] += 1
        place[1] += key in flagged
    highest = max(count for count, _ in counts)
    bins = tuple(
        Bin(
            number * 20,
            max(count * 60 // highest, 2),
            -(-marked * 60 // highest),
            t("proposals.bin", day=day(t, first + number * width), n=count, marked=marked),
        )
        for number, (count, marked) in enumerate(counts)
        if count
    )
    return Timeline(bins, day(t, first), day(t, last), highest)
