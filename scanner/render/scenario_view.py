"""The misuse-potential table: what the structure enables, what limits it, and the legitimate use beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model.outcome import ScenarioAssessment, ScenarioSentence, ScenarioState
from scanner.render.lookup import Lookup, anchor, finding_anchor
from scanner.render.words import STATE_SHAPES, words

PROTECTIVE = "MS-16"
_ORDER = tuple(STATE_SHAPES)
_SHOWN = 8
"""Sentences of one rule and relation that are spelt out; the others are counted."""


@dataclass(frozen=True)
class CarrierView:
    """A finding or a pass that carries a state; `target` is its place on the page, empty when it has none."""

    rule_id: str
    relation: str
    text: str
    subject: str
    target: str


@dataclass(frozen=True)
class ScenarioView:
    """One scenario. `assessed` when findings or passes carry it, so that it deserves its own row with all columns."""

    id: str
    anchor: str
    title: str
    description: str
    tone: str
    shape: str
    state: str
    meaning: str
    reason: str
    carries: tuple[CarrierView, ...]
    carries_more: int
    limits: tuple[CarrierView, ...]
    limits_more: int
    legitimate_use: str
    would_change: tuple[str, ...]
    assessed: bool


def scenario_anchor(scenario_id: str) -> str:
    """Return the id of a scenario's place."""
    return anchor("scenario", scenario_id)


def scenario_views(lookup: Lookup) -> tuple[ScenarioView, ...]:
    """Return every scenario but the protective reading, strongest state first."""
    found = [item for item in lookup.assessment.scenarios if item.id != PROTECTIVE]
    found.sort(key=lambda item: (_ORDER.index(item.state), item.id))
    return tuple(_view(item, lookup) for item in found)


def protective_view(lookup: Lookup) -> ScenarioView | None:
    """Return the protective reading as it was assessed; the page has words for a pack that lacks it."""
    for item in lookup.assessment.scenarios:
        if item.id == PROTECTIVE:
            return _view(item, lookup)
    return None


def _view(item: ScenarioAssessment, lookup: Lookup) -> ScenarioView:
    carries, limits = _carriers(item.facilitators, lookup), _carriers(item.limits, lookup)
    return ScenarioView(
        id=item.id,
        anchor=scenario_anchor(item.id),
        title=item.title,
        description=item.description,
        tone=item.state.value,
        shape=STATE_SHAPES[item.state],
        state=words(lookup.t, item.state),
        meaning=lookup.t(f"state_meaning.{item.state.value}"),
        reason=item.reason,
        carries=carries[:_SHOWN],
        carries_more=max(len(carries) - _SHOWN, 0),
        limits=limits[:_SHOWN],
        limits_more=max(len(limits) - _SHOWN, 0),
        legitimate_use=item.legitimate_use,
        would_change=item.would_change,
        assessed=item.state in {ScenarioState.EXERCISED, ScenarioState.ENABLED, ScenarioState.FACILITATED},
    )


def _carriers(sentences: Sequence[ScenarioSentence], lookup: Lookup) -> tuple[CarrierView, ...]:
    seen = dict.fromkeys(sentences)
    return tuple(
        CarrierView(
            rule_id=item.rule_id,
            relation=words(lookup.t, item.relation),
            text=lookup.named(item.text),
            subject=item.subject.label,
            target=_place(item, lookup),
        )
        for item in seen
    )


def _place(item: ScenarioSentence, lookup: Lookup) -> str:
    if item.fingerprint in lookup.findings:
        return finding_anchor(item.fingerprint)
    return anchor("rule", item.rule_id) if item.rule_id in lookup.rules else ""
