"""`daoscan rules lint` and `daoscan rules test`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from scanner.cli.errors import print_error
from scanner.cli.rules_shared import Folders, all_folders, load, of_given, stop
from scanner.content import rules_dir
from scanner.judge.lint import lint as lint_packs
from scanner.judge.testing import run_tests
from scanner.model.errors import RuleError, UsageError

DEMO = "fixtures.demo"
"""The program of a checkout that deploys the fixtures and scans them."""


def lint_command(
    folders: Folders = None,
    langs: Annotated[
        list[str] | None, typer.Option("--lang", help="a language in which every text is wanted; may be repeated")
    ] = None,
) -> None:
    """Check rule files, scenarios, frameworks, profiles and policies; exit code 2 when something is wrong."""
    linted = lint_packs(all_folders(folders), langs=langs or ())
    problems = [one for one in linted.problems if of_given(one.where, folders)]
    rules = [rule for rule in linted.rulebook.rules if of_given(rule.mark.file, folders)]
    scenarios = [one for one in linted.scenarios if of_given(one.mark.file, folders)]
    others = [file for file in linted.others if of_given(file, folders)]
    for problem in problems:
        print_error(problem)
    typer.echo(
        f"{len(rules)} rules, {len(scenarios)} scenarios, {len(others)} frameworks, profiles and policies,"
        f" {len(problems)} problems"
    )
    if problems:
        raise typer.Exit(RuleError.exit_code)


def run_command(
    folders: Folders = None,
    fixtures: Annotated[
        bool, typer.Option("--fixtures", help="scan the deployed DAOs of a checkout, too, against what is true of them")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="with --fixtures: a DAO by its name; may be repeated")
    ] = None,
) -> None:
    """Run the tests inside the rule files; exit code 1 when one fails."""
    try:
        rulebook = load(folders)
        checkout = checkout_of_fixtures() if fixtures or only else None
    except (RuleError, UsageError) as error:
        raise stop(error) from None
    rules = [rule for rule in rulebook.rules if of_given(rule.mark.file, folders)]
    results = run_tests(rules)
    failed = [result for result in results if not result.passed]
    for result in failed:
        typer.echo(
            f"{result.rule.id} {result.rule.name}: {result.test.name}: expected {result.test.expect}, got {result.got}"
        )
        typer.echo(f"  {result.test.mark}")
        if result.note:
            typer.echo(f"  {result.note}")
    typer.echo(f"{len(results)} tests of {len(rules)} rules, {len(failed)} failed")
    wrong = bool(failed)
    if checkout is not None:
        wrong |= run_fixtures(checkout, folders, only) != 0
    if wrong:
        raise typer.Exit(1)


def checkout_of_fixtures() -> Path:
    """Return the checkout that holds the DAOs to deploy. Raises UsageError: an installed program has none."""
    checkout = rules_dir().resolve().parent
    if not (checkout / "fixtures" / "demo.py").is_file():
        raise UsageError(
            "--fixtures needs the DAOs of a checkout; an installed daoscan has none",
            where=str(checkout),
            hint="run it from a checkout that `make setup` was run in",
        )
    return checkout


def run_fixtures(checkout: Path, folders: list[Path] | None, only: list[str] | None) -> int:
    """Deploy and scan the DAOs with the same Python; return its exit code. Packs of the user judge along."""
    with TemporaryDirectory(prefix="daoscan-fixtures-") as out:
        command = [sys.executable, "-m", DEMO, "--out", out]
        for name in only or ():
            command += ["--only", name]
        own = [str(folder.resolve()) for folder in all_folders(folders)[1:]]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_path(checkout))}
        if own:
            environment["DAOSCAN_RULES"] = os.pathsep.join(own)
        sys.stdout.flush()
        return subprocess.run(command, cwd=checkout, env=environment, check=False).returncode


def _path(checkout: Path) -> list[str]:
    before = os.environ.get("PYTHONPATH", "")
    return [str(checkout), *([before] if before else [])]
