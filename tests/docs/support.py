"""The files that a page of the documentation shows, and its commands."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.forked import Done, run

DOCS = Path(__file__).resolve().parents[2] / "docs"
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def text_of(page: str) -> str:
    """Return a page of the documentation."""
    return (DOCS / page).read_text(encoding="utf-8")


def write_files(page: str, folder: Path) -> list[str]:
    """Write the files that a page shows into `folder`, as a reader would, and return their names."""
    names = []
    for name, content in _FILE.findall(text_of(page)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        names.append(name)
    return names


def daoscan(*words: str, folder: Path) -> Done:
    """Run the command line in `folder`."""
    return run(words, _environment(), seconds=240, folder=folder)


def _environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith("DAOSCAN_") or name == "DAOSCAN_CACHE"
    }
