"""The folder in which imported lists are kept: one file for each edition, whole or not there."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from scanner.lists.interface import AddressList
from scanner.model.errors import OutputError, UsageError
from scanner.model.values import HexBytes, Model

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")
SUFFIX = ".list.json"


class _Kept(Model):
    """A list as it stands in the folder; the digest shows a change made by hand."""

    list: AddressList
    entries_sha256: HexBytes


def default_folder() -> Path:
    """Return where lists are kept: DAOSCAN_LISTS, else the user's data folder."""
    given = os.environ.get("DAOSCAN_LISTS")
    if given:
        return Path(given)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "daoscan" / "lists"


class ListFolder:
    """Imported lists in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self) -> tuple[AddressList, ...]:
        """Return every list, by name and day. Raises UsageError for a file that is none or was changed."""
        try:
            paths = sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else []
            kept = [_read(path) for path in paths]
        except OSError as error:
            raise UsageError(f"the lists cannot be read: {error.strerror}", where=str(self.folder)) from error
        return tuple(sorted(kept, key=lambda one: (one.name.casefold(), one.published, one.sha256)))

    def add(self, new: AddressList) -> bool:
        """Keep an edition; return False when the very same is here already.

        Raises UsageError when another file is kept for the same name and day, OutputError when it cannot be written.
        """
        for old in self.load():
            if (old.name.casefold(), old.published) == (new.name.casefold(), new.published):
                if old == new:
                    return False
                raise UsageError(
                    f"another file is kept as {old.name} of {old.published}",
                    where=f"{old.file}, SHA-256 {old.sha256[2:14]}…",
                    hint=f"daoscan lists remove {old.name!r} --published {old.published}",
                )
        _write(self.folder, self._path(new), new)
        return True

    def remove(self, name: str, published: str = "") -> tuple[AddressList, ...]:
        """Remove the editions of a name, or the one of a day; return them. Raises UsageError when there is none."""
        gone = tuple(
            one for one in self.load() if one.name.casefold() == name.casefold() and published in ("", one.published)
        )
        if not gone:
            raise UsageError(f"no list {name[:80]!r} is kept here", where=str(self.folder), hint="daoscan lists show")
        try:
            for one in gone:
                self._path(one).unlink()
        except OSError as error:
            raise OutputError(f"the list could not be removed: {error.strerror}", where=str(self.folder)) from error
        return gone

    def _path(self, one: AddressList) -> Path:
        slug = _NOT_IN_A_NAME.sub("-", one.name.casefold()).strip("-")
        told = hashlib.sha256(one.name.casefold().encode()).hexdigest()[:8]
        return self.folder / f"{slug}-{told}-{one.published}{SUFFIX}"


def choose(kept: Sequence[AddressList], name: str) -> tuple[AddressList, ...]:
    """Return the kept editions of a name. Raises UsageError when there is none."""
    found = tuple(one for one in kept if one.name.casefold() == name.casefold())
    if not found:
        names = ", ".join(sorted({one.name for one in kept}, key=str.casefold)) or "none"
        raise UsageError(f"no such file or imported list: {name[:80]!r}", hint=f"imported lists: {names}")
    return found


def _digest(one: AddressList) -> str:
    return "0x" + hashlib.sha256(one.model_dump_json().encode()).hexdigest()


def _read(path: Path) -> AddressList:
    try:
        kept = _Kept.model_validate_json(path.read_bytes())
    except ValidationError:
        raise UsageError(
            "not a list of this version", where=str(path), hint="remove the file and import again"
        ) from None
    if _digest(kept.list) != kept.entries_sha256:
        raise UsageError("the list was changed since its import", where=str(path), hint="remove it and import again")
    return kept.list


def _write(folder: Path, path: Path, one: AddressList) -> None:
    """Write aside, then move: a full disk or an interruption leaves what was there."""
    data = _Kept(list=one, entries_sha256=_digest(one)).model_dump_json(indent=1).encode() + b"\n"
    aside: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".import-", dir=folder)
        aside = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        raise OutputError(
            f"the list could not be kept: {error.strerror or type(error).__name__}",
            where=str(folder),
            hint="check the free space and the rights of the folder, or name another with DAOSCAN_LISTS",
        ) from error
    finally:
        if aside is not None:
            aside.unlink(missing_ok=True)
