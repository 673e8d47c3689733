"""The Solidity files of a repository by content, so that a verified source is found again as a file in it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from scanner.model.errors import UsageError

MAX_FILES = 50_000
MAX_BYTES = 2_000_000
_SKIPPED = frozenset({"node_modules", "artifacts", "out", "cache"})


def files_by_digest(folder: Path) -> dict[str, str]:
    """Return the path below `folder` of each `.sol` file by the SHA-256 of its bytes. Raises UsageError.

    Of several files with one content, the one with the shortest path counts. What is installed or built is left out.
    """
    if not folder.is_dir():
        raise UsageError("no such folder", where=f"--repository {folder}", hint="give the folder of the checkout")
    found: dict[str, str] = {}
    seen = 0
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(names):
            path = Path(here) / name
            if not name.endswith(".sol") or path.is_symlink():
                continue
            seen += 1
            if seen > MAX_FILES:
                raise UsageError(f"more than {MAX_FILES} Solidity files", where=str(folder))
            _add(found, path, folder)
    return found


def _add(found: dict[str, str], path: Path, folder: Path) -> None:
    try:
        if path.stat().st_size > MAX_BYTES:
            return
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return
    below = path.relative_to(folder).as_posix()
    known = found.get(digest)
    if known is None or (len(below), below) < (len(known), known):
        found[digest] = below
