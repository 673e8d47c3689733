"""The command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import scanner
from scanner.cli.batch import batch
from scanner.cli.bundle import bundle
from scanner.cli.code import code
from scanner.cli.diff import diff
from scanner.cli.errors import INTERRUPTED, print_usage_error
from scanner.cli.index import index
from scanner.cli.lists import lists_app
from scanner.cli.portfolio import portfolio
from scanner.cli.proposal import proposal
from scanner.cli.reanalyse import reanalyse
from scanner.cli.report import report
from scanner.cli.rules import rules_app
from scanner.cli.scan import scan
from scanner.cli.store import store_app
from scanner.cli.verify import verify
from scanner.cli.watch import watch

_WRONG_USAGE: type[Exception] = typer.BadParameter.__bases__[0]
"""The root of what the parser of the command line raises; typer gives it no public name."""

app = typer.Typer(
    help="Read a DAO's governance from a chain, judge it by rules, and write a report with evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: boxes cut the names of environment variables at 80 columns
)
app.command("scan")(scan)
app.command("proposal")(proposal)
app.command("code")(code)
app.command("report")(report)
app.command("reanalyse")(reanalyse)
app.command("verify")(verify)
app.command("batch")(batch)
app.command("watch")(watch)
app.command("portfolio")(portfolio)
app.command("bundle")(bundle)
app.command("diff")(diff)
app.command("index")(index)
app.add_typer(rules_app, name="rules")
app.add_typer(store_app, name="store")
app.add_typer(lists_app, name="lists")


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    try:
        code = app(args=None if arguments is None else list(arguments), prog_name="daoscan", standalone_mode=False)
    except _WRONG_USAGE as error:
        sys.exit(print_usage_error(error))
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("error: interrupted; nothing was written", err=True)
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
