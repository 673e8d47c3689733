from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from scanner.content import rules_dir
from scanner.judge.formats import NAMES, VOCABULARIES, formatter, problem
from scanner.judge.language.compiler import Scope
from scanner.judge.language.model_schema import model_schema
from scanner.judge.language.source import Mark, Text
from scanner.judge.language.types import INTEGER, TEXT, Kind, Type
from scanner.judge.language.values import Range, Unk, Why
from scanner.judge.language.vocabulary import VOCABULARY
from scanner.judge.template import compile_template
from scanner.locale.load import load_locale
from scanner.model.errors import RuleError

_SCOPE = Scope(model_schema(), model_schema().roots("governor"))
_ACTOR = Type(Kind.TEXT, values=VOCABULARY["Governor", "guardian_kind"])


def test_numbers_read_in_the_units_of_a_reader() -> None:
    duration, share = formatter("duration", INTEGER), formatter("share", INTEGER)
    assert [duration(0), duration(172_800), duration(Fraction(90))] == ["none", "2 days", "1 minute 30 seconds"]
    assert [share(0), share(885), share(10_000)] == ["under 0.01%", "8.85%", "100%"]


def test_what_is_not_exactly_known_stays_so() -> None:
    why = (Why("x", "not read", True),)
    for name, type_ in (("duration", INTEGER), ("share", INTEGER), ("words", _ACTOR)):
        show = formatter(name, type_)
        assert show(Unk(why)) == "unknown"
        assert show(Range(3, None, why)) == "at least 3"


def test_the_same_value_reads_as_its_own_vocabulary_says() -> None:
    guard = Type(Kind.TEXT, values=VOCABULARY["CodeFacts", "mint_guard"])
    secrecy = Type(Kind.TEXT, values=VOCABULARY["CodeFacts", "ballot_secrecy"])
    assert formatter("words", guard)("none") == "no check at all"
    assert formatter("words", secrecy)("none") == "none"
    assert formatter("words", _ACTOR)("eoa") == "a single key"


def test_every_vocabulary_with_words_is_a_real_one_and_has_words_for_all_of_it() -> None:
    english = load_locale()
    for values, section in VOCABULARIES.items():
        assert values in VOCABULARY.values()
        words = {key.removeprefix(f"{section}.") for key in english.texts if key.startswith(f"{section}.")}
        assert words == set(values)


def test_a_format_must_suit_the_type() -> None:
    assert problem("duration", INTEGER) == ""
    assert "number of seconds" in problem("duration", TEXT)
    assert "no words" in problem("words", TEXT)
    assert problem("roman", INTEGER) == "no format 'roman'"


@pytest.mark.parametrize(
    ("message", "column"),
    [
        ("{governor.voting_delay_seconds:days}", 32),
        ("{governor.guardian_kind:duration}", 25),
        ("{governor.name:words}", 16),
    ],
)
def test_a_wrong_format_is_an_error_at_its_place(message: str, column: int) -> None:
    with pytest.raises(RuleError) as caught:
        compile_template(Text(message, Mark("x.yaml", 1, 1)), _SCOPE)
    assert caught.value.hint == f"formats: {', '.join(NAMES)}"
    assert caught.value.where.endswith(f":{column}")


def test_no_built_in_message_prints_seconds_shares_units_or_codes_raw() -> None:
    raw = re.compile(r"\{(?!count\()[^{}:]*(?:_seconds|_bps|_votes|_guard|(?<!proxy)_kind|_time)\b(?!\s*==)[^{}:]*\}")
    for path in sorted(Path(rules_dir()).glob("*/*.yaml")):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("message:"):
                assert not raw.search(line), f"{path.name}: {line}"
