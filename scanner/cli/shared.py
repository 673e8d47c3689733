"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.model.outcome import Severity

RuleFolders = Annotated[
    list[Path] | None, typer.Option(envvar="DAOSCAN_RULES", help="folder with further rule packs; may be repeated")
]
Formats = Annotated[
    str, typer.Option("--format", envvar="DAOSCAN_FORMAT", help="html, json, sarif, md, csv; several with commas")
]
FailOn = Annotated[Severity, typer.Option(envvar="DAOSCAN_FAIL_ON", help="exit 1 at or above it")]
AllowIncomplete = Annotated[
    bool, typer.Option(envvar="DAOSCAN_ALLOW_INCOMPLETE", help="exit 0 instead of 3 for an incomplete scan")
]
Lang = Annotated[str, typer.Option(envvar="DAOSCAN_LANG", help="language of the report: en or ar")]
Verbose = Annotated[int, typer.Option("--verbose", "-v", count=True, help="-vv prints tracebacks")]
