"""What a folder of sources holds, as one digest: another file in it is another input of a scan."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from scanner.model.errors import UsageError

_CHUNK = 2**20
_Seen = tuple[str, int, int, int]
"""Name below the folder, size in bytes, time of the last change in nanoseconds, inode."""


class Contents:
    """The files of a folder that `scanner.sources.folder.Folder` may read: `*.json`, and `<chainId>/*.json`.

    `digest` looks at names, sizes and times each time, and reads the files only where these have changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[_Seen, ...] | None = None
        self._digest = ""

    def digest(self) -> str:
        """Return the SHA-256 over names and contents, hex; where the folder lies does not count.

        Raises UsageError where there is no such folder.
        """
        try:
            seen = tuple(sorted(self._look()))
        except OSError as error:
            what = f"the folder of sources cannot be read: {error.strerror}"
            hint = "name a folder of standard-JSON files"
            raise UsageError(what, where=f"--sources {self._folder}", hint=hint) from error
        if seen != self._seen:
            told = hashlib.sha256()
            for name, *_ in seen:
                told.update(f"{name}\0{_of_file(self._folder / name)}\n".encode("utf-8", "surrogateescape"))
            self._digest, self._seen = told.hexdigest(), seen
        return self._digest

    def _look(self) -> Iterator[_Seen]:
        with os.scandir(self._folder) as entries:
            inside = list(entries)
        for entry in inside:
            if entry.name.isdecimal() and entry.is_dir():
                with os.scandir(entry.path) as entries:
                    yield from (_seen(one, f"{entry.name}/") for one in entries if _counts(one))
            elif _counts(entry):
                yield _seen(entry, "")


def _counts(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(".json") and entry.is_file()


def _seen(entry: os.DirEntry[str], below: str) -> _Seen:
    about = entry.stat()
    return below + entry.name, about.st_size, about.st_mtime_ns, about.st_ino


def _of_file(path: Path) -> str:
    told = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                told.update(chunk)
    except OSError:
        return "unreadable"  # as a scan takes it: not there for now
    return told.hexdigest()
