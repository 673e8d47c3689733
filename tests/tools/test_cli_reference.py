"""The command reference and the README say what the command line can do, no more and no less."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tools.cli_reference import commands, reference

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_reference_is_up_to_date() -> None:
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert written == reference(), "run: python -m tools.cli_reference docs/cli.md"


def test_the_readme_links_the_reference() -> None:
    assert "(docs/cli.md)" in README


def test_every_command_and_option_has_help_and_a_place_in_the_reference() -> None:
    text = reference()
    for name, command in commands().items():
        assert f"## `{name}`" in text
        for one in command.params:
            assert one.help, f"{name} {one.name}"
            assert all(f"`{word}`" in text for word in one.opts if one.param_type_name == "option")


def _options(command: Any) -> dict[str, Any]:
    return {word: one for one in command.params for word in (*one.opts, *one.secondary_opts) if word.startswith("-")}


def _command(words: list[str]) -> tuple[Any, list[str]]:
    known = commands()
    for length in (3, 2):
        name = " ".join(words[:length])
        if name in known:
            return known[name], words[length:]
    pytest.fail(f"no such command: {' '.join(words)}")


def _command_lines() -> list[str]:
    """Every `daoscan …` in the README, indented or between backticks; comments are left out."""
    indented = re.findall(r"^    (daoscan .*)$", README, re.M)
    quoted = re.findall(r"`(daoscan [^`]+)`", " ".join(README.split()))
    return sorted({line.split("   #")[0].strip() for line in (*indented, *quoted)})


def test_the_readme_shows_command_lines() -> None:
    assert len(_command_lines()) >= 8


@pytest.mark.parametrize("line", _command_lines())
def test_a_command_line_of_the_readme_parses(line: str) -> None:
    command, rest = _command(shlex.split(line.replace("…", "")))
    if rest == ["--help"]:
        return
    options = _options(command)
    given, position = 0, 0
    while position < len(rest):
        word = rest[position]
        if word.startswith("-"):
            assert word in options, f"{line}: no option {word}"
            takes_value = not (options[word].is_flag or options[word].count)
            assert not takes_value or position + 1 < len(rest), f"{line}: {word} needs a value"
            position += takes_value
        else:
            given += 1
        position += 1
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    assert given >= sum(one.required for one in arguments), line
    assert any(one.nargs == -1 for one in arguments) or given <= len(arguments), line


def test_every_option_that_the_readme_names_exists() -> None:
    known = {word for command in commands().values() for word in _options(command)} | {"--help"}
    table = README[README.index("| option | meaning |") :].split("\n\n")[0]
    assert set(re.findall(r"`(--[a-z-]+)", table)) <= set(_options(commands()["daoscan scan"]))
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= known


def test_every_environment_variable_that_the_readme_names_exists() -> None:
    known = {one.envvar for command in commands().values() for one in command.params if getattr(one, "envvar", None)}
    assert set(re.findall(r"DAOSCAN_[A-Z_]+", README)) <= known
