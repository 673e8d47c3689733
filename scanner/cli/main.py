"""The command line."""

from __future__ import annotations

from typing import Annotated

import typer

import scanner
from scanner.cli.index import index
from scanner.cli.report import report
from scanner.cli.rules import rules_app
from scanner.cli.scan import scan
from scanner.cli.verify import verify

app = typer.Typer(
    help="Read a DAO's governance from a chain, judge it by rules, and write a report with evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("scan")(scan)
app.command("report")(report)
app.command("verify")(verify)
app.command("index")(index)
app.add_typer(rules_app, name="rules")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"daoscan {scanner.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 wrong input; 3 incomplete; 4 internal error."""


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
