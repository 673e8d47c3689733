"""`daoscan store`: what is in a store, and making it smaller."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.fleet_options import Db, want_packages
from scanner.cli.options import default_cache_dir
from scanner.cli.portfolio import address
from scanner.cli.shared import Verbose

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
    reads: Annotated[bool, typer.Option(help="empty the cache of what nodes answered, too")] = False,
    verbose: Verbose = 0,
) -> None:
    """Drop older scans of each target, and the snapshots that only they needed."""
    with reported(verbose):
        want_packages(cluster=False)
        from scanner.store.store import Store

        store = Store(address(db))
        try:
            typer.echo(f"{store.prune(keep)} scans dropped")
        finally:
            store.close()
        if reads:
            for path in sorted(default_cache_dir().glob("chain.sqlite*")):
                path.unlink(missing_ok=True)
                typer.echo(f"{path.name} emptied")
