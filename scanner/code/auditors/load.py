"""Auditors' analyses as files. What a file declares is read from its text: nothing of it runs here."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.model.errors import UsageError
from scanner.model.snapshot import InputDigest
from scanner.model.stated import FACT_TYPES, RESERVED

MAX_BYTES = 1_000_000
MAX_FILES = 500
_FACT = re.compile(r"[a-z][a-z0-9_]{1,59}\Z")
_EXAMPLE = 'FACTS = {"pays_out_to_caller": "true/false"}'


@dataclass(frozen=True)
class AnalysisFile:
    """One analysis. `facts` holds (name, type) as declared; `digest` covers it and the helper files beside it."""

    name: str
    path: Path
    facts: tuple[tuple[str, str], ...]
    digest: str
    text: str = field(repr=False)


def load_analyses(folders: Iterable[Path]) -> tuple[AnalysisFile, ...]:
    """Return the analyses in `folders`, by name. Raises UsageError for a file that is none.

    Every `.py` file whose name begins with no underscore is an analysis; the others are helpers of those beside them.
    """
    found: dict[str, AnalysisFile] = {}
    owners: dict[str, str] = {}
    for folder in folders:
        for analysis in _folder(folder):
            if analysis.name in found and found[analysis.name].path != analysis.path:
                raise _wrong(analysis.path, 1, 0, f"an analysis named {analysis.name} is there already")
            found[analysis.name] = analysis
            for fact, _ in analysis.facts:
                if owners.setdefault(fact, analysis.name) != analysis.name:
                    raise _wrong(analysis.path, 1, 0, f"fact {fact!r} is stated by {owners[fact]}.py, too")
    return tuple(found[name] for name in sorted(found))


def input_digests(analyses: Sequence[AnalysisFile]) -> tuple[InputDigest, ...]:
    """Return what is written into a snapshot about the analyses that made it."""
    return tuple(InputDigest(name=f"analysis {one.name}", sha256=f"0x{one.digest}") for one in analyses)


def _folder(folder: Path) -> list[AnalysisFile]:
    if not folder.is_dir():
        hint = "name a folder with analyses: Python files that declare FACTS and define analyse(code)"
        raise UsageError("no such folder", where=f"--analyses {folder}", hint=hint)
    paths = sorted(path for path in folder.glob("*.py") if path.is_file())
    if len(paths) > MAX_FILES:
        raise UsageError(f"more than {MAX_FILES} files", where=str(folder))
    sources = {path: _read(path) for path in paths}
    helpers = b"".join(
        path.name.encode() + b"\0" + hashlib.sha256(data).digest()
        for path, data in sources.items()
        if path.name.startswith("_")
    )
    own = [path for path in paths if not path.name.startswith("_")]
    if not own:
        raise UsageError("no analysis in this folder", where=str(folder), hint="docs/analyses.md shows one")
    return [_analysis(path.resolve(), sources[path], helpers) for path in own]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the analysis cannot be read: {error.strerror}", where=str(path)) from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"the file is larger than {MAX_BYTES} bytes", where=str(path))
    return data


def _analysis(path: Path, data: bytes, helpers: bytes) -> AnalysisFile:
    try:
        tree = ast.parse(data, filename=path.name)
    except SyntaxError as error:
        raise _wrong(path, error.lineno or 1, (error.offset or 1) - 1, f"not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise _wrong(path, 1, 0, f"not valid Python: {type(error).__name__}") from None
    if not any(isinstance(node, ast.FunctionDef) and node.name == "analyse" for node in tree.body):
        raise _wrong(path, 1, 0, "no function analyse(code)", "it yields what code.fact(…) and code.unknown(…) return")
    digest = hashlib.sha256(data + b"\0" + helpers).hexdigest()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong(path, 1, 0, "the file is not UTF-8 text") from None
    return AnalysisFile(path.stem, path, _declared(path, tree), digest, text)


def _declared(path: Path, tree: ast.Module) -> tuple[tuple[str, str], ...]:
    """Return the literal FACTS of a file."""
    value = next((found for node in tree.body if (found := _assigned(node, "FACTS")) is not None), None)
    if value is None:
        raise _wrong(path, 1, 0, "no FACTS", f"for instance {_EXAMPLE}")
    if not isinstance(value, ast.Dict) or not value.keys:
        raise _wrong(path, value.lineno, value.col_offset, "FACTS must be a literal {name: type}", _EXAMPLE)
    facts: dict[str, str] = {}
    for key, type_ in zip(value.keys, value.values, strict=True):
        at = key or type_
        name = key.value if isinstance(key, ast.Constant) else None
        if not isinstance(name, str) or not _FACT.match(name) or name in RESERVED or name.startswith("model_"):
            hint = "lower-case words joined by underscores, for instance pays_out_to_caller"
            raise _wrong(path, at.lineno, at.col_offset, "this is no name of a fact", hint)
        if not isinstance(type_, ast.Constant) or type_.value not in FACT_TYPES:
            hint = f"one of {', '.join(FACT_TYPES)}"
            raise _wrong(path, type_.lineno, type_.col_offset, f"the type of {name!r} is none", hint)
        if name in facts:
            raise _wrong(path, at.lineno, at.col_offset, f"fact {name!r} is declared twice")
        facts[name] = str(type_.value)
    return tuple(sorted(facts.items()))


def _assigned(node: ast.stmt, name: str) -> ast.expr | None:
    """Return what a statement gives to a name."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if any(isinstance(one, ast.Name) and one.id == name for one in targets):
        return node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    return None


def _wrong(path: Path, line: int, column: int, what: str, hint: str = "") -> UsageError:
    return UsageError(what, where=f"{path}:{line}:{column + 1}", hint=hint)
