"""`daoscan report`: the report again from a saved snapshot, offline."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.bringing import (
    AccountabilityFile,
    ImportedLists,
    Lists,
    Prices,
    SnapshotSpace,
    Watch,
    read_brought,
    read_off_chain,
)
from scanner.cli.errors import reported
from scanner.cli.kit_options import (
    Disable,
    FrameworkNames,
    PolicyFile,
    ProfileName,
    SuppressionFile,
    chosen,
    kit_options,
)
from scanner.cli.output import check_folder, write_all
from scanner.cli.sarif_options import BaselineFile, RepositoryFolder, counted, sarif_options
from scanner.cli.scan import parse_formats
from scanner.cli.shared import (
    AllowIncomplete,
    FailOn,
    Formats,
    HandlingLabel,
    Lang,
    Paper,
    PaperSize,
    RuleFolders,
    Verbose,
)
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity


def report(
    context: typer.Context,
    snapshot: Annotated[Path, typer.Argument(help="snapshot.json of a scan")],
    out: Annotated[
        Path | None, typer.Option(envvar="DAOSCAN_OUT", help="folder for the results; default: the snapshot's own")
    ] = None,
    lists: Lists = None,
    imported_lists: ImportedLists = False,
    watch: Watch = None,
    price: Prices = None,
    snapshot_space: SnapshotSpace = None,
    accountability: AccountabilityFile = None,
    rules: RuleFolders = None,
    profile: ProfileName = "",
    disable: Disable = None,
    suppressions: SuppressionFile = None,
    framework: FrameworkNames = None,
    policy: PolicyFile = None,
    formats: Formats = "html,json",
    lang: Lang = "en",
    repository: RepositoryFolder = None,
    baseline: BaselineFile = None,
    handling: HandlingLabel = None,
    paper: PaperSize = Paper.A4,
    fail_on: FailOn = Severity.HIGH,
    allow_incomplete: AllowIncomplete = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no summary")] = False,
    verbose: Verbose = 0,
) -> None:
    """Judge a snapshot and write its report in the formats asked for; no network."""
    with reported(verbose):
        from scanner import pipeline
        from scanner.brought import with_newer
        from scanner.judge.assess import exit_code
        from scanner.render.edition import Edition

        kit = kit_options(profile, disable, suppressions, framework, policy)
        judged_by = pipeline.load_rules(rules or (), kit, lang)
        choice = chosen(context, judged_by.kit.profile)
        wanted = parse_formats(choice.formats)
        places = sarif_options(baseline, repository)
        edition = Edition(places, handling, paper.value)
        data = read_snapshot(snapshot)
        check_folder(out or snapshot.parent)
        brought = replace(
            read_brought(lists, watch, accountability, imported=imported_lists),
            off_chain=read_off_chain(price, snapshot_space),
        )
        loaded = with_newer(pipeline.load_snapshot(data, str(snapshot)), brought)
        assessment = pipeline.evaluate(loaded, judged_by)
        files = pipeline.render(data, loaded, assessment=assessment, formats=wanted, edition=edition)
        paths = write_all(out or snapshot.parent, files)
        if not quiet:
            pipeline.summarise(loaded, assessment, paths)
        raise typer.Exit(exit_code(counted(assessment, places), choice.fail_on, allow_incomplete))


def read_snapshot(path: Path) -> bytes:
    """Return the bytes of a snapshot file. Raises UsageError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"the snapshot cannot be read: {error.strerror}", where=str(path)) from error
