"""Every value of every closed vocabulary has its words, and no word accuses."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from scanner.content import reports_dir
from scanner.model import kinds, outcome
from scanner.model.observation import Reason
from scanner.render import controls_view, words

ACCUSING = re.compile(
    r"extremis|terror|criminal|illicit|suspicious|launder|shady|scam|bad actor|taint|dirty|guilty|hides", re.I
)
TABLES: tuple[tuple[type[StrEnum], dict[StrEnum, object]], ...] = (
    (outcome.Dimension, dict(words.DIMENSIONS)),
    (outcome.Dimension, dict(words.QUESTIONS)),
    (outcome.Severity, dict(words.SEVERITIES)),
    (outcome.ScenarioState, dict(words.STATES)),
    (outcome.Relation, dict(words.RELATIONS)),
    (kinds.Stage, dict(words.STAGES)),
    (kinds.ActorKind, dict(words.ACTORS)),
    (kinds.Capability, dict(words.CAPABILITIES)),
    (kinds.Role, dict(words.ROLES)),
    (kinds.Verification, dict(words.VERIFICATIONS)),
    (kinds.MembershipKind, dict(words.MEMBERSHIP)),
    (kinds.Effect, dict(words.EFFECTS)),
    (Reason, dict(words.REASONS)),
)


@pytest.mark.parametrize(("vocabulary", "table"), TABLES)
def test_every_value_has_words(vocabulary: type[StrEnum], table: dict[StrEnum, object]) -> None:
    assert list(table)
    assert set(table) == set(vocabulary)


def test_shapes_differ_where_colours_do() -> None:
    assert len({shape for _, shape in words.SEVERITIES.values()}) == len(words.SEVERITIES)
    assert len({shape for _, shape, _ in words.STATES.values()}) == len(words.STATES)


def test_every_kind_and_capability_has_its_place_in_the_order() -> None:
    assert set(controls_view._WEAKEST_FIRST) == set(kinds.ActorKind)
    assert set(controls_view._DIRECT_FIRST) == set(kinds.Capability)


def test_no_word_accuses() -> None:
    places = [*Path(words.__file__).parent.glob("*.py"), *reports_dir().rglob("*.j2")]
    assert len(places) > 30
    for path in places:
        found = ACCUSING.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name}: {found}"


def test_chains() -> None:
    assert words.chain_name(1) == "Ethereum (chain 1)"
    assert words.chain_name(424242) == "chain 424242"
    assert words.native_symbol(424242) == "native units"
