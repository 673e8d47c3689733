"""Contract packages that are unpacked on their own, without the packages that they name as dependencies.

Some name dependencies that are not to be had, or hundreds of which not one is needed to compile them.
`fixtures/packages.json` lists them: name, version, the digest of the archive, the folders that are wanted, and
another name to stand under (`as`) where two versions are wanted. npm fetches the archives, or has them in its cache.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tools import npm

ROOT = Path(__file__).resolve().parent.parent
LIST = "fixtures/packages.json"
MARK = ".unpacked.json"
"""Stands in every folder that this program made, and says of what."""

MAX_BYTES = 256 * 1024 * 1024
MAX_FILES = 20_000
_ALWAYS = ("package.json", "LICENSE", "LICENSE.md", "LICENSE.txt")
_NAME = re.compile(r"(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?")
_INTEGRITY = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
_PART = re.compile(r"[^\\/:\x00-\x1f]+")


class PackageError(Exception):
    """The list cannot be used, an archive is not the one that is listed, or it holds what it must not."""


@dataclass(frozen=True)
class Package:
    """One line of the list. Without `keep` the whole package is wanted."""

    name: str
    version: str
    integrity: str
    folder: str
    keep: tuple[str, ...] = ()

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Package:
        """Read one entry of the list; raises PackageError."""
        name, version, integrity = (str(entry.get(key, "")) for key in ("name", "version", "integrity"))
        folder = str(entry.get("as", name))
        keep = tuple(str(path) for path in entry.get("keep", ()))
        for value, pattern in ((name, _NAME), (folder, _NAME), (version, _VERSION), (integrity, _INTEGRITY)):
            if not pattern.fullmatch(value):
                raise PackageError(f"{LIST}: {value!r} of {name or 'a package'} is not well formed")
        unknown = sorted(set(entry) - {"name", "version", "integrity", "as", "keep"})
        if unknown:
            raise PackageError(f"{LIST}: {name}: no such key: {', '.join(unknown)}")
        for path in keep:
            _parts(path)
        return cls(name, version, integrity, folder, keep)

    def mark(self) -> str:
        """Return what the mark of this package says."""
        return json.dumps({"integrity": self.integrity, "keep": list(self.keep)}, sort_keys=True) + "\n"

    def wants(self, path: PurePosixPath) -> bool:
        """Tell whether a file of the package is wanted; `path` is relative to the package."""
        if not self.keep or str(path) in _ALWAYS:
            return True
        return any(path == PurePosixPath(kept) or PurePosixPath(kept) in path.parents for kept in self.keep)


def read_list(path: Path) -> list[Package]:
    """Return the packages of a list; raises PackageError when it is not well formed or a folder is named twice."""
    try:
        packages = [Package.of(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise PackageError(f"{path}: {error}") from error
    folders = [package.folder for package in packages]
    twice = sorted({folder for folder in folders if folders.count(folder) > 1})
    if twice:
        raise PackageError(f"{path}: named twice: {', '.join(twice)}")
    return packages


def install(packages: Sequence[Package], modules: Path) -> list[str]:
    """Bring `modules` (node_modules) in line with the list; returns the names of the folders that were made.

    What another program put there is not touched: a package that npm installed itself raises PackageError.
    """
    missing = [package for package in packages if _marked(modules / package.folder) != package.mark()]
    for package in missing:
        folder = modules / package.folder
        if folder.exists() and not (folder / MARK).exists():
            raise PackageError(f"{package.folder} is in node_modules already, and not from {LIST}")
    _remove_others(packages, modules)
    if not missing:
        return []
    modules.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=modules) as temporary:
        archives = fetch(missing, Path(temporary))
        for number, package in enumerate(missing):
            fresh = Path(temporary) / f"{number}"
            unpack(archives[package.integrity], package, fresh)
            _put(fresh, modules / package.folder, Path(temporary) / f"{number}.old")
    return [package.folder for package in missing]


def fetch(packages: Sequence[Package], into: Path) -> dict[str, Path]:
    """Return the archive of each package by its integrity; raises PackageError when one is not to be had."""
    command = [*npm.command(), "pack", "--prefer-offline", "--ignore-scripts", "--loglevel=error"]
    specs = [f"{package.name}@{package.version}" for package in packages]
    done = subprocess.run(
        [*command, "--pack-destination", str(into), *specs], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = {_integrity(path): path for path in sorted(into.glob("*.tgz"))}
    absent = [package for package in packages if package.integrity not in found]
    if absent:
        said = done.stderr.strip() if done.returncode else "npm brought another archive"
        names = ", ".join(f"{package.name}@{package.version}" for package in absent)
        raise PackageError(f"no archive with the digest in {LIST} for {names}\n{said}")
    return found


def unpack(archive: Path, package: Package, into: Path) -> None:
    """Unpack what is wanted into `into`, which must not exist; raises PackageError and leaves nothing outside it."""
    if _integrity(archive) != package.integrity:
        raise PackageError(f"{package.name}@{package.version}: the archive is not the one in {LIST}")
    total = count = 0
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if member.isdir():
                    continue
                if not member.isreg():
                    raise PackageError(f"{package.name}: {member.name!r} is not a regular file")
                path = PurePosixPath(*_parts(member.name)[1:])
                total, count = total + member.size, count + 1
                if total > MAX_BYTES or count > MAX_FILES:
                    raise PackageError(f"{package.name}: more than {MAX_BYTES} bytes or {MAX_FILES} files")
                if not path.parts or not package.wants(path) or str(path) == MARK:
                    continue
                content = tar.extractfile(member)
                assert content is not None  # of a regular file it never is
                place = into / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.read())
    except (tarfile.TarError, EOFError, OSError) as error:
        raise PackageError(f"{package.name}: {error}") from error
    absent = [path for path in package.keep if not (into / path).exists()]
    if absent:
        raise PackageError(f"{package.name}@{package.version} has no {', '.join(absent)}")
    (into / MARK).write_text(package.mark(), encoding="utf-8")


def _parts(path: str) -> tuple[str, ...]:
    """Return the parts of a relative path without any that leads elsewhere; raises PackageError."""
    parts = path.removesuffix("/").split("/")
    if any(part in (".", "..") or not _PART.fullmatch(part) for part in parts):
        raise PackageError(f"{path!r} leads out of its folder")
    return tuple(parts)


def _integrity(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    return "sha512-" + base64.b64encode(digest).decode()


def _marked(folder: Path) -> str:
    try:
        return (folder / MARK).read_text(encoding="utf-8")
    except OSError:
        return ""


def _put(fresh: Path, place: Path, old: Path) -> None:
    """Put a folder in its place by renaming: there is never half of one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        os.rename(place, old)
    os.rename(fresh, place)


def _remove_others(packages: Sequence[Package], modules: Path) -> None:
    """Remove what this program made and the list no longer names."""
    wanted = {modules / package.folder for package in packages}
    for mark in sorted([*modules.glob(f"*/{MARK}"), *modules.glob(f"@*/*/{MARK}")]):
        if mark.parent not in wanted:
            shutil.rmtree(mark.parent)


def main() -> int:
    """Unpack what is missing; returns 0, or 2 with a message."""
    try:
        made = install(read_list(ROOT / LIST), ROOT / "node_modules")
    except PackageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if made:
        print(f"unpacked {', '.join(made)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
