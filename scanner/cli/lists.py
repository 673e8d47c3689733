"""`daoscan lists`: import, show and remove address lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.shared import Verbose
from scanner.model.errors import UsageError

lists_app = typer.Typer(
    help="Keep dated lists of addresses to compare direct counterparties with.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@lists_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="the list as its publisher gives it")],
    name: Annotated[str, typer.Option(envvar="DAOSCAN_LIST_NAME", help="name; editions of one list share it")],
    published: Annotated[
        str, typer.Option(envvar="DAOSCAN_LIST_PUBLISHED", help="day of publication, YYYY-MM-DD; may stand in the file")
    ] = "",
    source: Annotated[str, typer.Option(envvar="DAOSCAN_LIST_SOURCE", help="where it comes from, for the report")] = "",
    form: Annotated[
        str,
        typer.Option("--format", envvar="DAOSCAN_LIST_FORMAT", help="auto, ofac-sdn-xml, ofac-advanced-xml, csv, json"),
    ] = "auto",
    verbose: Verbose = 0,
) -> None:
    """Read a list and keep it with its source, day of publication and SHA-256."""
    with reported(verbose):
        from scanner.lists.read import Stated, read_list, wrong_checksums
        from scanner.lists.store import ListFolder, default_folder

        found = read_list(file, Stated(name, published, source, form))
        if not found.published:
            hint = "give its day of publication: --published YYYY-MM-DD"
            raise UsageError("the list carries no date", where=found.file, hint=hint)
        if date.fromisoformat(found.published) > datetime.now(UTC).date() + timedelta(days=1):
            raise UsageError(f"{found.published} is in the future", where="--published")
        folder = ListFolder(default_folder())
        new = folder.add(found)
        evm = sum(one.evm for one in found.entries)
        said = "kept" if new else "was here already"
        typer.echo(f"{found.name} of {found.published} {said}: {evm} EVM addresses, {len(found.entries) - evm} others")
        typer.echo(f"SHA-256 {found.sha256[2:]}, {found.format}, {folder.folder}")
        wrong = wrong_checksums(file, found.entries)
        if wrong:
            typer.echo(
                f"warning: {wrong} addresses have a wrong EIP-55 checksum; they are compared as they stand", err=True
            )


@lists_app.command("show")
def show_command(
    name: Annotated[str, typer.Argument(help="one list; all when none is named", show_default=False)] = "",
    verbose: Verbose = 0,
) -> None:
    """Show the lists that are kept, or the entries of one."""
    with reported(verbose):
        from scanner.lists.store import ListFolder, choose, default_folder

        kept = ListFolder(default_folder()).load()
        if not name and not kept:
            typer.echo("no list is kept here; daoscan lists import FILE --name NAME --published DATE")
        for one in choose(kept, name) if name else kept:
            evm = sum(entry.evm for entry in one.entries)
            typer.echo(
                f"{one.name} of {one.published}: {evm} EVM addresses, {len(one.entries) - evm} others, {one.format}"
            )
            typer.echo(f"  SHA-256 {one.sha256[2:]}, file {one.file}, source: {one.source or 'not stated'}")
            for entry in one.entries if name else ():
                about = ", ".join(part for part in (entry.kind, entry.entity, entry.program, entry.note) if part)
                typer.echo(f"  {entry.address}  {about}")


@lists_app.command("remove")
def remove_command(
    name: Annotated[str, typer.Argument(help="name of the list")],
    published: Annotated[str, typer.Option(envvar="DAOSCAN_LIST_PUBLISHED", help="only the edition of this day")] = "",
    verbose: Verbose = 0,
) -> None:
    """Remove a list: every edition, or the one of a day."""
    with reported(verbose):
        from scanner.lists.store import ListFolder, default_folder

        for one in ListFolder(default_folder()).remove(name, published):
            typer.echo(f"{one.name} of {one.published} removed")
