"""Which compiler is used, and the one call that others need: compile a standard JSON input."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.code.compilers.interface import CompileFailed, Compiler, CompilerUnavailable, Limits, Outputs
from scanner.code.compilers.native import checked_native, download_by_solc_select, solc_select_binary
from scanner.code.compilers.outputs import with_outputs
from scanner.code.compilers.solcjs import install_solcjs, installed_solcjs
from scanner.code.compilers.versions import SolcVersion, parse_version

_SHOWN_ERRORS = 3
_PLACE = re.compile(r":(\d+):(\d+):")


@dataclass(frozen=True)
class CompilerPlaces:
    """Where compilers may come from. Offline, nothing is asked of a network."""

    cache_dir: Path
    solc: Path | None = None
    offline: bool = False


def resolve_compiler(version: str, places: CompilerPlaces) -> Compiler:
    """Return a compiler of exactly `version`.

    The order: the path that the user gives; what solc-select has; solc-js in the cache, then from npm; last, what
    solc-select can get. Raises CompilerUnavailable when there is none.
    """
    wanted = parse_version(version)
    found = _installed(wanted, places)
    if found is not None:
        return found
    try:
        return install_solcjs(wanted, places.cache_dir, offline=places.offline)
    except CompilerUnavailable:
        binary = None if places.offline else download_by_solc_select(wanted)
        native = checked_native(wanted, binary) if binary else None
        if native is None:
            raise
        return native


def _installed(wanted: SolcVersion, places: CompilerPlaces) -> Compiler | None:
    for binary in (places.solc, solc_select_binary(wanted)):
        native = checked_native(wanted, binary) if binary else None
        if native is not None:
            return native
    return installed_solcjs(wanted, places.cache_dir)


def compile_with(
    compiler: Compiler, standard_json: Mapping[str, Any], *, outputs: Outputs, limits: Limits | None = None
) -> bytes:
    """Compile and return the standard JSON output as it came; `read_output` makes sense of it."""
    request = with_outputs(standard_json, parse_version(compiler.version), outputs)
    return compiler.run(json.dumps(request), limits or Limits())


def read_output(answer: bytes, version: str) -> dict[str, Any]:
    """Parse a compiler's standard JSON output; raises CompileFailed with its first errors in `what`."""
    try:
        output = json.loads(answer)
        errors = [entry for entry in output.get("errors", ()) if entry.get("severity") == "error"]
    except (ValueError, RecursionError, AttributeError) as error:
        raise CompileFailed(f"solc {version} gave no readable answer") from error
    if errors:
        shown = "; ".join(_one_line(entry) for entry in errors[:_SHOWN_ERRORS])
        more = f" (and {len(errors) - _SHOWN_ERRORS} more)" if len(errors) > _SHOWN_ERRORS else ""
        raise CompileFailed(f"solc {version}: {shown}{more}", where=_where(errors[0]))
    return dict(output)


def compile_standard_json(
    standard_json: Mapping[str, Any], version: str, cache_dir: Path, *, outputs: Outputs
) -> dict[str, Any]:
    """Compile a standard JSON input with solc `version` (`0.8.28` or `0.8.28+commit.7893614a`).

    Returns the standard JSON output. `analysis` asks for ast, abi, storageLayout and method identifiers, `full` for
    bytecode and metadata as well. Raises CompilerUnavailable or CompileFailed, with the first errors in `what`.
    """
    compiler = resolve_compiler(version, CompilerPlaces(cache_dir))
    return read_output(compile_with(compiler, standard_json, outputs=outputs), compiler.version)


def _one_line(entry: Mapping[str, Any]) -> str:
    text = " ".join(str(entry.get("message", "error")).split())
    place = _where(entry)
    return f"{place}: {text[:300]}" if place else text[:300]


def _where(entry: Mapping[str, Any]) -> str:
    """Return file, line and column of an error; the file alone where the compiler shows no lines."""
    file = str((entry.get("sourceLocation") or {}).get("file", ""))[:200]
    shown = _PLACE.search(str(entry.get("formattedMessage", ""))) if file else None
    return f"{file}:{shown[1]}:{shown[2]}" if shown else file
