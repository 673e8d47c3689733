"""`daoscan rules`: list, show, lint, test and try rules, and begin a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.rules_check import lint_command, run_command
from scanner.cli.rules_new import new_command
from scanner.cli.rules_shared import Folders, load, of_given, stop
from scanner.cli.rules_try import try_command
from scanner.judge.reference import BEGIN, END, fields_reference, replaced
from scanner.judge.rule import Rule
from scanner.model.errors import DaoscanError, RuleError, UsageError

rules_app = typer.Typer(
    help="List, show, check, try and write rules.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)
rules_app.command("lint")(lint_command)
rules_app.command("test")(run_command)
rules_app.command("try")(try_command)
rules_app.command("new")(new_command)


@rules_app.command("list")
def list_command(folders: Folders = None) -> None:
    """List the rules: id, dimension, worst level, name."""
    try:
        rulebook = load(folders)
    except RuleError as error:
        raise stop(error) from None
    for rule in rulebook.rules:
        if not of_given(rule.mark.file, folders):
            continue
        typer.echo(f"{rule.id:<9} {rule.dimension.value:<15} {rule.levels[0].word:<10} {rule.status:<12} {rule.name}")


@rules_app.command("show")
def show_command(rule: Annotated[str, typer.Argument(help="rule id or name")], folders: Folders = None) -> None:
    """Print everything about one rule."""
    try:
        rulebook = load(folders)
        found = next((one for one in rulebook.rules if rule in (one.id, one.name)), None)
        if found is None:
            raise RuleError(f"no rule {rule[:60]!r}", hint="daoscan rules list shows them all")
    except RuleError as error:
        raise stop(error) from None
    typer.echo("\n".join(_shown(found)))


@rules_app.command("docs")
def docs_command(
    document: Annotated[
        Path | None, typer.Argument(help="a Markdown file with markers; printed when none is given", show_default=False)
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="write nothing; exit code 1 when the document drifted")
    ] = False,
) -> None:
    """Print the tables of all fields, or write them between the markers of a document (docs/rules.md)."""
    if document is None:
        typer.echo(fields_reference())
        return
    try:
        text = document.read_text(encoding="utf-8")
        if BEGIN not in text or END not in text:
            raise UsageError("the document has no markers", where=str(document), hint=f"write {BEGIN} and {END}")
        drifted = replaced(text) != text
        if drifted and check:
            typer.echo(f"{document} drifted from the program; run: daoscan rules docs {document}", err=True)
            raise typer.Exit(1)
        if drifted:
            document.write_text(replaced(text), encoding="utf-8", newline="\n")
    except DaoscanError as error:
        raise stop(error) from None
    except OSError as error:
        raise stop(UsageError(f"the document cannot be used: {error.strerror}", where=str(document))) from None


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
