"""Runs the tests in parts side by side: scans of whole DAOs wait a lot while the rest computes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

_OWN = ("brought", "code", "holders", "holdings", "hostile", "hostile_extremes", "incidents", "proxies", "rights")
_CHAINS_OF_THEIR_OWN = tuple(f"tests/e2e/test_{name}.py" for name in _OWN)
_COMPUTING = ("tests/chain", "tests/code", "tests/discovery", "tests/judge")
PARTS = (("tests/e2e",), ("tests",), ("tests/fleet",), _CHAINS_OF_THEIR_OWN, ("tests/families",), _COMPUTING)
"""What runs in a process of its own, the longest first; a folder is what the others leave of it.

More of them than run at once, so that at the end no core waits for one long part.
"""
AT_ONCE = 3
NOTHING_COLLECTED = 5


def main(arguments: Sequence[str]) -> int:
    """Run every test with `arguments`; returns 0 when all passed, else what pytest ended with."""
    speaking = Lock()

    def run(part: Sequence[str]) -> int:
        elsewhere = [one for other in PARTS if other is not part for one in other]
        others = [f"--ignore={one}" for one in elsewhere if any(one.startswith(f"{mine}/") for mine in part)]
        begun = time.monotonic()
        with tempfile.TemporaryFile() as said:
            words = [sys.executable, "-m", "pytest", *arguments, *part, *others]
            code = subprocess.run(words, stdout=said, stderr=subprocess.STDOUT, check=False).returncode
            said.seek(0)
            with speaking:
                print(f"-- {', '.join(part)}: {time.monotonic() - begun:.0f} s", flush=True)
                sys.stdout.buffer.write(said.read())
                sys.stdout.buffer.flush()
        return code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(run, PARTS))
    return max((one for one in codes if one != NOTHING_COLLECTED), key=abs, default=NOTHING_COLLECTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
