"""Writes requirements.lock: every version with its hashes, no index, no path.

Needs pip-tools in the Python that runs it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

OPTIONS = (
    "--extra=dev",
    "--extra=fleet",
    "--extra=parquet",
    "--extra=postgres",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--resolver=backtracking",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
    "--quiet",
    "--output-file=requirements.lock",
    "pyproject.toml",
)


def main() -> int:
    """Resolve again; returns the exit code of pip-compile."""
    return subprocess.run([sys.executable, "-m", "piptools", "compile", *OPTIONS], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
