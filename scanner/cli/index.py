"""`daoscan index`: one page over several reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.output import write_all
from scanner.model.errors import UsageError


def index(
    folder: Annotated[Path, typer.Argument(help="folder whose subfolders hold report.json files")],
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="-vv prints tracebacks")] = 0,
) -> None:
    """Write index.html over the reports in FOLDER."""
    with reported(verbose):
        from scanner.render.index import read_entry, render_index

        reports = sorted(folder.glob("*/report.json"))
        if not reports:
            raise UsageError(
                "no report.json in any subfolder", where=str(folder), hint="scan with --out FOLDER/NAME first"
            )
        entries = [read_entry(path.read_text("utf-8"), path.parent.name) for path in reports]
        (path,) = write_all(folder, {"index.html": render_index(entries).encode()})
        typer.echo(str(path))
