"""`daoscan portfolio`: everything in a store on one page, or as a table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.fleet_options import Db, want_packages
from scanner.cli.output import check_folder, write_all
from scanner.cli.shared import FailOn, Lang, RuleFolders, Verbose
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity

if TYPE_CHECKING:
    from scanner.fleet.settings import Settings

FORMATS = ("html", "csv", "parquet")


def portfolio(
    db: Db = "daoscan.sqlite",
    out: Annotated[Path, typer.Option(envvar="DAOSCAN_OUT", help="folder for the results")] = Path("out"),
    formats: Annotated[
        str, typer.Option("--format", envvar="DAOSCAN_PORTFOLIO_FORMAT", help="html, csv, parquet; several with commas")
    ] = "html",
    reports: Annotated[
        str,
        typer.Option(envvar="DAOSCAN_REPORTS", help="findings (at or above --fail-on), all or none: which are written"),
    ] = "findings",
    rules: RuleFolders = None,
    fail_on: FailOn = Severity.HIGH,
    lang: Lang = "en",
    verbose: Verbose = 0,
) -> None:
    """Write index.html over the latest scan of every target in a store, with the reports of the worst; no network."""
    with reported(verbose):
        want_packages(cluster=False)
        from scanner.fleet.settings import Settings

        wanted = [part.strip() for part in formats.split(",") if part.strip()]
        if not wanted or any(part not in FORMATS for part in wanted):
            raise UsageError(f"no such format: {formats[:60]!r}", hint=f"formats: {', '.join(FORMATS)}")
        check_folder(out)
        settings = Settings(rules=tuple(str(one) for one in rules or ()), fail_on=fail_on)
        for path in write_portfolio(out, settings, which=reports, db=address(db), formats=wanted, lang=lang):
            typer.echo(str(path))


def address(db: str) -> str:
    """Return the address of a store that the user named by a path or an address. Raises UsageError for no file."""
    if "://" in db:
        return db
    if not Path(db).is_file():
        raise UsageError("there is no such store", where=f"--db {db}", hint="`daoscan batch` makes one")
    return f"sqlite:///{Path(db).resolve()}"


def write_portfolio(
    out: Path,
    settings: Settings,
    *,
    which: str,
    db: str = "",
    formats: list[str] | None = None,
    lang: str = "en",
) -> list[Path]:
    """Write what is asked for and return the paths. Raises UsageError, OutputError."""
    from scanner.fleet import portfolio as made
    from scanner.store.store import Store

    if which not in made.CHOICES:
        raise UsageError(f"no such choice of reports: {which[:40]!r}", hint=f"one of {', '.join(made.CHOICES)}")
    store = Store(db or os.environ["DAOSCAN_DB"])
    try:
        strips = list(store.strips())
        if not strips:
            raise UsageError("the store holds no scan", hint="`daoscan batch` fills it")
        files: dict[str, bytes] = {}
        wanted = formats or ["html"]
        if "html" in wanted:
            done: set[str] = set()
            chosen = made.wanted_reports(strips, which, settings.fail_on)
            for folder, pages in made.reports(store, chosen, settings, lang=lang):
                write_all(out / folder, pages)
                done.add(folder)
            files["index.html"] = made.portfolio_page(strips, done, lang)
        rows = made.table(strips) if {"csv", "parquet"} & set(wanted) else []
        if "csv" in wanted:
            files["portfolio.csv"] = made.as_csv(rows)
        if "parquet" in wanted:
            files["portfolio.parquet"] = made.as_parquet(rows)
        return list(write_all(out, files))
    finally:
        store.close()
