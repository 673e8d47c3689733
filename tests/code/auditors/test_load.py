"""What makes a file an analysis is read from its text: nothing of it runs before the worker has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.code.auditors.load import input_digests, load_analyses
from scanner.model.errors import UsageError
from tests.code.auditors.support import write

GOOD = 'FACTS = {"ways": "integer", "open": "true/false"}\n\ndef analyse(code):\n    yield code.fact("ways", 1)\n'


def test_facts_are_declared_and_nothing_runs(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", ways="raise SystemExit\n" + GOOD, _helper="raise SystemExit\n")
    (one,) = load_analyses([folder])
    assert (one.name, one.facts) == ("ways", (("open", "true/false"), ("ways", "integer")))
    assert [digest.name for digest in input_digests([one])] == ["analysis ways"]


def test_the_digest_covers_the_helpers_beside_it(tmp_path: Path) -> None:
    first = load_analyses([write(tmp_path / "a", ways=GOOD)])[0].digest
    assert load_analyses([write(tmp_path / "b", ways=GOOD)])[0].digest == first
    assert load_analyses([write(tmp_path / "b", _help="A = 1\n")])[0].digest != first
    other = write(tmp_path / "c", ways=GOOD, beside=GOOD.replace('"ways"', '"a_way"').replace('"open"', '"is_open"'))
    assert load_analyses([other])[1].digest == first


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("def analyse(code:\n    pass\n", ":1:", "not valid Python"),
        ("FACTS = {'a_b': 'integer'}\n", ":1:1", "no function analyse"),
        ("def analyse(code):\n    yield\n", ":1:1", "no FACTS"),
        ("FACTS = {}\ndef analyse(code):\n    yield\n", ":1:9", "must be a literal"),
        ("FACTS = dict(a='integer')\ndef analyse(code):\n    yield\n", ":1:9", "must be a literal"),
        ("FACTS = {'Some Fact': 'integer'}\ndef analyse(code):\n    yield\n", ":1:10", "no name of a fact"),
        ("FACTS = {'items': 'integer'}\ndef analyse(code):\n    yield\n", ":1:10", "no name of a fact"),
        ("FACTS = {'ways': int}\ndef analyse(code):\n    yield\n", ":1:18", "the type of 'ways' is none"),
        ("FACTS = {'ways': 'number'}\ndef analyse(code):\n    yield\n", ":1:18", "the type of 'ways' is none"),
        ("FACTS = {'ways': 'text', 'ways': 'text'}\ndef analyse(code):\n    yield\n", ":1:26", "declared twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    folder = write(tmp_path / "a", ways=text)
    with pytest.raises(UsageError) as caught:
        load_analyses([folder])
    assert words in caught.value.what
    assert f"ways.py{place}" in caught.value.where


def test_two_analyses_cannot_state_one_fact(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is stated by again"):
        load_analyses([write(tmp_path / "a", ways=GOOD, again=GOOD)])
    with pytest.raises(UsageError, match="is there already"):
        load_analyses([write(tmp_path / "b", ways=GOOD), write(tmp_path / "c", ways=GOOD)])
    one = write(tmp_path / "d", ways=GOOD)
    assert len(load_analyses([one, one])) == 1


def test_folders_that_hold_none(tmp_path: Path) -> None:
    for folder, words in ((tmp_path / "none", "no such folder"), (write(tmp_path / "e", _a="A = 1\n"), "no analysis")):
        with pytest.raises(UsageError, match=words):
            load_analyses([folder])
