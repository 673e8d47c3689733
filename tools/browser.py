"""A Chromium for the tests that look at pages: found, or installed where that can be done without asking."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str:
    """Return the path of a Chromium (DAOSCAN_CHROMIUM, else the first one on PATH), empty when there is none."""
    named = os.environ.get("DAOSCAN_CHROMIUM", "")
    if named:
        return shutil.which(named) or ""
    return next((path for path in map(shutil.which, NAMES) if path), "")


def main() -> int:
    """Make sure that there is one; returns 0, or 1 with a message."""
    if find():
        return 0
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print("installing chromium for the tests that look at pages", file=sys.stderr)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *arguments], env=environment, stdout=sys.stderr, check=False)
        if find():
            return 0
    print("error: no Chromium for the tests that look at pages", file=sys.stderr)
    print("hint: install Chromium, or name one in DAOSCAN_CHROMIUM", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
