"""`daoscan index`: one page over several reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.output import write_all
from scanner.cli.shared import Lang, Verbose
from scanner.model.errors import UsageError


def index(
    folder: Annotated[Path, typer.Argument(help="folder whose subfolders hold report.json files")],
    lang: Lang = "en",
    verbose: Verbose = 0,
) -> None:
    """Write index.html over the reports in FOLDER."""
    with reported(verbose):
        from scanner.locale.load import load_locale
        from scanner.render.index import read_entry, render_index

        t = load_locale(lang)

        if not folder.is_dir():
            raise UsageError(
                "no such folder", where=str(folder), hint="give the folder that holds the results' folders"
            )
        reports = sorted(folder.glob("*/report.json"))
        if not reports:
            hint = "scan with --out FOLDER/NAME first"
            if (folder / "report.json").is_file():
                hint = "these are the results of one scan: give the folder above"
            raise UsageError("no report.json in any subfolder", where=str(folder), hint=hint)
        entries = [read_entry(t, _text(path), path.parent.name) for path in reports]
        (path,) = write_all(folder, {"index.html": render_index(t, entries).encode()})
        typer.echo(str(path))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"the report cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        hint = "make it again with `daoscan report`, or move the folder away"
        raise UsageError("the report is no text", where=str(path), hint=hint) from error
