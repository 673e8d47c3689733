"""`daoscan code`: analyses and code rules on a repository, before anything is deployed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.code_options import Analyses, AnalysisSeconds, CacheDir, OfflineCompilers, Solc, code_options
from scanner.cli.errors import reported
from scanner.cli.kit_options import Disable, PolicyFile, ProfileName, SuppressionFile, kit_options
from scanner.cli.output import check_folder, write_all
from scanner.cli.progress import progress
from scanner.cli.sarif_options import BaselineFile, counted, sarif_options
from scanner.cli.shared import AllowIncomplete, FailOn, RuleFolders, Verbose
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity

if TYPE_CHECKING:
    from scanner.render.sarif import SarifOptions
    from scanner.repository_scan import RepositoryScan

FORMATS = ("json", "sarif")


def code(
    path: Annotated[
        Path, typer.Argument(help="project (Foundry, Hardhat), folder, .sol file, or standard-JSON input: *.json")
    ],
    analyses: Analyses = None,
    analysis_seconds: AnalysisSeconds = 60,
    out: Annotated[Path, typer.Option(envvar="DAOSCAN_OUT", help="folder for the results")] = Path("out"),
    rules: RuleFolders = None,
    profile: ProfileName = "",
    disable: Disable = None,
    suppressions: SuppressionFile = None,
    policy: PolicyFile = None,
    formats: Annotated[
        str, typer.Option("--format", envvar="DAOSCAN_CODE_FORMAT", help="json, sarif; several with commas")
    ] = "json,sarif",
    baseline: BaselineFile = None,
    fail_on: FailOn = Severity.HIGH,
    allow_incomplete: AllowIncomplete = False,
    solc: Solc = None,
    cache_dir: CacheDir = None,
    offline_compilers: OfflineCompilers = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress, no summary")] = False,
    verbose: Verbose = 0,
) -> None:
    """Judge the contracts of a repository by rules about code; no address and no node is needed."""
    with reported(verbose):
        from scanner import pipeline
        from scanner.code.repository.analyse import read_repository
        from scanner.judge.assess import exit_code
        from scanner.repository_report import code_lines
        from scanner.repository_scan import judge_repository

        wanted = _formats(formats)
        judged_by = pipeline.load_rules(rules or (), kit_options(profile, disable, suppressions, None, policy))
        options = code_options(cache_dir, solc, analyses, offline=offline_compilers, seconds=analysis_seconds)
        places = sarif_options(baseline, None)
        check_folder(out)
        with progress(quiet=quiet) as say:
            repository = read_repository(path, options, say)
            say("judging")
            scan = judge_repository(repository, judged_by, analyses=options.analyses, as_of=int(time.time()))
            paths = write_all(out, _files(scan, wanted, places))
        if not quiet:
            for text in code_lines(scan):
                typer.echo(text, err=True)
            for written in paths:
                typer.echo(f"wrote {written}", err=True)
        raise typer.Exit(exit_code(counted(scan.assessment, places), fail_on, allow_incomplete))


def _files(scan: RepositoryScan, wanted: tuple[str, ...], options: SarifOptions) -> dict[str, bytes]:
    from scanner.locale.load import load_locale
    from scanner.repository_report import code_json, code_sarif

    files: dict[str, bytes] = {}
    if "json" in wanted:
        files["code.json"] = code_json(scan).encode()
    if "sarif" in wanted:
        files["code.sarif"] = code_sarif(scan, options, load_locale()).encode()
    return files


def _formats(text: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown or not wanted:
        what = f"no such format: {', '.join(unknown) or 'none given'}"
        raise UsageError(what, hint=f"formats of daoscan code: {', '.join(FORMATS)}; others need a deployed DAO")
    return wanted
