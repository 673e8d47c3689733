"""Smart-contract auditing and governance-risk scanner for DAOs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.library import Options, Scan, judge, load, scan

__version__ = "0.1.0"
__all__ = ["Options", "Scan", "__version__", "judge", "load", "scan"]


def __getattr__(name: str) -> Any:
    """Import the library when it is first asked for: the command line starts without it."""
    if name in ("Options", "Scan", "judge", "load", "scan"):
        from scanner import library

        return getattr(library, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
