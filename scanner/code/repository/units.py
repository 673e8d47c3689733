"""From a repository to sources that can be compiled: each own file with everything it imports, grouped by compiler."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scanner.code.repository.layout import MAX_BYTES, Layout
from scanner.code.repository.text import Declared, Read, read_text
from scanner.code.repository.versions import BadPragma, Version, choose
from scanner.model.observation import Reason

_OPENZEPPELIN = {
    "@openzeppelin/contracts/": "openzeppelin-contracts/contracts/",
    "@openzeppelin/contracts-upgradeable/": "openzeppelin-contracts-upgradeable/contracts/",
}
_MAX_CLOSURE = 5_000


@dataclass(frozen=True)
class Broken:
    """A file of which no source could be made, and what to do about it."""

    file: str
    reason: Reason
    detail: str
    hint: str


@dataclass(frozen=True)
class Unit:
    """Own files that one compiler reads together. `standard` is the standard-JSON input."""

    version: str
    files: tuple[str, ...]
    standard: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Planned:
    """What is to be compiled. `contracts`: what is declared, by own file."""

    units: tuple[Unit, ...]
    broken: tuple[Broken, ...]
    contracts: Mapping[str, tuple[Declared, ...]]


class Missing(Exception):
    """An import that leads to no file."""


class Files:
    """The files of a repository by their path in it; nothing outside of it is ever read."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._texts: dict[str, str | None] = {}
        self._reads: dict[str, Read] = {}

    def text(self, path: str) -> str | None:
        """Return a file's content; None where there is none, or where it leads out of the repository."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        file = self.layout.root / path
        try:
            if not file.resolve().is_relative_to(self.layout.root.resolve()) or not file.is_file():
                return None
            with file.open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
        except OSError:
            return None
        return data.decode("utf-8", "replace") if len(data) <= MAX_BYTES else None

    def read(self, path: str) -> Read:
        """Return what a file says of itself."""
        if path not in self._reads:
            self._reads[path] = read_text(self.text(path) or "")
        return self._reads[path]

    def imported(self, importer: str, path: str) -> str:
        """Return the file that an import leads to. Raises Missing."""
        for candidate in self._candidates(importer, path):
            normal = posixpath.normpath(candidate)
            if not normal.startswith(("..", "/")) and self.text(normal) is not None:
                return normal
        raise Missing(f"import {path[:200]!r} of {importer} was not found")

    def _candidates(self, importer: str, path: str) -> Iterable[str]:
        folder = posixpath.dirname(importer)
        if path.startswith("."):
            yield posixpath.join(folder, path)
            return
        project = self.layout.project
        remapped = self._remapped(importer, path)
        if remapped is not None:
            yield posixpath.join(project, remapped)
        yield posixpath.join(project, path)
        while True:
            yield posixpath.join(folder, "node_modules", path)
            if not folder:
                break
            folder = posixpath.dirname(folder)
        for library in self.layout.libraries:
            base = posixpath.join(project, library)
            for prefix, target in _OPENZEPPELIN.items():
                if path.startswith(prefix):
                    yield posixpath.join(base, target, path[len(prefix) :])
            first, _, rest = path.partition("/")
            for inside in ("src", "contracts", ""):
                yield posixpath.join(base, first, inside, rest)

    def _remapped(self, importer: str, path: str) -> str | None:
        """As solc does: of the remappings that fit, the longest context, then the longest prefix, then the last."""
        own = posixpath.relpath(importer, self.layout.project) if self.layout.project else importer
        fitting = [
            (len(one.context), len(one.prefix), place, one)
            for place, one in enumerate(self.layout.remappings)
            if own.startswith(one.context) and path.startswith(one.prefix)
        ]
        if not fitting:
            return None
        best = max(fitting, key=lambda found: found[:3])[3]
        return f"{best.target}{path[len(best.prefix) :]}"


@dataclass
class _Closure:
    """An own file with all it imports, directly or not."""

    files: Files
    start: str
    found: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def follow(self) -> None:
        """Raises Missing."""
        waiting = [self.start]
        while waiting:
            path = waiting.pop()
            if path in self.found:
                continue
            if len(self.found) >= _MAX_CLOSURE:
                raise Missing(f"{self.start} imports more than {_MAX_CLOSURE} files")
            edges = [(name, self.files.imported(path, name)) for name in self.files.read(path).imports]
            self.found[path] = edges
            waiting.extend(target for _, target in edges)

    @cached_property
    def pragmas(self) -> list[str]:
        return sorted({pragma for path in self.found for pragma in self.files.read(path).pragmas})


def plan(layout: Layout, installed: Sequence[Version] = ()) -> Planned:
    """Return what is to be compiled with what. `installed` compilers are preferred over newer ones where given."""
    files = Files(layout)
    broken: list[Broken] = []
    groups: dict[str, list[_Closure]] = {}
    for path in layout.own:
        closure = _Closure(files, path)
        problem, version = _version(closure, layout, installed)
        if problem is not None:
            broken.append(problem)
        else:
            groups.setdefault(version, []).append(closure)
    units = tuple(unit_of(layout, version, groups[version]) for version in sorted(groups))
    return Planned(units, tuple(broken), {path: files.read(path).contracts for path in layout.own})


def split(layout: Layout, unit: Unit) -> tuple[Unit, ...]:
    """Return one unit for each file of `unit`: one that does not compile then leaves the others alone."""
    files = Files(layout)
    units: list[Unit] = []
    for path in unit.files:
        closure = _Closure(files, path)
        closure.follow()
        units.append(unit_of(layout, unit.version, [closure]))
    return tuple(units)


def _version(closure: _Closure, layout: Layout, installed: Sequence[Version]) -> tuple[Broken | None, str]:
    path = closure.start
    if closure.files.text(path) is None:
        hint = f"files above {MAX_BYTES} bytes and links out of the repository are not read"
        return Broken(path, Reason.NOT_READ, "the file cannot be read", hint), ""
    try:
        closure.follow()
        stated = [tuple(int(number) for number in one.split(".")) for one in map(_plain, layout.versions) if one]
        version = choose(closure.pragmas, [*stated, *installed])  # type: ignore[list-item]
    except Missing as error:
        hint = "install the dependencies first (npm ci, forge install), or add a remapping"
        return Broken(path, Reason.COMPILE_FAILED, str(error), hint), ""
    except BadPragma as error:
        return Broken(path, Reason.COMPILE_FAILED, str(error), "write a range such as ^0.8.20"), ""
    if version is None:
        wanted = "; ".join(closure.pragmas)[:200]
        hint = "change the pragmas so that one release suits all files that belong together"
        return Broken(path, Reason.COMPILER_UNAVAILABLE, f"no release of solc suits: {wanted}", hint), ""
    return None, ".".join(str(number) for number in version)


def _plain(text: str) -> str:
    """Return 0.8.28 out of `solc:0.8.28`, `v0.8.28+commit…`; empty for a path or a range."""
    bare = text.removeprefix("solc:").removeprefix("=").removeprefix("v").partition("+")[0]
    parts = bare.split(".")
    return bare if len(parts) == 3 and all(part.isdigit() for part in parts) else ""


def unit_of(layout: Layout, version: str, closures: Sequence[_Closure]) -> Unit:
    """Return the unit of some files. Every import that is not relative is remapped to where it was found."""
    sources: dict[str, dict[str, str]] = {}
    remappings: dict[str, None] = {}
    for closure in closures:
        for path, edges in closure.found.items():
            sources[path] = {"content": closure.files.text(path) or ""}
            for name, target in edges:
                if not name.startswith(".") and name != target:
                    remappings[f"{path}:{name}={target}"] = None
    settings: dict[str, Any] = {**layout.settings, "remappings": sorted(remappings)}
    standard = {"language": "Solidity", "sources": dict(sorted(sources.items())), "settings": settings}
    return Unit(version, tuple(closure.start for closure in closures), standard)


def installed_versions(folder: str) -> list[Version]:
    """Return the releases of solc-js that a cache holds, newest first."""
    names = os.listdir(folder) if os.path.isdir(folder) else []
    found = [tuple(int(part) for part in name.split(".")) for name in names if _plain(name)]
    return sorted(found, reverse=True)  # type: ignore[arg-type]
