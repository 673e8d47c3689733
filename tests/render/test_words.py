"""Every value of every closed vocabulary has its words, and no word accuses."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from scanner.content import reports_dir
from scanner.locale.load import load_locale
from scanner.model import kinds, outcome
from scanner.render import controls_view, words

ACCUSING = re.compile(
    r"extremis|terror|criminal|illicit|suspicious|launder|shady|scam|bad actor|taint|dirty|guilty|hides", re.I
)
ENGLISH = load_locale()


@pytest.mark.parametrize("vocabulary", words.SECTIONS)
def test_every_value_has_words(vocabulary: type[StrEnum]) -> None:
    assert list(vocabulary)
    for member in vocabulary:
        assert words.words(ENGLISH, member)
    listed = {key.partition(".")[2] for key in ENGLISH.texts if key.startswith(f"{words.SECTIONS[vocabulary]}.")}
    assert listed == {member.value for member in vocabulary}


def test_dimensions_severities_and_states_have_their_other_words() -> None:
    assert all(words.question(ENGLISH, one) for one in outcome.Dimension)
    assert all(words.inline(ENGLISH, one) for one in outcome.Severity)
    assert all(ENGLISH(f"state_meaning.{one.value}") for one in outcome.ScenarioState)


def test_shapes_differ_where_colours_do() -> None:
    assert len(set(words.SEVERITY_SHAPES.values())) == len(outcome.Severity)
    assert len(set(words.STATE_SHAPES.values())) == len(outcome.ScenarioState)


def test_every_kind_and_capability_has_its_place_in_the_order() -> None:
    assert set(controls_view._WEAKEST_FIRST) == set(kinds.ActorKind)
    assert set(controls_view._DIRECT_FIRST) == set(kinds.Capability)


def test_no_word_accuses() -> None:
    places = [
        *Path(words.__file__).parent.glob("*.py"),
        *reports_dir().rglob("*.j2"),
        reports_dir() / "locales/en.yaml",
    ]
    assert len(places) > 30
    for path in places:
        found = ACCUSING.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.name}: {found}"


def test_chains() -> None:
    assert words.chain_name(ENGLISH, 1) == "Ethereum (chain 1)"
    assert words.chain_name(ENGLISH, 424242) == "chain 424242"
    assert words.native_symbol(ENGLISH, 424242) == "native units"
