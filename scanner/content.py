"""Where the rules and reports are that travel with the program."""

from __future__ import annotations

from pathlib import Path

from scanner.model.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def rules_dir() -> Path:
    """Return the folder of the built-in rule packs, installed or in a checkout."""
    return _content("rules")


def reports_dir() -> Path:
    """Return the folder of report templates, styles and locales, installed or in a checkout."""
    return _content("reports")


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
