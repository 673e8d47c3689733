"""`daoscan rules`: list, show, lint and test rule packs, and begin a new rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.content import rules_dir
from scanner.judge.lint import lint as lint_packs
from scanner.judge.reference import BEGIN, END, fields_reference, replaced
from scanner.judge.rule import Rule, Rulebook
from scanner.judge.rules import RuleErrors, collect
from scanner.judge.skeleton import STARTS, write_rule
from scanner.judge.testing import run_tests
from scanner.model.errors import DaoscanError, RuleError, UsageError

rules_app = typer.Typer(
    help="List, show, check and write rules.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(help="folders of rule packs; the built-in rules when none is given", show_default=False),
]


def _all_folders(given: list[Path] | None) -> list[Path]:
    """The built-in rules always stand beside given ones: rules may ask for their outcomes and name their scenarios."""
    root = rules_dir()
    return [root, *(folder for folder in given or [] if not folder.resolve().is_relative_to(root.resolve()))]


def _of_given(place: str, given: list[Path] | None) -> bool:
    """Whether a file (or file:line:column) is one of those that the user asked about."""
    file = Path(place.split(".yaml", maxsplit=1)[0].removesuffix(":1:1")).resolve()
    return given is None or any(file.is_relative_to(folder.resolve()) for folder in given)


def _load(given: list[Path] | None) -> Rulebook:
    """Return the rules; errors count in the files that the user asked about."""
    rulebook, errors = collect(_all_folders(given))
    mine = [error for error in errors if _of_given(error.where, given)]
    if mine:
        raise RuleErrors(mine)
    return rulebook


def _print_error(error: DaoscanError) -> None:
    typer.echo(f"error: {error.what}", err=True)
    if error.where:
        typer.echo(f"where: {error.where}", err=True)
    if error.hint:
        typer.echo(f"hint: {error.hint}", err=True)


def _stop(error: DaoscanError) -> typer.Exit:
    for one in error.errors if isinstance(error, RuleErrors) else (error,):
        _print_error(one)
    return typer.Exit(error.exit_code)


@rules_app.command("lint")
def check_command(folders: Folders = None) -> None:
    """Check rule files and scenarios; exit code 2 when something is wrong."""
    linted = lint_packs(_all_folders(folders))
    problems = [one for one in linted.problems if _of_given(one.where, folders)]
    rules = [rule for rule in linted.rulebook.rules if _of_given(rule.mark.file, folders)]
    scenarios = [one for one in linted.scenarios if _of_given(one.mark.file, folders)]
    for problem in problems:
        _print_error(problem)
    typer.echo(f"{len(rules)} rules, {len(scenarios)} scenarios, {len(problems)} problems")
    if problems:
        raise typer.Exit(RuleError.exit_code)


@rules_app.command("test")
def run_command(folders: Folders = None) -> None:
    """Run the tests inside the rule files; exit code 1 when one fails."""
    try:
        rulebook = _load(folders)
    except RuleError as error:
        raise _stop(error) from None
    rules = [rule for rule in rulebook.rules if _of_given(rule.mark.file, folders)]
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
    if failed:
        raise typer.Exit(1)


@rules_app.command("list")
def list_command(folders: Folders = None) -> None:
    """List the rules: id, dimension, worst level, name."""
    try:
        rulebook = _load(folders)
    except RuleError as error:
        raise _stop(error) from None
    for rule in rulebook.rules:
        if not _of_given(rule.mark.file, folders):
            continue
        typer.echo(f"{rule.id:<9} {rule.dimension.value:<15} {rule.levels[0].word:<10} {rule.status:<12} {rule.name}")


@rules_app.command("show")
def show_command(rule: Annotated[str, typer.Argument(help="rule id or name")], folders: Folders = None) -> None:
    """Print everything about one rule."""
    try:
        rulebook = _load(folders)
        found = next((one for one in rulebook.rules if rule in (one.id, one.name)), None)
        if found is None:
            raise RuleError(f"no rule {rule[:60]!r}", hint="daoscan rules list shows them all")
    except RuleError as error:
        raise _stop(error) from None
    typer.echo("\n".join(_shown(found)))


@rules_app.command("new")
def new_command(
    folder: Annotated[Path, typer.Argument(help="folder of the pack; made when it is not there")],
    rule_id: Annotated[str, typer.Option("--id", prompt="Id (for instance AUD-001)", help="stable for ever")],
    name: Annotated[str, typer.Option(prompt="Name (states the problem, e.g. no-guardian)", help="= file name")],
    subject: Annotated[str, typer.Option(prompt=f"About what ({', '.join(STARTS)})", help="kind of subject")],
) -> None:
    """Write a new rule that lints and passes its tests; three questions where options are missing."""
    try:
        path = write_rule(folder, rule_id=rule_id, name=name, subject=subject)
    except DaoscanError as error:
        raise _stop(error) from None
    typer.echo(f"{path} written. Change it, then run: daoscan rules lint {folder} && daoscan rules test {folder}")


@rules_app.command("docs")
def docs_command(
    document: Annotated[
        Path | None, typer.Argument(help="a Markdown file with markers; printed when none is given", show_default=False)
    ] = None,
) -> None:
    """Print the tables of all fields, or write them between the markers of a document (docs/rules.md)."""
    if document is None:
        typer.echo(fields_reference())
        return
    try:
        text = document.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            raise UsageError("the document has no markers", where=str(document), hint=f"write {BEGIN} and {END}")
        document.write_text(replaced(text), encoding="utf-8", newline="\n")
    except DaoscanError as error:
        raise _stop(error) from None
    except OSError as error:
        raise _stop(UsageError(f"the document cannot be used: {error.strerror}", where=str(document))) from None


def _shown(rule: Rule) -> list[str]:
    lines = [
        f"{rule.id} {rule.name}",
        rule.title,
        "",
        f"subject {rule.subject}, dimension {rule.dimension.value}, confidence {rule.confidence.value}, {rule.status}",
    ]
    if rule.applies:
        lines += ["", "Applies when", *(f"  {one.text.text}" for one in rule.applies)]
    for level in rule.levels:
        lines += ["", level.word, *(f"  {one.text.text}" for one in level.where)]
    lines += ["", f"Message: {rule.message.text}", "", f"Why: {rule.why}"]
    lines += ["", f"Legitimate use: {rule.legitimate_use}"]
    lines += ["", f"What to do (effort {rule.remediation.effort}): {rule.remediation.text}"]
    for title, texts in (("False positives", rule.false_positives), ("References", rule.references)):
        if texts:
            lines += ["", title, *(f"  {text}" for text in texts)]
    for link in rule.scenarios:
        words = [f"a finding {link.relation.value} it"] if link.relation else []
        words += [f"a pass {link.on_pass.value} it"] if link.on_pass else []
        lines += ["", f"Scenario {link.id}: {', '.join(words)}"]
    return lines


if __name__ == "__main__":
    rules_app()
