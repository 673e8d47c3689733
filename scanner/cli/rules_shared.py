"""What the commands of `daoscan rules` share: which folders are meant, and how errors are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import print_error
from scanner.content import rules_dir
from scanner.judge.rule import Rulebook
from scanner.judge.rules import RuleErrors, collect
from scanner.model.errors import DaoscanError

Folders = Annotated[
    list[Path] | None,
    typer.Argument(help="folders of rule packs; the built-in rules when none is given", show_default=False),
]


def all_folders(given: list[Path] | None) -> list[Path]:
    """The built-in rules always stand beside given ones: rules may ask for their outcomes and name their scenarios."""
    root = rules_dir()
    return [root, *(folder for folder in given or [] if not folder.resolve().is_relative_to(root.resolve()))]


def of_given(place: str, given: list[Path] | None) -> bool:
    """Whether a file (or file:line:column) is one of those that the user asked about."""
    file = Path(place.split(".yaml", maxsplit=1)[0].removesuffix(":1:1")).resolve()
    return given is None or any(file.is_relative_to(folder.resolve()) for folder in given)


def load(given: list[Path] | None) -> Rulebook:
    """Return the rules; errors count in the files that the user asked about."""
    rulebook, errors = collect(all_folders(given))
    mine = [error for error in errors if of_given(error.where, given)]
    if mine:
        raise RuleErrors(mine)
    return rulebook


def stop(error: DaoscanError) -> typer.Exit:
    """Write an error, or each of several, and return the exit that goes with it."""
    for one in error.errors if isinstance(error, RuleErrors) else (error,):
        print_error(one)
    return typer.Exit(error.exit_code)
