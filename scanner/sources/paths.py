"""Names of source files that come from strangers, made safe to stand on a disk.

A source unit name is any text that the compiler was given: absolute paths of somebody's machine, `../../x`, links.
Compilers only compare such names, but other tools read the files from a folder. So the few names that could leave that
folder are rewritten, segment by segment: imports relative to them still resolve, as both ends change alike.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable

_SEPARATOR = re.compile(r"([/\\])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
_LONGEST_PATH = 2_000
_LONGEST_SEGMENT_BYTES = 200

ROOT = "_root"
UP = "_up"


class BadPath(ValueError):
    """A file name that cannot be used at all."""


def safe_path(path: str) -> str:
    """Return `path` so that it stays inside whatever folder it is put into; harmless names come back unchanged.

    A leading separator becomes `_root/`, `..` becomes `_up`, a drive letter loses its colon, and a segment too long for
    a file system is cut and told apart by its digest. Raises BadPath for empty names and control characters.
    """
    if not path or path.endswith(("/", "\\")):
        raise BadPath("a file has no name")
    if _CONTROL.search(path):
        raise BadPath("a file name holds a control character")
    if len(path) > _LONGEST_PATH:
        raise BadPath(f"a file name is longer than {_LONGEST_PATH} characters")
    parts = _SEPARATOR.split(path)
    if parts[0] == "":
        parts[0] = ROOT
    elif _DRIVE.match(parts[0]) and len(parts[0]) == 2:
        parts[0] = parts[0][0] + "_"
    safe = "".join(_safe_segment(part) for part in parts)
    if posixpath.normpath(safe) == ".":
        raise BadPath("a file has no name")
    return safe


def safe_prefix(prefix: str) -> str:
    """Return a remapping's context or target, which is the beginning of a path, rewritten as paths are."""
    if not prefix:
        return prefix
    if prefix.endswith(("/", "\\")):
        body = prefix[:-1]
        return (safe_path(body) if body else ROOT) + prefix[-1]
    return safe_path(prefix)


def check_tree(paths: Iterable[str]) -> None:
    """Raise BadPath unless all `paths` can stand beside each other in one folder."""
    on_disk: set[str] = set()
    for path in paths:
        normal = posixpath.normpath(path)
        if normal in on_disk:
            raise BadPath(f"two files would both be '{normal}'")
        on_disk.add(normal)
    for path in on_disk:
        folder = posixpath.dirname(path)
        while folder:
            if folder in on_disk:
                raise BadPath(f"'{folder}' is both a file and a folder")
            folder = posixpath.dirname(folder)


def _safe_segment(segment: str) -> str:
    if segment == "..":
        return UP
    data = segment.encode("utf-8")
    if len(data) <= _LONGEST_SEGMENT_BYTES:
        return segment
    kept = data[: _LONGEST_SEGMENT_BYTES // 2].decode("utf-8", "ignore")
    return f"{kept}_{hashlib.sha256(data).hexdigest()[:16]}"
