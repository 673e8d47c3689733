"""Errors as a user sees them: what, where, hint; a traceback only with -vv."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from scanner.model.errors import DaoscanError, OutputError, UsageError

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


def print_usage_error(error: Exception) -> int:
    """Write what was wrong with the command line as any other error; return the exit code. No command: its help."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "daoscan"
    said = str(getattr(error, "format_message", lambda: error)()).replace("Value error, ", "")
    if context is not None and said == context.get_help():
        typer.echo(said, err=True)
        return DaoscanError.exit_code
    hint = f"{command} --help"
    if "--rpc-url" in said and said.startswith("Missing"):
        hint = "give --rpc-url URL, or set DAOSCAN_RPC_URL; any node of the chain that keeps the block's state and logs"
    print_error(UsageError(said[:1].lower() + said[1:].rstrip("."), hint=hint))
    return DaoscanError.exit_code


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
        _leave_closed_output(error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        typer.echo("error: interrupted; nothing was written", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError as error:
        if verbosity > 1:
            traceback.print_exc(file=sys.stderr)
        problem = OutputError("standard output was closed before all was written")
        print_error(problem)
        _leave_closed_output(error)
        raise typer.Exit(problem.exit_code) from None
    except Exception as error:
        if verbosity > 1:
            traceback.print_exc(file=sys.stderr)
        typer.echo(f"error: internal error: {type(error).__name__}", err=True)
        typer.echo("hint: this is a fault of daoscan: run again with -vv and report what it prints", err=True)
        raise typer.Exit(INTERNAL) from None


def _leave_closed_output(error: BaseException) -> None:
    """Where nobody reads standard output any more, nothing is written there at the end either."""
    if isinstance(error, BrokenPipeError) or isinstance(error.__cause__, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
