"""`daoscan reanalyse`: new analyses, or a newer tool's, on the sources that a snapshot keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.code_options import Analyses, AnalysisSeconds, CacheDir, OfflineCompilers, Solc, code_options
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
from scanner.cli.progress import progress
from scanner.cli.report import read_snapshot
from scanner.cli.sarif_options import BaselineFile, RepositoryFolder, counted, sarif_options
from scanner.cli.scan import parse_formats
from scanner.cli.shared import AllowIncomplete, FailOn, Formats, HandlingLabel, Paper, PaperSize, RuleFolders, Verbose
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity


def reanalyse(
    context: typer.Context,
    snapshot: Annotated[Path, typer.Argument(help="snapshot.json of a scan")],
    analyses: Analyses = None,
    analysis_seconds: AnalysisSeconds = 60,
    out: Annotated[
        Path | None,
        typer.Option(envvar="DAOSCAN_OUT", help="folder for the results; default: reanalysed, beside the snapshot"),
    ] = None,
    rules: RuleFolders = None,
    profile: ProfileName = "",
    disable: Disable = None,
    suppressions: SuppressionFile = None,
    framework: FrameworkNames = None,
    policy: PolicyFile = None,
    formats: Formats = "html,json",
    repository: RepositoryFolder = None,
    baseline: BaselineFile = None,
    handling: HandlingLabel = None,
    paper: PaperSize = Paper.A4,
    fail_on: FailOn = Severity.HIGH,
    allow_incomplete: AllowIncomplete = False,
    solc: Solc = None,
    cache_dir: CacheDir = None,
    offline_compilers: OfflineCompilers = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress, no summary")] = False,
    verbose: Verbose = 0,
) -> None:
    """Analyse a snapshot's sources again and write a new snapshot and its report; asks no node and no explorer."""
    with reported(verbose):
        from scanner import pipeline
        from scanner.judge.assess import exit_code
        from scanner.reanalysis import reanalyse as again
        from scanner.render.edition import Edition

        judged_by = pipeline.load_rules(rules or (), kit_options(profile, disable, suppressions, framework, policy))
        choice = chosen(context, judged_by.kit.profile)
        wanted = parse_formats(choice.formats)
        places = sarif_options(baseline, repository)
        edition = Edition(places, handling, paper.value)
        options = code_options(cache_dir, solc, analyses, offline=offline_compilers, seconds=analysis_seconds)
        data = read_snapshot(snapshot)
        folder = out or snapshot.parent / "reanalysed"
        if (folder / "snapshot.json").resolve() == snapshot.resolve():
            raise UsageError("the snapshot would be overwritten", where=f"--out {folder}", hint="name another folder")
        check_folder(folder)
        loaded = pipeline.load_snapshot(data, str(snapshot))
        with progress(quiet=quiet) as say:
            renewed = again(loaded, data, options, say)
            say("judging")
            assessment = pipeline.evaluate(renewed, judged_by)
            kept = pipeline.dump_snapshot(renewed)
            files = pipeline.render(kept, renewed, assessment=assessment, formats=wanted, edition=edition)
            paths = write_all(folder, {"snapshot.json": kept, **files})
        if not quiet:
            pipeline.summarise(renewed, assessment, paths)
        raise typer.Exit(exit_code(counted(assessment, places), choice.fail_on, allow_incomplete))
