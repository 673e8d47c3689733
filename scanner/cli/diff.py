"""`daoscan diff`: what changed between two scans of one DAO."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.errors import reported
from scanner.cli.output import check_folder, write_all
from scanner.cli.report import read_snapshot
from scanner.cli.shared import AllowIncomplete, FailOn, Lang, RuleFolders, Verbose
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity

if TYPE_CHECKING:
    from scanner.changes import OldReport

FORMATS = ("html", "json", "md")
WORSE = 1
INCOMPLETE = 3


def diff(
    old: Annotated[Path, typer.Argument(help="the older snapshot.json, or the folder of its scan")],
    new: Annotated[Path, typer.Argument(help="the newer snapshot.json, or the folder of its scan")],
    out: Annotated[Path | None, typer.Option(envvar="DAOSCAN_OUT", help="folder for the results; none: stdout")] = None,
    formats: Annotated[
        str, typer.Option("--format", envvar="DAOSCAN_DIFF_FORMAT", help="html, json, md; several with commas")
    ] = "md",
    rules: RuleFolders = None,
    lang: Lang = "en",
    fail_on: FailOn = Severity.HIGH,
    allow_incomplete: AllowIncomplete = False,
    verbose: Verbose = 0,
) -> None:
    """Tell what changed on chain apart from what changed in rules or program; no network.

    Both snapshots are judged by today's rules, so that what moved, moved for the facts' sake. Where the older
    folder holds a report.json, what other rules make of the same facts is told apart.

    Exit codes: 0 nothing got worse, 1 an outcome got worse and stands at or above --fail-on, 3 one at or above it was
    decided and is not any more."""
    with reported(verbose):
        from scanner import changes, pipeline
        from scanner.compare.outcomes import lost, worsened

        wanted = _formats(formats, out)
        if out is not None:
            check_folder(out)
        judged_by = pipeline.load_rules(rules or (), lang=lang)
        paths = _snapshot_path(old), _snapshot_path(new)
        sides = [changes.reading(read_snapshot(path), str(path), judged_by) for path in paths]
        found = changes.compare(sides[0], sides[1], _old_report(paths[0], sides[0].sha256))
        files = {f"diff.{name}": changes.RENDERERS[name](found, judged_by.t).encode() for name in wanted}
        if out is None:
            typer.echo(next(iter(files.values())).decode(), nl=False)
        else:
            for path in write_all(out, files):
                typer.echo(str(path), err=True)
        if worsened(found.moves, fail_on):
            raise typer.Exit(WORSE)
        if lost(found.moves, fail_on) and not allow_incomplete:
            raise typer.Exit(INCOMPLETE)


def _formats(text: str, out: Path | None) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown or not wanted:
        raise UsageError(f"no such format: {', '.join(unknown) or 'none given'}", hint=f"formats: {', '.join(FORMATS)}")
    if out is None and len(wanted) > 1:
        raise UsageError("several formats do not fit on stdout", hint="name a folder with --out, or one format")
    return wanted


def _snapshot_path(path: Path) -> Path:
    return path / "snapshot.json" if path.is_dir() else path


def _old_report(snapshot: Path, sha256: str) -> OldReport | None:
    """Return what the report beside the snapshot said, None where there is none, or one of another snapshot."""
    from scanner.changes import read_old_report

    beside = snapshot.with_name("report.json")
    try:
        data = beside.read_bytes()
    except OSError:
        return None
    return read_old_report(data, str(beside), sha256)
