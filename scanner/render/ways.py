"""What stands behind the boxes of the control graph, and the shortest ways to the money and the rules, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.locale.phrase import Phrase
from scanner.model.controls import Control
from scanner.model.kinds import Capability
from scanner.render.controls_view import bypasses, control_anchors, delay_shown, known_delay, ordered
from scanner.render.graph import Graph
from scanner.render.lookup import Lookup, anchor
from scanner.render.shown import name_actor
from scanner.render.words import words

FACTS_SHOWN = 8
_DEEDS = (
    Capability.MOVE_FUNDS,
    Capability.UPGRADE,
    Capability.EXECUTE,
    Capability.ADMIN,
    Capability.SET_PARAMETERS,
    Capability.MINT,
    Capability.CONFISCATE,
)


@dataclass(frozen=True)
class Fact:
    """A sentence with the line of control that it is taken from."""

    text: str
    number: str
    target: str


@dataclass(frozen=True)
class Node:
    """A box of the picture with its facts; `place` is where the contract's own table stands, empty for none."""

    anchor: str
    title: str
    address: str
    does: tuple[Fact, ...]
    suffers: tuple[Fact, ...]
    more: int
    place: str


@dataclass(frozen=True)
class Way:
    """The shortest way to one deed. `tone` is around, vote or open."""

    deed: str
    text: str
    steps: tuple[str, ...]
    number: str
    target: str
    tone: str


def nodes(picture: Graph | None, lookup: Lookup) -> tuple[Node, ...]:
    """Return the boxes of the picture in its order."""
    if picture is None:
        return ()
    controls = ordered(lookup.snapshot.controls.items)
    tables = {item.address: anchor("governor", item.address) for item in lookup.snapshot.governors.items}
    for group in (lookup.snapshot.timelocks, lookup.snapshot.tokens, lookup.snapshot.safes):
        tables |= {item.address: anchor("parameters", item.address) for item in group.items}
    made = []
    for number, box in enumerate(picture.boxes, start=1):
        if box.tone == "vote":
            does = [item for item in controls if item.actor_kind.is_vote]
        else:
            does = [item for item in controls if item.actor == box.about] if box.about else []
        suffers = [item for item in controls if item.contract == box.about and item.actor != box.about]
        hidden = max(len(does) - FACTS_SHOWN, 0) + max(len(suffers) - FACTS_SHOWN, 0)
        title = lookup.label(box.about) or box.title
        facts = _facts(does, lookup, own=True), _facts(suffers, lookup, own=False)
        made.append(Node(f"node-{number}", title, box.about, *facts, hidden, tables.get(box.about, "")))
    return tuple(made)


def _facts(controls: Iterable[Control], lookup: Lookup, *, own: bool) -> tuple[Fact, ...]:
    t, places = lookup.t, control_anchors(lookup)
    said = []
    for item in list(controls)[:FACTS_SHOWN]:
        delay, deed = delay_shown(t, item).text, words(t, item.capability)
        if own:
            text = t("ways.does", deed=deed, contract=item.contract_label, delay=delay)
        else:
            text = t("ways.suffers", actor=name_actor(t, item), deed=deed, delay=delay)
        said.append(Fact(text, _number(lookup, places[item]), places[item]))
    return tuple(said)


def _number(lookup: Lookup, place: str) -> Phrase:
    return lookup.t("answers.control", number=lookup.t.own(place.removeprefix("control-")))


def shortest_ways(lookup: Lookup) -> tuple[Way, ...]:
    """Return the fastest way around the vote to money, rules and units; where there is none, the one through it."""
    controls, found = ordered(lookup.snapshot.controls.items), []
    for deed in _DEEDS:
        mine = [item for item in controls if item.capability is deed]
        for tone, group in (
            ("around", [item for item in mine if bypasses(item)]),
            ("open", [item for item in mine if bypasses(item) is None]),
            ("vote", [item for item in mine if item.actor_kind.is_vote and bypasses(item) is False]),
        ):
            if group:
                found.append(_way(_fastest(group), tone, lookup))
                if tone != "open":
                    break
    return tuple(found)


def _fastest(group: list[Control]) -> Control:
    known = [(delay, place) for place, item in enumerate(group) if (delay := known_delay(item)) is not None]
    return group[min(known)[1]] if known else group[0]


def _way(item: Control, tone: str, lookup: Lookup) -> Way:
    t, place = lookup.t, control_anchors(lookup)[item]
    said = t(
        f"ways.{tone}",
        actor=name_actor(t, item),
        contract=item.contract_label,
        delay=delay_shown(t, item).text,
    )
    return Way(words(t, item.capability), said, item.path, _number(lookup, place), place, tone)
