"""Runs the tests in two processes side by side: scans of whole DAOs wait a lot, the rest computes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence

WHOLE = ("tests/e2e", "tests/fleet")
NOTHING_COLLECTED = 5


def main(arguments: Sequence[str]) -> int:
    """Run every test with `arguments`; returns 0 when all passed, else what pytest ended with."""
    program = [sys.executable, "-m", "pytest", *arguments]
    with tempfile.TemporaryFile() as said:
        whole = subprocess.Popen([*program, *WHOLE], stdout=said, stderr=subprocess.STDOUT)
        try:
            rest = subprocess.run([*program, *(f"--ignore={one}" for one in WHOLE)], check=False).returncode
            code = whole.wait()
        finally:
            whole.kill()
            whole.wait()
        said.seek(0)
        sys.stdout.buffer.write(said.read())
    codes = [one for one in (rest, code) if one != NOTHING_COLLECTED] or [NOTHING_COLLECTED]
    return max(codes, key=abs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
