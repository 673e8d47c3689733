"""What kind of repository it is, which of its files are its own contracts, and how imports find the others."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.model.errors import UsageError

MAX_FILES = 20_000
MAX_BYTES = 2_000_000
_HARDHAT = ("hardhat.config.js", "hardhat.config.ts", "hardhat.config.cjs", "hardhat.config.mjs")
_NOT_OWN = frozenset(
    {"node_modules", "lib", "out", "artifacts", "cache", "broadcast", "typechain", "dependencies", "coverage"}
)
_NOT_DEPLOYED = frozenset({"test", "tests", "script", "scripts"})
_TEST_FILE = re.compile(r"\.[ts]\.sol\Z")
_HARDHAT_VERSION = re.compile(r"""\b(?:solidity|version)\s*:\s*["'`](\d+\.\d+\.\d+)["'`]""")
_HARDHAT_SOURCES = re.compile(r"""\bsources\s*:\s*["'`]([^"'`]+)["'`]""")
_LINE_COMMENT = re.compile(r"(?<!:)//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Remapping:
    """`context:prefix=target`; the target is a path from the project's folder."""

    context: str
    prefix: str
    target: str


@dataclass(frozen=True)
class Layout:
    """A project. Paths in it are from `root`, the repository's folder, with forward slashes.

    `project` is the folder of its configuration from there (empty: the root itself); `versions` are the compilers that
    it asks for, in order.
    """

    root: Path
    project: str
    kind: str
    own: tuple[str, ...]
    left_out: int
    remappings: tuple[Remapping, ...] = ()
    libraries: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


def read_layout(path: Path) -> Layout:
    """Return the layout of the project at `path`, a folder or one file. Raises UsageError."""
    if not path.exists():
        raise UsageError("no such file or folder", where=str(path))
    start = (path if path.is_dir() else path.parent).resolve()
    root = _root(start)
    project = next((folder for folder in _up(start, root) if _is_project(folder)), start)
    kind = "foundry" if (project / "foundry.toml").is_file() else "hardhat" if _hardhat(project) else "plain"
    layout = {"foundry": _foundry, "hardhat": _hardhat_layout, "plain": _plain}[kind](project)
    own, left_out = _own(path.resolve(), project, layout.pop("sources"), root)
    if not own:
        hint = "name a folder with .sol files, or a project with foundry.toml or hardhat.config; tests are left out"
        raise UsageError("no contracts found", where=str(path), hint=hint)
    return Layout(root, _below(project, root), kind, own, left_out, **layout)


def _root(start: Path) -> Path:
    """The folder that paths are given from: that of the version control, else the one that was named."""
    return next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)


def _up(start: Path, root: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if folder == root:
            return


def _is_project(folder: Path) -> bool:
    return (folder / "foundry.toml").is_file() or bool(_hardhat(folder)) or (folder / "package.json").is_file()


def _hardhat(folder: Path) -> Path | None:
    return next((folder / name for name in _HARDHAT if (folder / name).is_file()), None)


def _below(path: Path, root: Path) -> str:
    below = path.relative_to(root).as_posix()
    return "" if below == "." else below


def _foundry(project: Path) -> dict[str, Any]:
    file = project / "foundry.toml"
    try:
        profile = tomllib.loads(_text(file)).get("profile", {}).get("default", {})
    except (tomllib.TOMLDecodeError, AttributeError) as error:
        raise UsageError(f"foundry.toml cannot be read: {error}", where=str(file)) from None
    profile = profile if isinstance(profile, dict) else {}
    stated = profile.get("solc") or profile.get("solc_version")
    settings = {"evmVersion": profile["evm_version"]} if isinstance(profile.get("evm_version"), str) else {}
    libraries = tuple(one for one in profile.get("libs", ["lib"]) if isinstance(one, str))
    given = [one for one in profile.get("remappings", ()) if isinstance(one, str)]
    return {
        "sources": str(profile.get("src", "src")),
        "remappings": tuple(_remappings(project, given, libraries)),
        "libraries": libraries,
        "versions": (stated,) if isinstance(stated, str) else (),
        "settings": settings,
    }


def _hardhat_layout(project: Path) -> dict[str, Any]:
    """The configuration is a program and is not run: what it plainly states is read."""
    file = _hardhat(project)
    text = _LINE_COMMENT.sub("", _text(file)) if file else ""
    sources = _HARDHAT_SOURCES.search(text)
    return {
        "sources": sources[1] if sources else "contracts",
        "versions": tuple(dict.fromkeys(_HARDHAT_VERSION.findall(text))),
        "remappings": tuple(_remappings(project, (), ())),
    }


def _plain(project: Path) -> dict[str, Any]:
    return {"sources": "", "remappings": tuple(_remappings(project, (), ("lib",))), "libraries": ("lib",)}


def _remappings(project: Path, given: Iterable[str], libraries: Iterable[str]) -> Iterator[Remapping]:
    """Those of the configuration, of remappings.txt, and of the libraries' own remappings.txt for their files."""
    for text in (*given, *_lines(project / "remappings.txt")):
        if (found := _remapping(text, "")) is not None:
            yield found
    for library in libraries:
        if ".." in library or library.startswith("/"):
            continue
        for folder in sorted(path for path in (project / library).glob("*") if path.is_dir()):
            inside = f"{library.rstrip('/')}/{folder.name}/"
            for text in _lines(folder / "remappings.txt"):
                if (found := _remapping(text, inside)) is not None:
                    yield found


def _remapping(text: str, inside: str) -> Remapping | None:
    left, equals, target = text.strip().partition("=")
    context, colon, prefix = left.rpartition(":")
    if not equals or not prefix or text.strip().startswith("#"):
        return None
    return Remapping(f"{inside}{context if colon else ''}", prefix, f"{inside}{target}")


def _lines(file: Path) -> list[str]:
    return _text(file).splitlines() if file.is_file() else []


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"the file cannot be read: {error.strerror}", where=str(file)) from None


def _own(path: Path, project: Path, sources: str, root: Path) -> tuple[tuple[str, ...], int]:
    """Return the project's own files, and how many tests and scripts among them were left out."""
    if path.is_file():
        return (_below(path, root),), 0
    stated = (project / sources).resolve()
    inside = stated.is_dir() and stated.is_relative_to(root)
    folder = stated if path == project and inside else path
    found: list[str] = []
    left_out = 0
    for file in _solidity(folder):
        below = file.relative_to(folder)
        if _TEST_FILE.search(file.name) or _NOT_DEPLOYED & set(below.parts[:-1]):
            left_out += 1
            continue
        found.append(_below(file, root))
        if len(found) > MAX_FILES:
            raise UsageError(f"more than {MAX_FILES} Solidity files", where=str(folder))
    return tuple(sorted(found)), left_out


def _solidity(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NOT_OWN and not name.startswith("."))
        yield from (Path(here) / name for name in sorted(files) if name.endswith(".sol"))


def read_standard_json(path: Path) -> dict[str, Any] | None:
    """Return a standard-JSON input, or None for a file that is no JSON object with sources. Raises UsageError."""
    if path.suffix != ".json" or not path.is_file():
        return None
    try:
        with path.open("rb") as opened:
            value = json.loads(opened.read(100_000_000))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"not a standard-JSON input: {type(error).__name__}", where=str(path)) from None
    if not isinstance(value, dict) or not isinstance(value.get("sources"), dict):
        raise UsageError("not a standard-JSON input: it has no sources", where=str(path))
    return value
