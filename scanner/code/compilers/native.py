"""A native solc: the one a user names, or one that solc-select has or can get."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scanner.code.compilers.interface import CompileFailed, Compiler, CompilerUnavailable, Limits
from scanner.code.compilers.process import run_limited
from scanner.code.compilers.versions import SolcVersion

_VERSION_LIMITS = Limits(seconds=20.0, resident_bytes=1024**3)
_DOWNLOAD_SECONDS = 30.0


@dataclass(frozen=True)
class NativeSolc(Compiler):
    """An executable of solc on this disk whose version was checked."""

    wanted: SolcVersion
    binary: Path

    @property
    def version(self) -> str:  # type: ignore[override]
        return self.wanted.text

    def run(self, standard_json: str, limits: Limits) -> bytes:
        command = [str(self.binary), "--standard-json"]
        code, out, err = run_limited(command, stdin=standard_json.encode(), limits=limits, environment={})
        if not out.strip():
            reason = err.decode(errors="replace").strip()[:200]
            raise CompileFailed(f"solc {self.version} ended without an answer (exit code {code})", hint=reason)
        return out


def stated_version(binary: Path) -> str:
    """Return what `solc --version` says, `0.8.28+commit…`. Raises CompilerUnavailable when it does not run."""
    _, out, _ = run_limited([str(binary), "--version"], stdin=b"", limits=_VERSION_LIMITS, environment={})
    for line in out.decode(errors="replace").splitlines():
        name, _, stated = line.partition(":")
        if name.strip() == "Version":
            return stated.strip()
    raise CompilerUnavailable("the program given as compiler does not state a version", where=binary.name)


def checked_native(version: SolcVersion, binary: Path) -> NativeSolc | None:
    """Return the compiler at `binary` if it is of `version`, None if it is of another."""
    return NativeSolc(version, binary) if version.is_of(stated_version(binary)) else None


def solc_select_binary(version: SolcVersion) -> Path | None:
    """Return the binary of `version` that solc-select has installed, or None."""
    name = f"solc-{version.text}"
    homes = [Path(os.environ["VIRTUAL_ENV"])] if "VIRTUAL_ENV" in os.environ else []
    for home in (*homes, Path.home()):
        binary = home / ".solc-select" / "artifacts" / name / name
        if binary.is_file():
            return binary
    return None


def download_by_solc_select(version: SolcVersion) -> Path | None:
    """Let solc-select try once, for a bounded time, to get `version`; return the binary or None."""
    if importlib.util.find_spec("solc_select") is None:
        return None
    command = [sys.executable, "-m", "solc_select", "install", version.text]
    try:
        subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_DOWNLOAD_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return solc_select_binary(version)
