"""Code analysis: from deployed code and its source to code facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

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


class SharedFacts(Protocol):
    """Code facts that several machines share: new code is analysed by the one that claims it."""

    def load(self, key: str) -> Mapping[str, Any] | None:
        """Return the facts under `key`, None where there are none."""

    def save(self, key: str, payload: Mapping[str, Any]) -> None:
        """Keep facts under `key`."""

    def claim(self, key: str) -> bool:
        """Return whether the caller is the one to do the work under `key`."""

    def release(self, key: str) -> None:
        """Let go of a claim: the work is done, or has failed."""


@dataclass(frozen=True)
class CodeOptions:
    """Limits and places. `solc` is a compiler path that the user gives; `analyses` are the auditors' own, each of which
    has its own limits for each contract; `shared` is asked where the own cache has nothing."""

    cache_dir: Path
    solc: Path | None = None
    seconds_per_contract: float = 180.0
    resident_bytes: int = 4 * 1024**3
    offline: bool = False
    analyses: tuple[AnalysisFile, ...] = ()
    shared: SharedFacts | None = None
    seconds_per_analysis: float = 60.0
    bytes_per_analysis: int = 1024**3
