"""Where templates and styles are: beside the package when installed, at the top of a checkout otherwise."""

from __future__ import annotations

from pathlib import Path

from scanner.model.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent.parent


def reports_folder() -> Path:
    """Return the folder that holds `templates/` and `styles/`."""
    for folder in (_PACKAGE / "reports", _PACKAGE.parent / "reports"):
        if (folder / "templates").is_dir():
            return folder
    raise UsageError("the report templates are missing", hint="install daoscan again: the package is not complete")


def style() -> str:
    """Return the style sheet, as it goes into the page."""
    return (reports_folder() / "styles" / "report.css").read_text(encoding="utf-8").strip()
