"""Where the built-in rules are: in the wheel beside the package, or in a checkout above it."""

from __future__ import annotations

from pathlib import Path

import scanner


def rules_root() -> Path:
    """Return the folder of the built-in packs and scenarios."""
    package = Path(scanner.__file__).parent
    installed = package / "_content" / "rules"
    return installed if installed.is_dir() else package.parent / "rules"
