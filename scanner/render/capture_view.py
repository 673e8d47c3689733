"""What it takes to pass a vote, and how many took part so far, each as a share of supply."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.contracts import Governor
from scanner.model.observation import Known, Unknown
from scanner.model.offchain import NO_PRICE
from scanner.model.values import Int
from scanner.render.governance_view import Parameter, parameter, shares
from scanner.render.lookup import Lookup
from scanner.render.money import money
from scanner.render.proposal_time import is_open
from scanner.render.quantities import percent
from scanner.render.shown import Shown, as_number, voting

TURNOUTS = 40
"""Votes that the picture of turnout holds, the latest ones."""
_HEIGHT = 60
_STEP = 24


@dataclass(frozen=True)
class Cost:
    """A bar with the amount behind the share."""

    bar: Parameter
    amount: Shown
    money: str


@dataclass(frozen=True)
class Turnout:
    """One vote that is over: its place in the picture, and what it stands for."""

    x: int
    height: int
    words: str


@dataclass(frozen=True)
class Turnouts:
    """The picture: bars from zero, a line where the quorum lies (-1: not known), and what its upper edge stands for."""

    bars: tuple[Turnout, ...]
    quorum_y: int
    highest: str
    median: str
    width: int


@dataclass(frozen=True)
class CaptureView:
    """What it takes in one governor."""

    name: str
    lead: str
    costs: tuple[Cost, ...]
    heads: tuple[Parameter, ...]
    turnouts: Turnouts | None


def capture_views(lookup: Lookup) -> tuple[CaptureView, ...]:
    """Return what it takes to pass a vote in each governor; what is not known stays not known."""
    return tuple(_capture(item, lookup) for item in voting(lookup.snapshot))


def _capture(item: Governor, lookup: Lookup) -> CaptureView:
    pairs = (
        ("capture.propose", item.proposal_threshold_bps, item.proposal_threshold_votes, item.threshold_cost),
        ("capture.quorum", item.quorum_bps, item.quorum_votes, item.quorum_cost),
        ("capture.active", item.active_bps, item.active_votes, NO_PRICE),
        ("capture.active_majority", item.active_majority_bps, item.active_majority_votes, item.active_majority_cost),
        ("capture.majority", item.majority_bps, item.majority_votes, item.majority_cost),
        ("capture.delegated", item.delegated_bps, item.delegated_votes, NO_PRICE),
    )
    heads = (
        ("capture.delegates_quorum", item.delegates_for_quorum),
        ("capture.delegates_majority", item.delegates_for_majority),
        ("capture.delegates_pass", item.delegates_to_pass),
    )
    t, unit = lookup.t, lookup.unit(item.token)
    return CaptureView(
        name=lookup.label(item.address) or item.address,
        lead=t("capture.lead_price" if lookup.snapshot.dao.prices else "capture.lead"),
        costs=tuple(
            Cost(_bar(key, bps, lookup), unit.show(votes), money(lookup, cost)) for key, bps, votes, cost in pairs
        ),
        heads=tuple(parameter(t(key), as_number(t, value), lookup) for key, value in heads),
        turnouts=_turnouts(item, lookup),
    )


def _bar(key: str, observation: Known[Int] | Unknown, lookup: Lookup) -> Parameter:
    width = max(0, min(observation.value, 10000)) if isinstance(observation, Known) else -1
    return parameter(lookup.t(key), shares(lookup.t, observation), lookup, width)


def _turnouts(governor: Governor, lookup: Lookup) -> Turnouts | None:
    t = lookup.t
    over = [
        (item.created_block, item.id, item.turnout_bps.value)
        for item in lookup.snapshot.proposals.items
        if item.governor == governor.address and isinstance(item.turnout_bps, Known) and not is_open(item)
    ]
    if len(over) < 2:
        return None
    latest = sorted(over)[-TURNOUTS:]
    quorum = governor.quorum_bps.value if isinstance(governor.quorum_bps, Known) else -1
    highest = max(1, quorum, *(bps for _, _, bps in latest))
    bars = tuple(
        Turnout(
            number * _STEP,
            max(bps * _HEIGHT // highest, 1),
            t("capture.turnout_of", id=f"{name[:6]}…" if len(name) > 8 else name, share=percent(t, bps)),
        )
        for number, (_, name, bps) in enumerate(latest)
    )
    ordered = sorted(bps for _, _, bps in latest)
    return Turnouts(
        bars=bars,
        quorum_y=_HEIGHT - quorum * _HEIGHT // highest if quorum >= 0 else -1,
        highest=percent(t, highest),
        median=percent(t, ordered[len(ordered) // 2]),
        width=max(len(latest) * _STEP, 240),
    )
