"""Result files: all of them or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scanner.model.errors import OutputError


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


def _failed(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"the results could not be written: {error.strerror or type(error).__name__}",
        where=str(folder),
        hint="check the free space and the rights of the folder; earlier results are untouched",
    )
