"""Finds anvil, or brings it: named by the user, on the path, in a checkout, in the user's cache, from npm."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import scanner
from scanner.code.compilers.interface import CompilerUnavailable
from scanner.code.compilers.node import npm_command

VERSION = "1.7.1"
"""The release that is brought where none is there; it is the one that the demo and the tests run on."""

_NPM_SECONDS = 240.0
_ASK_SECONDS = 20.0
_PLATFORMS = {
    ("Linux", "x86_64"): "linux-amd64",
    ("Linux", "aarch64"): "linux-arm64",
    ("Darwin", "x86_64"): "darwin-amd64",
    ("Darwin", "arm64"): "darwin-arm64",
    ("Windows", "AMD64"): "win32-amd64",
}


class NoAnvil(Exception):
    """Anvil cannot be had; the text says why."""


@dataclass(frozen=True)
class Program:
    """An anvil that runs on this machine. `said` is what it answered to --version: name and number."""

    path: Path
    said: str


def find_anvil(given: Path | None, cache_dir: Path, *, offline: bool) -> Program:
    """Return the first anvil that runs; offline nothing is fetched. Raises NoAnvil.

    One that the user names is the only one that is tried.
    """
    if given is not None:
        return _checked(given)
    for path in _places(cache_dir):
        try:
            return _checked(path)
        except NoAnvil:
            continue
    if offline:
        raise NoAnvil("anvil is not here, and nothing is fetched offline: name one with --anvil")
    return _checked(_install(cache_dir))


def _checked(path: Path) -> Program:
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise NoAnvil(f"no program {path.name} where --anvil says" if path.name else "--anvil names no program")
    try:
        answer = subprocess.run(
            [str(path), "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_ASK_SECONDS,
            check=False,
            env={},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoAnvil(f"{path.name} does not run on this machine") from error
    words = answer.stdout.decode(errors="replace").split()
    if answer.returncode != 0 or not words or words[0].lower() != "anvil":
        raise NoAnvil(f"{path.name} does not say that it is anvil")
    number = next((word for word in words[1:] if word[:1].isdigit()), "of unknown version")
    return Program(path, f"anvil {number}"[:60])


def _places(cache_dir: Path) -> Iterator[Path]:
    """Yield where anvil may be, in order; what is not there is left out."""
    on_path = shutil.which("anvil")
    if on_path:
        yield Path(on_path)
    root = Path(scanner.__file__).resolve().parent.parent
    for folder in (root / "node_modules", _kept(cache_dir)):
        binary = _binary(folder)
        if binary is not None:
            yield binary


def _kept(cache_dir: Path) -> Path:
    return cache_dir / "anvil" / VERSION


def _package() -> str:
    name = _PLATFORMS.get((platform.system(), platform.machine()))
    if name is None:
        raise NoAnvil(f"there is no anvil package for {platform.system()} {platform.machine()}: name one with --anvil")
    return f"anvil-{name}"


def _binary(folder: Path) -> Path | None:
    """Return the program in a folder of npm packages; made executable where npm has not done so."""
    try:
        place = folder / "@foundry-rs" / _package() / "bin"
    except NoAnvil:
        return None
    binary = place / ("anvil.exe" if os.name == "nt" else "anvil")
    if not binary.is_file():
        return None
    if not os.access(binary, os.X_OK):
        try:
            binary.chmod(binary.stat().st_mode | 0o111)
        except OSError:
            return None
    return binary


def _install(cache_dir: Path) -> Path:
    """Bring anvil with npm into the cache. Safe when several processes do it at once: the first to finish is kept."""
    package, final = _package(), _kept(cache_dir)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".anvil-", dir=final.parent) as work:
            _npm(f"@foundry-rs/{package}@{VERSION}", Path(work))
            try:
                os.rename(Path(work) / "node_modules", final)
            except OSError:
                if _binary(final) is None:
                    raise
    except OSError as error:
        raise NoAnvil(f"anvil cannot be kept in the cache: {error.strerror}") from error
    binary = _binary(final)
    if binary is None:
        raise NoAnvil("npm's anvil package holds no program")
    return binary


def _npm(package: str, folder: Path) -> None:
    options = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    try:
        command = [*npm_command(), "install", *options, "--prefer-offline", "--prefix", str(folder), package]
        answer = subprocess.run(
            command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=_NPM_SECONDS, check=False
        )
    except CompilerUnavailable as error:
        raise NoAnvil(f"anvil is not here, and npm neither: {error.what}") from error
    except subprocess.TimeoutExpired as error:
        raise NoAnvil(f"npm did not bring anvil in {_NPM_SECONDS:g} s") from error
    if answer.returncode != 0:  # npm's own words name registries and paths of this machine
        raise NoAnvil("anvil is not here, and npm cannot bring it: name one with --anvil")
