"""Options about compilers and auditors' analyses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.options import default_cache_dir
from scanner.model.errors import UsageError

if TYPE_CHECKING:
    from scanner.code.interface import CodeOptions

Analyses = Annotated[
    list[Path] | None,
    typer.Option(
        envvar="DAOSCAN_ANALYSES", help="folder with analyses of your own (Python, which is run); may be repeated"
    ),
]
AnalysisSeconds = Annotated[
    int, typer.Option(envvar="DAOSCAN_ANALYSIS_SECONDS", min=1, help="limit of one such analysis on one contract")
]
Solc = Annotated[Path | None, typer.Option(envvar="DAOSCAN_SOLC", help="path of a native solc to use")]
CacheDir = Annotated[Path | None, typer.Option(envvar="DAOSCAN_CACHE", help="folder for what need not be done twice")]
OfflineCompilers = Annotated[
    bool, typer.Option(envvar="DAOSCAN_OFFLINE_COMPILERS", help="use only compilers that are here already")
]


def code_options(
    cache_dir: Path | None, solc: Path | None, analyses: Sequence[Path] | None, *, offline: bool, seconds: int
) -> CodeOptions:
    """Return the options of code analysis. Raises UsageError for what is no compiler and no analysis."""
    from scanner.code.auditors.load import load_analyses
    from scanner.code.interface import CodeOptions

    if solc is not None and not (solc.is_file() and os.access(solc, os.X_OK)):
        raise UsageError("no such program", where=f"--solc {solc}", hint="give the path of an executable solc")
    return CodeOptions(
        cache_dir=cache_dir or default_cache_dir(),
        solc=solc,
        offline=offline,
        analyses=load_analyses(analyses or ()),
        seconds_per_analysis=float(seconds),
    )
