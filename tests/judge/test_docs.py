"""docs/rules.md: its example is run, its tables are those of the model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.judge.language.constants import CONSTANTS
from scanner.judge.language.functions import FUNCTIONS
from scanner.judge.lint import lint
from scanner.judge.pack import PACK_KEYS
from scanner.judge.reference import replaced
from scanner.judge.rules import load_rulebook
from scanner.judge.scenarios import KEYS as SCENARIO_KEYS
from scanner.judge.schema import KEYS
from scanner.judge.testing import run_tests

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
FILES = re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.fixture
def pack(tmp_path):
    """The tutorial's files, written as the reader would."""
    for name, content in FILES:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "my-rules"


def test_tutorial(pack):
    assert len(FILES) == 2
    assert [error.what for error in lint([pack]).problems] == []
    results = run_tests(load_rulebook([pack]).rules)
    assert [result.got for result in results] == ["high", "low", "pass", "not-applicable", "unknown"]
    assert all(result.passed for result in results)


def test_the_error_that_the_tutorial_shows(pack):
    rule = pack / "guardian-and-short-delay.yaml"
    text = rule.read_text()
    rule.write_text(text.replace("guardian_kind ==", "guardian_kin ==", 1))
    error = lint([pack]).problems[0]
    place = error.where.split("/")[-1]
    shown = "\n".join(f"    {line}" for line in f"error: {error.what}".split("\n"))
    assert shown in TEXT
    assert f"    where: my-rules/{place}\n    hint: {error.hint}\n" in TEXT


def test_fields_are_those_of_the_model():
    assert replaced(TEXT) == TEXT, "run: daoscan rules docs docs/rules.md"


@pytest.mark.parametrize("word", [*FUNCTIONS, *CONSTANTS])
def test_grammar_names_every_function_and_constant(word):
    grammar = TEXT.split("```\ncondition ")[1].split("```")[0]
    assert f'"{word}"' in grammar


@pytest.mark.parametrize("key", [*KEYS, *PACK_KEYS, *SCENARIO_KEYS])
def test_every_key_is_described(key):
    assert f"`{key}`" in TEXT
