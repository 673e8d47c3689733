"""Digest the functions of published libraries that `rules/data/set_aside.json` names.

    python -m tools.known_functions FOLDER… > rules/data/known_functions.json

Each FOLDER is an unpacked npm package of a library (`npm pack @openzeppelin/contracts@5.4.0`).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.code.function_text import text_digest
from scanner.content import rules_dir

LIBRARIES = {
    "@openzeppelin/": "OpenZeppelin Contracts",
    "@safe-global/": "Safe",
    "@gnosis.pm/": "Safe",
    "@semaphore-protocol/": "Semaphore",
    "poseidon-solidity": "Semaphore",
}
_SKIPPED = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)
_CONTRACT = re.compile(r"\b(?:contract|library)\s+(\w+)[^;{]*\{")
_FUNCTION = re.compile(r"\bfunction\s+(\w+)")


def functions_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield ("Contract.function", text) of every function with a body in a Solidity file."""
    masked = _SKIPPED.sub(lambda match: " " * len(match.group()), text)
    for contract in _CONTRACT.finditer(masked):
        end = _closing(masked, contract.end() - 1)
        for function in _FUNCTION.finditer(masked, contract.end(), end):
            opening = re.compile(r"[;{]").search(masked, function.end(), end)
            if opening is not None and opening.group() == "{":
                last = _closing(masked, opening.start())
                yield f"{contract.group(1)}.{function.group(1)}", text[function.start() : last + 1]


def _closing(masked: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(masked)):
        depth += {"{": 1, "}": -1}.get(masked[place], 0)
        if depth == 0:
            return place
    return len(masked) - 1


def known_functions(folders: Sequence[Path], wanted: set[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Return, by library, function and digest, the packages that hold it."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for folder in folders:
        package = json.loads((folder / "package.json").read_text("utf-8"))
        library = next(name for prefix, name in LIBRARIES.items() if package["name"].startswith(prefix))
        version = f"{package['name']} {package['version']}"
        for path in sorted(one for one in folder.rglob("*.sol") if one.is_file()):
            for name, text in functions_of(path.read_text("utf-8", errors="replace")):
                if name in wanted:
                    versions = found.setdefault(library, {}).setdefault(name, {}).setdefault(text_digest(text), [])
                    versions += [] if version in versions else [version]
    return {
        library: {
            name: {digest: ", ".join(sorted(versions)) for digest, versions in sorted(digests.items())}
            for name, digests in sorted(functions.items())
        }
        for library, functions in sorted(found.items())
    }


def main(folders: Sequence[str]) -> None:
    """Print the file."""
    rows = json.loads((rules_dir() / "data" / "set_aside.json").read_text("utf-8"))
    wanted = {name for row in rows for name in row.get("functions", ())}
    print(json.dumps(known_functions([Path(one) for one in folders], wanted), indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
