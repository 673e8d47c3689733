"""Which outputs are asked of the compiler, and what is left of the rest of the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.code.compilers.interface import Outputs
from scanner.code.compilers.versions import SolcVersion

_ANALYSIS = ("abi", "evm.methodIdentifiers")
_FULL = (*_ANALYSIS, "evm.bytecode", "evm.deployedBytecode", "metadata")
_FIRST_WITH_LAYOUT = (0, 5, 13)


def with_outputs(standard_json: Mapping[str, Any], version: SolcVersion, outputs: Outputs) -> dict[str, Any]:
    """Return `standard_json` with the output selection of this tool in place of its own.

    Everything that shapes the code stays as it is. The model checker (may run for hours)
    and an early stop are left out: they shape no code.
    """
    wanted = list(_ANALYSIS if outputs == "analysis" else _FULL)
    if version.numbers >= _FIRST_WITH_LAYOUT:
        wanted.append("storageLayout")
    settings = dict(standard_json.get("settings") or {})
    for name in ("modelChecker", "stopAfter", "compilationTarget"):
        settings.pop(name, None)
    settings["outputSelection"] = {"*": {"": ["ast"], "*": wanted}}
    return {
        "language": standard_json.get("language", "Solidity"),
        "sources": standard_json.get("sources") or {},
        "settings": settings,
    }
