"""YAML, strictly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.judge.yaml_strict import MapNode, Scalar, load, plain
from scanner.model.errors import RuleError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0x10", "0x10"),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("012", "012"),
        ("1_000", "1_000"),
        ("1.5", "1.5"),
        ("1e3", "1e3"),
        ("0o17", "0o17"),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("115792089237316195423570985008687907853269984665640564039457584007913129639935", 2**256 - 1),
        ("~", None),
    ],
)
def test_scalars(text, value):
    got = plain(load(f"a: {text}", "x.yaml"))["a"]
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("a: 1\nb: 2\na: 3", "there twice", "x.yaml:3:1"),
        ("a: 1\nb: &x 2", "anchors", "x.yaml:2:4"),
        ("a: [1]\nb: *x", "aliases", "x.yaml:2:4"),
        ("a: !!int 5", "tags", "x.yaml:1:4"),
        ("<<: {a: 1}", "merge keys", "x.yaml:1:1"),
        ("a: 1\n---\nb: 1", "second document", "x.yaml:2:1"),
        ("a: [1, 2\nb: 3", "not valid YAML", "x.yaml:2:2"),
        ("{x: 1, 5: 2}", "a key must be text", "x.yaml:1:8"),
        ("", "empty", "x.yaml:1:1"),
        ("a: b\nc: \u202ed", "U+202E", "x.yaml:2:4"),
    ],
)
def test_errors_have_a_place(text, what, where):
    with pytest.raises(RuleError, match=what.replace("+", r"\+")) as caught:
        load(text, "x.yaml")
    assert caught.value.where == where


def test_depth_and_size_are_limited():
    assert plain(load("[" * 50 + "]" * 50, "x.yaml"))
    with pytest.raises(RuleError, match="nested deeper"):
        load("[" * 51 + "]" * 51, "x.yaml")
    assert load("a" * 1_000_000, "x.yaml")
    with pytest.raises(RuleError, match="larger than"):
        load("a" * 1_000_001, "x.yaml")


def test_positions():
    tree = load("a:\n  - x\n  - 'quoted'\nb: >\n  folded\n  text\n", "x.yaml")
    assert isinstance(tree, MapNode)
    first, second = tree.entries["a"].items
    assert (str(first.mark), first.exact) == ("x.yaml:2:5", True)
    assert str(second.text_mark) == "x.yaml:3:6"
    folded = tree.entries["b"]
    assert isinstance(folded, Scalar)
    assert folded.value == "folded text\n"
    assert not folded.exact
    assert str(tree.keys["b"]) == "x.yaml:4:1"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    where = "x.yaml:1:1"
    try:
        load(text, "x.yaml")
    except RuleError as error:
        where = error.where
    assert where.startswith("x.yaml:")
