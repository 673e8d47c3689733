"""`daoscan store`: what is in a store, and making it smaller."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from scanner.chain.cache import FILE, empty
from scanner.cli.errors import reported
from scanner.cli.fleet_options import CacheDir, Db, want_packages
from scanner.cli.options import default_cache_dir
from scanner.cli.portfolio import address
from scanner.cli.shared import Verbose
from scanner.model.errors import OutputError

store_app = typer.Typer(help="The store of `daoscan batch`.", no_args_is_help=True, rich_markup_mode=None)


@store_app.command()
def info(db: Db = "daoscan.sqlite", verbose: Verbose = 0) -> None:
    """Say how much is in a store."""
    with reported(verbose):
        want_packages(cluster=False)
        from scanner.store.store import Store

        store = Store(address(db))
        try:
            for name, count in store.counts().items():
                typer.echo(f"{name}: {count}")
            for row in store.scans(latest=False, status="error"):
                typer.echo(
                    f"error: eip155:{row.key.chain_id}:{row.key.target}: {row.error_kind}: {ascii(row.error)[1:-1]}"
                )
        finally:
            store.close()


@store_app.command()
def prune(
    db: Db = "daoscan.sqlite",
    keep: Annotated[int, typer.Option(min=1, help="scans of each target that stay, the latest")] = 2,
    keep_reads: Annotated[
        bool, typer.Option("--keep-reads", help="leave the cache of what nodes answered, raw logs among it, as it is")
    ] = False,
    cache_dir: CacheDir = None,
    verbose: Verbose = 0,
) -> None:
    """Drop older scans of each target with what only they needed, and empty the cache of raw logs of this machine."""
    with reported(verbose):
        want_packages(cluster=False)
        from scanner.store.store import Store

        store = Store(address(db))
        try:
            typer.echo(f"{store.prune(keep)} scans dropped")
            store.database.shrink()
        finally:
            store.close()
        if not keep_reads:
            _empty((cache_dir or default_cache_dir()) / FILE)


def _empty(path: Path) -> None:
    try:
        gone = empty(path)
    except (OSError, sqlite3.Error) as error:
        hint = "end what uses it, or give --keep-reads"
        raise OutputError(f"the cache could not be emptied: {error}", where=str(path), hint=hint) from error
    typer.echo(f"{gone / 2**20:.1f} MB of what nodes answered dropped")
