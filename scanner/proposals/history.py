"""A proposal among the others: copies of its text, silence before it, and what else its proposer proposed.

A fact without evidence of its own is read off the proposal's event, which the proposal holds once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scanner.discovery.account import combine
from scanner.discovery.families.told import RawProposal
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.collect import ProposalData
from scanner.proposals.text import MAX_CHARACTERS, Text

_LONG_LINE = 30
_SAME_LINES = 80
"""Percent of its long lines that a text shares with another one to be nearly the same."""


@dataclass
class History:
    """What went before, by governor; `add` in chain order."""

    texts: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    lines: dict[tuple[str, int], list[int]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    by_proposer: dict[tuple[str, str], list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """What the history says of one proposal; ids are empty where there is no such proposal."""

    twin_of: Known[str] | Unknown
    companion_of: Known[str] | Unknown
    dormant_before_days: Known[int] | Unknown
    proposer_before: Known[int] | Unknown
    proposer_overlapping: Known[int] | Unknown


def places(data: ProposalData, texts: Sequence[Text]) -> tuple[Place, ...]:
    """Return the place of each proposal, in time that grows with the number of proposals and not with its square."""
    history = History()
    for index, one in enumerate(data.raw):
        history.by_proposer.setdefault((one.governor, one.proposer), []).append(index)
    return tuple(_place(data, history, index, texts[index]) for index in range(len(data.raw)))


def _place(data: ProposalData, history: History, index: int, text: Text) -> Place:
    one = data.raw[index]
    twin = _twin(data, history, index, text)
    companion = _companion(data, history, index, text)
    dormant = _dormant(data, history, one)
    history.last[one.governor] = index
    mine = history.by_proposer[(one.governor, one.proposer)]
    overlapping = sum(
        data.raw[other].vote_start < one.vote_end and one.vote_start < data.raw[other].vote_end for other in mine
    )
    return Place(
        twin_of=twin,
        companion_of=companion,
        dormant_before_days=dormant,
        proposer_before=Known(value=mine.index(index), evidence=()),
        proposer_overlapping=Known(value=max(1, overlapping), evidence=()),
    )


def _twin(data: ProposalData, history: History, index: int, text: Text) -> Known[str] | Unknown:
    one = data.raw[index]
    words = " ".join(text.content.split())
    if not words:
        return Known(value="", evidence=(), derivation="no text to compare")
    same = history.texts.setdefault((one.governor, words), [])
    found = next((data.raw[other] for other in same if data.raw[other].actions != one.actions), None)
    same.append(index)
    if found is None:
        return Known(value="", evidence=())
    return Known(value=str(found.id), evidence=(), derivation="same text, other calls")


def _companion(data: ProposalData, history: History, index: int, text: Text) -> Known[str] | Unknown:
    """Compare by long lines: a text that shares four fifths of them with an earlier one, and makes other calls."""
    one = data.raw[index]
    if not text.whole:
        detail = f"the text has more than {MAX_CHARACTERS} characters"
        return Unknown(reason=Reason.LIMIT, detail=detail, evidence=())
    lines = {hash(line) for line in map(str.strip, text.content.splitlines()) if len(line) >= _LONG_LINE}
    shared: dict[int, int] = {}
    for line in lines:
        seen = history.lines.setdefault((one.governor, line), [])
        for other in seen[-_FOLLOWED:]:
            shared[other] = shared.get(other, 0) + 1
        seen.append(index)
    for other, count in sorted(shared.items()):
        earlier = data.raw[other]
        if 100 * count >= _SAME_LINES * len(lines) and earlier.actions != one.actions:
            derivation = f"{count} of {len(lines)} long lines are the same, the calls are not"
            return Known(value=str(earlier.id), evidence=(), derivation=derivation)
    return Known(value="", evidence=())


_FOLLOWED = 20
"""Of the proposals that share a line the latest are compared: a heading that all have says nothing."""


def _dormant(data: ProposalData, history: History, one: RawProposal) -> Known[int] | Unknown:
    last = history.last.get(one.governor)
    if last is None:
        return Known(value=0, evidence=(), derivation="the first proposal of this governor")
    return combine(
        {"before": data.time_of(data.raw[last].log.block_number), "now": data.time_of(one.log.block_number)},
        lambda before, now: max(0, now - before) // 86_400,
        "since the proposal before it",
    )
