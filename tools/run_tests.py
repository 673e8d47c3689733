"""Runs the tests in parts side by side: scans of whole DAOs wait a lot while the rest computes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

PARTS = ("tests/e2e", "tests", "tests/fleet", "tests/families")
"""The longest first, so that none is left running alone; `tests` is what the others leave of it."""
AT_ONCE = 3
NOTHING_COLLECTED = 5


def main(arguments: Sequence[str]) -> int:
    """Run every test with `arguments`; returns 0 when all passed, else what pytest ended with."""
    speaking = Lock()

    def run(part: str) -> int:
        others = [f"--ignore={one}" for one in PARTS if one.startswith(f"{part}/")]
        begun = time.monotonic()
        with tempfile.TemporaryFile() as said:
            words = [sys.executable, "-m", "pytest", *arguments, part, *others]
            code = subprocess.run(words, stdout=said, stderr=subprocess.STDOUT, check=False).returncode
            said.seek(0)
            with speaking:
                print(f"-- {part}: {time.monotonic() - begun:.0f} s", flush=True)
                sys.stdout.buffer.write(said.read())
                sys.stdout.buffer.flush()
        return code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(run, PARTS))
    return max((one for one in codes if one != NOTHING_COLLECTED), key=abs, default=NOTHING_COLLECTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
