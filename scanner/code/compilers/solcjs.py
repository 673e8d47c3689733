"""solc-js of an exact version: from npm into the user's cache once, run by Node.js."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scanner.code.compilers.interface import CompileFailed, Compiler, CompilerUnavailable, Limits
from scanner.code.compilers.node import node_binary, npm_command
from scanner.code.compilers.process import run_limited
from scanner.code.compilers.versions import SolcVersion

_RUNNER = Path(__file__).with_name("run_solcjs.js")
_NODE_FLAGS = ("--stack-size=3900",)
"""Deeply nested sources need more than the usual stack; this fits into the 8 MB that systems give."""

_NPM_SECONDS = 240.0
_NPM_RELEASES = {"0.8.7": "0.8.7-fixed"}
"""npm's solc@0.8.7 holds a 0.7.5 binary; the fixed one was published under another number."""


@dataclass(frozen=True)
class SolcJs(Compiler):
    """A soljson.js on this disk."""

    wanted: SolcVersion
    soljson: Path

    @property
    def version(self) -> str:  # type: ignore[override]
        return self.wanted.text

    def run(self, standard_json: str, limits: Limits) -> bytes:
        # The compiler reads its own file and stdin: Node.js refuses it other files and all programs.
        files = [os.path.realpath(_RUNNER), os.path.realpath(self.soljson)]
        allowed = ["--permission", *(f"--allow-fs-read={file}" for file in files)]
        command = [str(node_binary()), *_NODE_FLAGS, *allowed, *files]
        code, out, err = run_limited(command, stdin=standard_json.encode(), limits=limits, environment={})
        stated, _, answer = out.partition(b"\n")
        if stated and not self.wanted.is_of(stated.decode(errors="replace")):
            raise CompilerUnavailable(
                f"solc {self.version}: the binary says it is {stated[:80].decode(errors='replace')}"
            )
        if not answer:
            raise CompileFailed(f"solc {self.version} ended without an answer (exit code {code})", hint=_tail(err))
        return answer


def _tail(err: bytes) -> str:
    lines = [line for line in err.decode(errors="replace").splitlines() if line.strip()]
    return next((line.strip()[:200] for line in lines if "Error" in line), lines[-1].strip()[:200] if lines else "")


def installed_solcjs(version: SolcVersion, cache_dir: Path) -> SolcJs | None:
    """Return the solc-js of `version` that the cache holds, or None."""
    soljson = cache_dir / "solc-js" / version.text / "soljson.js"
    return SolcJs(version, soljson) if soljson.is_file() else None


def install_solcjs(version: SolcVersion, cache_dir: Path, *, offline: bool) -> SolcJs:
    """Get solc-js of `version` with npm into `cache_dir`; offline from npm's own cache alone.

    Safe when several processes do it at once: each works in a folder of its own, the first to finish is kept.
    Raises CompilerUnavailable when npm cannot get it.
    """
    parent = cache_dir / "solc-js"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{version.text}-", dir=parent) as work:
            _npm_install(version, Path(work), offline=offline)
            _keep(Path(work), parent / version.text)
    except OSError as error:
        raise CompilerUnavailable(f"solc {version.text} cannot be kept: {error.strerror}", where=str(parent)) from error
    found = installed_solcjs(version, cache_dir)
    if found is None:
        raise CompilerUnavailable(f"npm's solc {version.text} holds no compiler", where="npm")
    return found


def _npm_install(version: SolcVersion, folder: Path, *, offline: bool) -> None:
    release = _NPM_RELEASES.get(version.text, version.text)
    options = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    reach = "--offline" if offline else "--prefer-offline"
    command = [*npm_command(), "install", *options, reach, "--prefix", str(folder), f"solc@{release}"]
    try:
        answer = subprocess.run(
            command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=_NPM_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CompilerUnavailable(
            f"npm did not bring solc {version.text} in {_NPM_SECONDS:g} s", where="npm"
        ) from error
    if answer.returncode != 0:
        code = _npm_code(answer.stderr.decode(errors="replace"))
        hint = (
            "scan once with a connection, or give a compiler with --solc" if offline else "give a compiler with --solc"
        )
        raise CompilerUnavailable(f"npm cannot bring solc {version.text}{code}", where="npm", hint=hint)


def _npm_code(stderr: str) -> str:
    """Return npm's own error code alone: the rest of its words name registries and paths of this machine."""
    for line in stderr.splitlines():
        words = line.split()
        if "code" in words[:-1]:
            return f" ({words[-1]})"
    return ""


def _keep(work: Path, final: Path) -> None:
    """Move the compiler and its licence into place in one step."""
    package = work / "node_modules" / "solc"
    ready = work / "ready"
    ready.mkdir()
    for name in ("soljson.js", "package.json", "LICENSE"):
        if (package / name).is_file():
            shutil.move(package / name, ready / name)
    try:
        os.rename(ready, final)
    except OSError:
        if not (final / "soljson.js").is_file():
            raise
