"""The control graph as boxes and lines: actors, governance, delay, assets, in the direction of reading.

Everything is placed from left to right and mirrored on its way out where the language reads from right to left.

A vote's line goes through governor and timelock. A line around the vote has a lane of its own below them, so that it
crosses no box, and says what it allows and after how long. Everything in the picture stands in the table as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS
from scanner.render.bidi import has_rtl
from scanner.render.controls_view import STRONG, bypasses, delay_shown, known_delay, ordered
from scanner.render.lookup import Lookup
from scanner.render.quantities import duration, short
from scanner.render.shown import as_actor, name_actor, value_of
from scanner.render.text import Exact, clipped, visible
from scanner.render.words import words

WIDTH = 1080
COLUMNS = (0, 300, 560, 860)
BOX = 200
LAST_BOX = WIDTH - COLUMNS[3]
HEIGHT = 48
ROW = 66
LANE = 22
PADDING = 14
TOP = 34
LIMIT = 12
"""Most boxes in a column; the table holds the rest."""
_TEXT = 27
_TEXT_NARROW = 34
"""Characters of a line in a box; Arabic and Hebrew letters are narrower."""
_HELD = "#held"
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_HEADINGS = ("who", "governance", "delay", "reaches")


@dataclass(frozen=True)
class Box:
    """A box: `tone` is vote, key, multisig, anyone, unresolved, governor, timelock or asset.

    `about` is the address that it stands for, empty for none; `text_x` is
    where its lines of text begin: left, or right where the language is written from right to left.
    """

    x: int
    y: int
    width: int
    height: int
    tone: str
    title: str
    subtitle: str
    full: str
    text_x: int
    about: str


@dataclass(frozen=True)
class Line:
    """A line: `tone` is vote, around or open (not known whether it goes around the vote)."""

    path: str
    tone: str
    label: str
    x: int
    y: int


@dataclass(frozen=True)
class Graph:
    """The picture and the same in words."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    headings: tuple[tuple[int, str], ...]
    words: str
    left_out: str


@dataclass(frozen=True)
class _Actor:
    address: str
    kind: ActorKind
    label: str


_TONES = {
    ActorKind.EOA: "key",
    ActorKind.MULTISIG: "multisig",
    ActorKind.ANYONE: "anyone",
    ActorKind.NOBODY: "nobody",
    ActorKind.UNRESOLVED: "unresolved",
}


_TONE_OF = {True: "around", False: "vote", None: "open"}


def graph(lookup: Lookup) -> Graph | None:
    """Return the picture of the lines of control that move money, rules or voting units; None when there are none."""
    strong = [
        item
        for item in ordered(lookup.snapshot.controls.items)
        if item.capability in STRONG and item.actor_kind is not ActorKind.NOBODY
    ]
    return _Drawing(lookup, strong).draw() if strong else None


class _Drawing:
    """Places boxes row by row; every line refers to boxes that are already placed."""

    def __init__(self, lookup: Lookup, controls: Sequence[Control]) -> None:
        self.lookup = lookup
        self.t = lookup.t
        self.boxes: list[Box] = []
        self.lines: list[Line] = []
        machinery = {item.address for item in lookup.snapshot.governors.items}
        machinery |= {item.address for item in lookup.snapshot.timelocks.items}
        self.machinery = frozenset(machinery)
        self.votes = [item for item in controls if item.actor_kind.is_vote and not bypasses(item)]
        others = [item for item in controls if item not in self.votes]
        actors = tuple(dict.fromkeys(_actor(item) for item in others))
        self.around = {actor: [item for item in others if _actor(item) == actor] for actor in actors[:LIMIT]}
        drawn = [item for items in self.around.values() for item in items] + self.votes
        assets = dict.fromkeys(place for item in drawn if (place := self._place(item)) not in machinery)
        self.assets = tuple(assets)[:LIMIT]
        self.labels = {self._place(item): item.contract_label for item in controls}
        self.hidden = len(actors) - len(self.around) + len(assets) - len(self.assets)
        self.ports: dict[str, tuple[int, int]] = {}

    def _place(self, control: Control) -> str:
        """Return the box that a line ends in: what a governor or timelock holds is an asset of its own."""
        holds = control.contract in self.machinery and control.capability is Capability.MOVE_FUNDS
        return control.contract + _HELD if holds else control.contract

    def draw(self) -> Graph:
        top = self._machinery()
        bottom = self._keys(top)
        height = max(bottom, self._assets(), top)
        self._connect()
        return Graph(
            width=WIDTH,
            height=height + 8,
            boxes=tuple(self.boxes),
            lines=tuple(self.lines),
            headings=tuple(
                zip(map(self._mirrored, COLUMNS), (self.t(f"graph.{key}") for key in _HEADINGS), strict=True)
            ),
            words=self._words(),
            left_out=self.t("graph.left_out", n=self.hidden) if self.hidden else "",
        )

    def _box(self, column: int, y: int, tone: str, texts: tuple[str, str, str], height: int = HEIGHT) -> None:
        title, subtitle, full = texts
        width = LAST_BOX if column == 3 else BOX
        shown = clipped_to(title), clipped_to(subtitle)
        begin = self._mirrored(COLUMNS[column])
        x, text_x = (begin - width, begin - PADDING) if self.t.rtl else (begin, begin + PADDING)
        found = _ADDRESS.search(full)
        about = found.group() if found and tone != "vote" else ""
        self.boxes.append(Box(x, y, width, height, tone, *shown, full, text_x, about))

    def _mirrored(self, x: int) -> int:
        return WIDTH - x if self.t.rtl else x

    def _machinery(self) -> int:
        """Place votes, governors and timelocks in rows; return where the next row begins."""
        y = TOP
        snapshot = self.lookup.snapshot
        placed: set[str] = set()
        for governor in snapshot.governors.items[:LIMIT]:
            label = self.lookup.label(governor.address) or short(governor.address)
            kind = as_actor(self.t, governor.kind).text
            kind = kind if isinstance(governor.kind, Known) else self.t("graph.voters_not_known")
            full = self.t("graph.members_of", address=governor.address)
            self._box(0, y, "vote", (self.t("graph.members"), kind, full))
            self._box(1, y, "governor", (label, self.t("graph.governor"), governor.address))
            self.ports[governor.address] = (COLUMNS[1], y + HEIGHT // 2)
            self._line((COLUMNS[0] + BOX, y + HEIGHT // 2), (COLUMNS[1], y + HEIGHT // 2), "vote", self.t("graph.vote"))
            timelock = value_of(governor.timelock)
            if timelock and timelock != ZERO_ADDRESS and timelock not in placed:
                placed.add(timelock)
                self._timelock(timelock, y)
                self._line((COLUMNS[1] + BOX, y + HEIGHT // 2), (COLUMNS[2], y + HEIGHT // 2), "vote", "")
            y += ROW
        for item in snapshot.timelocks.items[:LIMIT]:
            if item.address not in placed:
                self._timelock(item.address, y)
                y += ROW
        return y + 8

    def _timelock(self, address: str, y: int) -> None:
        delays = [item.min_delay_seconds for item in self.lookup.snapshot.timelocks.items if item.address == address]
        delay = self.t("graph.delay_not_known")
        if delays and isinstance(delays[0], Known):
            seconds = delays[0].value
            none = self.t("graph.no_delay")
            delay = self.t("graph.delay_of", time=duration(self.t, seconds)) if seconds else none
        label = self.lookup.label(address) or short(address)
        self._box(2, y, "timelock", (label, delay, address))
        self.ports[address] = (COLUMNS[2], y + HEIGHT // 2)

    def _keys(self, y: int) -> int:
        """Place actors who need no vote, each as high as it has lanes; return where the next row begins."""
        for actor, controls in self.around.items():
            lanes = len({(self._place(item), bypasses(item)) for item in controls})
            height = max(HEIGHT, lanes * LANE + 8)
            title = name_actor(self.t, controls[0])
            full = self.t("evidence.named", name=title, address=actor.address)
            subtitle = (
                _signers(self.t, controls[0]) if actor.label or actor.kind is ActorKind.ANYONE else short(actor.address)
            )
            if not actor.label and actor.kind is not ActorKind.ANYONE:
                title = words(self.t, actor.kind)
            self._box(0, y, _TONES.get(actor.kind, "vote"), (title, subtitle, full), height)
            self.ports[f"{actor}"] = (COLUMNS[0] + BOX, y)
            y += height + ROW - HEIGHT
        return y

    def _assets(self) -> int:
        y = TOP
        for address in self.assets:
            contract = address.removesuffix(_HELD)
            label = self.labels[address] or short(contract)
            below = self.t("graph.holds") if address.endswith(_HELD) else short(contract)
            self._box(3, y, "asset", (label, below, contract))
            self.ports[address] = (COLUMNS[3], y + HEIGHT // 2)
            y += ROW
        return y

    def _connect(self) -> None:
        snapshot = self.lookup.snapshot
        starts = {item.address: value_of(item.timelock) for item in snapshot.governors.items}
        for contract in dict.fromkeys(self._place(item) for item in self.votes if self._place(item) in self.assets):
            for governor, timelock in starts.items():
                via = timelock if timelock in self.ports else governor
                if via in self.ports:
                    x, y = self.ports[via]
                    self._line((x + BOX, y), self.ports[contract], "vote", "")
        for actor, controls in self.around.items():
            x, y = self.ports[f"{actor}"]
            groups: dict[tuple[str, bool | None], list[Control]] = {}
            for item in controls:
                if self._place(item) in self.ports:
                    groups.setdefault((self._place(item), bypasses(item)), []).append(item)
            for lane, ((contract, bypass), items) in enumerate(groups.items()):
                start = (x, y + 4 + LANE // 2 + lane * LANE)
                self._line(start, self.ports[contract], _TONE_OF[bypass], _lane_label(self.t, items))

    def _line(self, start: tuple[int, int], end: tuple[int, int], tone: str, label: str) -> None:
        (x1, y1), (x2, y2) = start, end
        bend = x2 - 84 if x2 - x1 > 120 else x1 + 8
        x = self._mirrored
        path = f"M{x(x1)} {y1}H{x(x2)}"
        if y1 != y2:
            path = f"M{x(x1)} {y1}H{x(bend)}C{x(bend + 44)} {y1} {x(x2 - 40)} {y2} {x(x2)} {y2}"
        self.lines.append(Line(Exact(path), tone, label, x(x1 + 10), y1 - 6))

    def _words(self) -> str:
        t = self.t
        around = [
            t(
                "graph.line",
                actor=name_actor(t, item),
                deed=words(t, item.capability),
                contract=item.contract_label,
                delay=delay_shown(t, item).text,
            )
            for items in self.around.values()
            for item in items
        ]
        reached = len({item.contract for item in self.votes})
        vote = [t("graph.vote_reaches", n=reached)] if self.votes else []
        return t.joined((*vote, *around), "space")


def _actor(control: Control) -> _Actor:
    return _Actor(control.actor, control.actor_kind, control.actor_label)


def _signers(t: Locale, control: Control) -> str:
    if control.actor_kind is ActorKind.ANYONE:
        return t("graph.no_key")
    keys = value_of(control.signers_needed)
    return t("graph.signers", n=keys or 1, kind=words(t, control.actor_kind))


def _lane_label(t: Locale, controls: Sequence[Control]) -> str:
    deeds = t.joined(dict.fromkeys(words(t, item.capability) for item in controls))
    delays = [known_delay(item) for item in controls]
    if any(delay is None for delay in delays):
        when = t("graph.delay_not_known")
    else:
        soonest = min(delay for delay in delays if delay is not None)
        when = t("graph.after", time=duration(t, soonest)) if soonest else t("graph.no_delay")
    return t("graph.lane", deeds=t.own(clipped_to(deeds, 58)), when=when)


def clipped_to(text: str, limit: int = 0) -> str:
    """Return `text` short enough for its box; the whole of it is the box's title."""
    seen = visible(text)
    limit = limit or (_TEXT_NARROW if has_rtl(seen) else _TEXT)
    return seen if len(seen) <= limit else f"{clipped(seen, limit - 1)[: limit - 1].rstrip()}…"
