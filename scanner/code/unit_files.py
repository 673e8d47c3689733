"""Puts a stranger's sources on disk: under names of our own, whatever paths the standard JSON uses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MARKER = b"slither-disable"
_NO_BYTECODE = {"object": "", "sourceMap": ""}


def lay_out(files: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Write the files as s0000.sol, s0001.sol … into `folder`; return those names by original path.

    Paths come from a stranger (`../../x`, absolute, thousands of characters) and never reach the file system. Comments
    that would switch detectors off are made ineffective without moving a byte: the scanned side has no say in that.
    """
    names = {}
    for index, path in enumerate(sorted(files)):
        name = f"s{index:04d}.sol"
        content = files[path].encode("utf-8", errors="replace")
        (folder / name).write_bytes(content.replace(_MARKER, _MARKER.replace(b"-", b"_")))
        names[path] = name
    return names


def renamed(output: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the compiler output with the new file names, and with empty bytecode where none was asked for."""
    sources = {}
    for path, source in (output.get("sources") or {}).items():
        ast = source.get("ast") or {}
        _rename(ast, names)
        for node in ast.get("nodes", ()):
            if node.get("nodeType") == "ImportDirective":
                _rename(node, names)
        sources[names[path]] = source
    contracts = {}
    for path, of_file in (output.get("contracts") or {}).items():
        for contract in of_file.values():
            evm = contract.setdefault("evm", {})
            evm.setdefault("bytecode", _NO_BYTECODE)
            evm.setdefault("deployedBytecode", _NO_BYTECODE)
        contracts[names[path]] = of_file
    return {"sources": sources, "contracts": contracts}


def _rename(node: dict[str, Any], names: Mapping[str, str]) -> None:
    path = str(node.get("absolutePath"))
    if path in names:
        node["absolutePath"] = names[path]
