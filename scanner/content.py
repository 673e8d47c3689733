"""Where things are: the rules and reports that travel with the program, and the user's cache."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scanner.model.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def rules_dir() -> Path:
    """Return the folder of the built-in rule packs, installed or in a checkout."""
    return _content("rules")


def reports_dir() -> Path:
    """Return the folder of report templates, styles and locales, installed or in a checkout."""
    return _content("reports")


def default_cache_dir(environment: Mapping[str, str] | None = None) -> Path:
    """Return `daoscan` below DAOSCAN_CACHE, else below XDG_CACHE_HOME (XDG Base Directory Specification), else below
    `~/.cache`. It need not exist."""
    values = os.environ if environment is None else environment
    below = values.get("DAOSCAN_CACHE") or values.get("XDG_CACHE_HOME")
    return (Path(below).expanduser() if below else Path.home() / ".cache") / "daoscan"


def _content(name: str) -> Path:
    # A wheel carries the folders inside the package; a checkout has them beside it.
    for place in (_PACKAGE / "_content" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise UsageError(
        f"The folder '{name}' that comes with daoscan is missing.",
        where=str(_PACKAGE),
        hint="Install daoscan again, or run it from a complete checkout.",
    )
