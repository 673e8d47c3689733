"""`pack.yaml`: what it says, and which programs can read it."""

from __future__ import annotations

import pytest

import scanner
from scanner.judge.pack import ENGINE_VERSION, read_header
from scanner.judge.yaml_strict import load
from scanner.model.errors import RuleError

PACK = 'name: pack\nprefix: TST\nversion: 1.2.0\nengine: ">=1,<2"\n'


def _read(text):
    return read_header(load(text, "pack.yaml"))


def test_what_it_says():
    header = _read(PACK)
    assert (header.name, header.prefixes, header.version, header.engine) == ("pack", ("TST",), "1.2.0", ">=1,<2")


@pytest.mark.parametrize("tool", ['">=0.1"', '">=0.1,<1"', scanner.__version__, '"==0.1.0.0"', '">0.0.99"'])
def test_a_tool_in_range(tool):
    assert _read(f"{PACK}tool: {tool}\n").name == "pack"


@pytest.mark.parametrize("tool", ['">=9"', '"<0.1"', '">0.1.0"', '">=0.1,<0.1"'])
def test_a_tool_out_of_range(tool):
    with pytest.raises(RuleError, match="the pack needs tool") as caught:
        _read(f"{PACK}tool: {tool}\n")
    assert f"this is {scanner.__version__}" in caught.value.what
    assert f"daoscan {scanner.__version__} has engine {ENGINE_VERSION}" in caught.value.hint
    assert caught.value.where == "pack.yaml:5:7"


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("engine", '">=2"', "the pack needs engine >=2, this is 1"),
        ("engine", '"latest"', "is no range"),
        ("tool", '"1.x"', "is no range"),
        ("version", "newest", "is no version"),
        ("prefix", "T", "must be 2 to 8 capital letters"),
        ("name", "My Pack", "'name' cannot be"),
        ("schema", "2", "this engine reads schema 1"),
    ],
)
def test_refused(key, value, what):
    lines = [line for line in PACK.splitlines() if not line.startswith(f"{key}:")]
    with pytest.raises(RuleError, match=what):
        _read("\n".join([*lines, f"{key}: {value}"]))
