"""Compiler versions as verifiers write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.code.compilers.interface import CompilerUnavailable

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:\+commit\.([0-9A-Za-z]+))?(?:\.[A-Za-z].*)?\Z")
_COMMIT = re.compile(r"[0-9a-f]{6,40}\Z")

OLDEST = (0, 4, 11)
"""The first solc with a standard JSON interface."""


@dataclass(frozen=True, order=True)
class SolcVersion:
    """An exact release of solc; `commit` is empty where the verifier names none."""

    numbers: tuple[int, int, int]
    commit: str = ""

    @property
    def text(self) -> str:
        """The release alone: 0.8.28."""
        return ".".join(str(number) for number in self.numbers)

    def is_of(self, stated: str) -> bool:
        """Return whether `stated`, what a binary says of itself, is this release (and this commit, if one is named)."""
        match = _VERSION.match(stated.strip())
        if match is None or tuple(int(part) for part in match.group(1, 2, 3)) != self.numbers:
            return False
        commit = match.group(4) or ""
        if not self.commit or not _COMMIT.match(commit):
            return True
        return commit.startswith(self.commit) or self.commit.startswith(commit)


def parse_version(text: str) -> SolcVersion:
    """Read `0.8.28`, `v0.8.28+commit.7893614a` and the like. Raises CompilerUnavailable for anything but a release."""
    match = _VERSION.match(text.strip())
    if match is None:
        raise CompilerUnavailable(
            f"no compiler for version {text.strip()[:80]!r}",
            hint="only releases of solc can be had, not nightly builds or other languages",
        )
    numbers = (int(match.group(1)), int(match.group(2)), int(match.group(3)))
    if numbers < OLDEST:
        raise CompilerUnavailable(
            f"solc {match.group(1)}.{match.group(2)}.{match.group(3)} has no standard JSON interface",
            hint="the interface begins with solc 0.4.11",
        )
    commit = match.group(4) or ""
    return SolcVersion(numbers, commit if _COMMIT.match(commit) else "")
