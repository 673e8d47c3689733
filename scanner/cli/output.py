"""Result files: all of them or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scanner.model.errors import OutputError

RESULTS = ("report.html", "report.json", "report.sarif", "report.md", "report.csv", "report.pdf", "snapshot.json")


def write_all(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write every file into `folder`, or leave what was there as it was. Raises OutputError.

    The files are written aside first, so that a full disk or an interruption leaves nothing half-written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".daoscan-", dir=folder))
    except OSError as error:
        raise _failed(folder, error) from error
    try:
        for name, data in files.items():
            with (aside / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for name in files:
            os.replace(aside / name, folder / name)
    except OSError as error:
        raise _failed(folder, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return tuple(folder / name for name in files)


def check_folder(folder: Path) -> None:
    """Raise OutputError where results can never be written: better before a scan than after it."""
    nearest = next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)
    if not nearest.is_dir():
        what, hint = (
            f"the results could not be written: {nearest.name} is a file, not a folder",
            "name a folder; it is made when it is not there",
        )
        raise OutputError(what, where=str(folder), hint=hint)
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(
            "the results could not be written: no right to write there",
            where=str(nearest),
            hint="check its rights, or name another",
        )


def left_over(folder: Path, written: Mapping[str, bytes]) -> list[str]:
    """Return result files in the folder that come from an earlier run and are not written now."""
    return [name for name in RESULTS if name not in written and (folder / name).exists()]


def _failed(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"the results could not be written: {error.strerror or type(error).__name__}",
        where=str(folder),
        hint="check the free space and the rights of the folder; earlier results are untouched",
    )
