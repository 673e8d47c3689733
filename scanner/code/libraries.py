"""Which source paths are library code. A path is what whoever verified the source called it, nothing more."""

from __future__ import annotations

_FOLDERS = frozenset({"node_modules", "lib", "openzeppelin"})
_PREFIXES = (
    "openzeppelin-",
    "safe-contracts",
    "safe-smart-account",
    "solmate",
    "solady",
    "solbase",
    "forge-std",
    "prb-math",
)


def is_library_path(path: str) -> bool:
    """Return whether a source path lies in an npm package (`@scope/…`, `node_modules`), in Foundry's `lib/`, or in the
    folder of a well-known library."""
    folders = [part.lower() for part in path.replace("\\", "/").split("/")[:-1]]
    return any(
        folder in _FOLDERS or folder.startswith(_PREFIXES) or (folder.startswith("@") and len(folder) > 1)
        for folder in folders
    )
