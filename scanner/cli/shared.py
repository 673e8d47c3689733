"""Options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scanner.model.handling import Handling
from scanner.model.outcome import Severity


class Paper(StrEnum):
    """What a PDF is printed on."""

    A4 = "a4"
    LETTER = "letter"


RuleFolders = Annotated[
    list[Path] | None, typer.Option(envvar="DAOSCAN_RULES", help="folder with further rule packs; may be repeated")
]
Formats = Annotated[
    str, typer.Option("--format", envvar="DAOSCAN_FORMAT", help="html, json, sarif, md, csv, pdf; several with commas")
]
FailOn = Annotated[Severity, typer.Option(envvar="DAOSCAN_FAIL_ON", help="exit 1 at or above it")]
AllowIncomplete = Annotated[
    bool, typer.Option(envvar="DAOSCAN_ALLOW_INCOMPLETE", help="exit 0 instead of 3 for an incomplete scan")
]
Lang = Annotated[str, typer.Option(envvar="DAOSCAN_LANG", help="language of the report: en or ar")]
HandlingLabel = Annotated[
    Handling | None,
    typer.Option(
        "--handling",
        envvar="DAOSCAN_HANDLING",
        case_sensitive=False,
        help="label (TLP 2.0); default: AMBER with critical findings about code, else GREEN",
    ),
]
PaperSize = Annotated[
    Paper, typer.Option("--paper", envvar="DAOSCAN_PAPER", case_sensitive=False, help="for --format pdf")
]
NamedTokens = Annotated[
    list[str] | None,
    typer.Option(
        "--token",
        envvar="DAOSCAN_TOKEN",
        help="a token, or a file that lists some: balances no log may tell of; may be repeated",
    ),
]
Verbose = Annotated[int, typer.Option("--verbose", "-v", count=True, help="-vv prints tracebacks")]
