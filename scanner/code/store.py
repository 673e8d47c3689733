"""What workers answered, kept on disk under the digest of all it was made from.

The facts in it carry no address and no block: `assemble` ties them to both when they are used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import scanner
from scanner.code.interface import SharedFacts
from scanner.code.requests import Wanted
from scanner.content import rules_dir

_TOOLS = ("slither-analyzer", "crytic-compile", "evmole")
_MODELS = ("asked", "blank", "code", "evidence", "guards", "kinds", "later", "observation", "stated", "values")
"""The nouns that facts of code are made of: what a token or a report looks like changes none of them."""
_LISTS = ("signatures.json",)


def source_key(source_id: str, compiler: str, wanted: Wanted) -> str:
    """Return the key of a contract of a source, of this tool and of Slither."""
    return _key("source", source_id, compiler, wanted.name, wanted.path)


def audit_key(source: str, analysis: str) -> str:
    """Return the key of what an analysis states about a contract: the contract's own key and the analysis' digest."""
    return _key("audit", source, analysis)


def unit_key(source_id: str, compiler: str) -> str:
    """Return the key under which the work on a source is claimed: one compile answers for all its contracts."""
    return _key("unit", source_id, compiler)


def bytecode_key(runtime_code: str) -> str:
    """Return the key of a piece of runtime code and of this tool."""
    return _key("bytecode", hashlib.sha256(runtime_code.encode()).hexdigest())


def _key(*parts: str) -> str:
    return hashlib.sha256(json.dumps([*parts, tool_digest()]).encode()).hexdigest()


@cache
def tool_digest() -> str:
    """Return the digest of all that makes facts: this tool's version, what it analyses with, Slither and the rest."""
    digest = hashlib.sha256(scanner.__version__.encode())
    root = Path(scanner.__file__).parent
    code = [path for path in sorted((root / "code").rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    models = [root / "model" / f"{name}.py" for name in _MODELS]
    lists = rules_dir() / "data"
    for folder, paths in ((root, [*code, *models]), (lists, [lists / name for name in _LISTS])):
        for path in paths:
            digest.update(f"\0{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    for package in _TOOLS:
        with contextlib.suppress(PackageNotFoundError):
            digest.update(f"\0{package}={version(package)}".encode())
    return digest.hexdigest()


@dataclass
class FactStore:
    """The folder `facts` of the cache, and behind it what machines share.

    `warnings` says once what cannot be written, a full disk for instance.
    """

    cache_dir: Path
    shared: SharedFacts | None = None
    warnings: list[str] = field(default_factory=list)

    def _path(self, key: str) -> Path:
        return self.cache_dir / "facts" / key[:2] / f"{key}.json"

    def load(self, key: str) -> dict[str, Any] | None:
        """Return the payload under `key`; None when there is none, or none that is whole."""
        own = self._own(key)
        if own is not None or self.shared is None:
            return own
        found = self.shared.load(key)
        if found is None:
            return None
        self._keep(key, found)
        return dict(found)

    def _own(self, key: str) -> dict[str, Any] | None:
        try:
            kept = json.loads(self._path(key).read_bytes())
            if kept["digest"] != _digest(kept["payload"]):
                return None
            payload: dict[str, Any] = json.loads(kept["payload"])
            return payload
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def save(self, key: str, payload: Mapping[str, Any]) -> None:
        """Keep `payload` (a worker's answer for one contract) under `key`, in one step; a failure is a warning."""
        if self.shared is not None:
            self.shared.save(key, payload)
        self._keep(key, payload)

    def _keep(self, key: str, payload: Mapping[str, Any]) -> None:
        path = self._path(key)
        text = json.dumps(payload, sort_keys=True)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, json.dumps({"digest": _digest(text), "payload": text}))
        except OSError as error:
            warning = f"code facts cannot be kept: {error.strerror}"
            if warning not in self.warnings:
                self.warnings.append(warning)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
