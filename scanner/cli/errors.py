"""Errors as a user sees them: what, where, hint; a traceback only with -vv."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from scanner.model.errors import DaoscanError

INTERNAL = 4
INTERRUPTED = 130


def print_error(error: DaoscanError) -> None:
    """Write an error to stderr in three lines."""
    from scanner.render.text import readable, visible

    # a rule error shows the line and a caret below it: its lines and spaces must stay
    for number, line in enumerate(error.what.splitlines() or [""]):
        typer.echo(f"error: {readable(line)}" if number == 0 else visible(line), err=True)
    if error.where:
        typer.echo(f"where: {readable(error.where)}", err=True)
    if error.hint:
        typer.echo(f"hint: {readable(error.hint)}", err=True)


@contextmanager
def reported(verbosity: int = 0) -> Iterator[None]:
    """Turn exceptions into messages and exit codes."""
    try:
        yield
    except typer.Exit:
        raise
    except DaoscanError as error:
        if verbosity > 1:
            traceback.print_exc(file=sys.stderr)
        print_error(error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        typer.echo("error: interrupted; nothing was written", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if verbosity > 1:
            traceback.print_exc(file=sys.stderr)
        typer.echo(f"error: internal error: {type(error).__name__}", err=True)
        typer.echo("hint: this is a fault of daoscan: run again with -vv and report what it prints", err=True)
        raise typer.Exit(INTERNAL) from None
