"""Code analysis: from deployed code and its source to code facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.code.auditors.load import AnalysisFile
from scanner.model.code import CodeFacts
from scanner.model.evidence import AtBlock
from scanner.model.snapshot import Gap
from scanner.sources.interface import VerifiedSource


@dataclass(frozen=True)
class CodeJob:
    """One address whose code is to be analysed. For a proxy, the implementation is a job of its own."""

    address: str
    runtime_code: str
    at: AtBlock
    source: VerifiedSource | None
    no_source_reason: str = ""


@dataclass(frozen=True)
class CodeResult:
    """Facts for one address; `abi` is empty without source. `gaps` says what failed (compiler, limit …)."""

    facts: CodeFacts
    abi: tuple[Mapping[str, Any], ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class CodeOptions:
    """Limits and places. `solc` is a compiler path that the user gives; `analyses` are the auditors' own, each of which
    has its own limits for each contract."""

    cache_dir: Path
    solc: Path | None = None
    seconds_per_contract: float = 180.0
    resident_bytes: int = 4 * 1024**3
    offline: bool = False
    analyses: tuple[AnalysisFile, ...] = ()
    seconds_per_analysis: float = 60.0
    bytes_per_analysis: int = 1024**3
