"""What the text of a Solidity file says before any compiler reads it: imports, pragmas, contracts."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SKIPPED = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_IMPORT = re.compile(r"""\bimport\s+(?:[^"';]*?\bfrom\s+)?(["'])(?P<path>(?:\\.|(?!\1).)+)\1""")
_PRAGMA = re.compile(r"\bpragma\s+solidity\s+([^;]+);")
_CONTRACT = re.compile(r"\b(abstract\s+)?contract\s+([A-Za-z_$][\w$]*)\s*(?:is\s+([^{]*))?\{")
_BASE = re.compile(r"(?:^|,)\s*([A-Za-z_$][\w$.]*)")
_CALL = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Declared:
    """A contract as its file declares it; `bases` are names as they are written."""

    name: str
    line: int
    abstract: bool
    bases: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """What one file says. `pragmas` are the expressions after `pragma solidity`."""

    imports: tuple[str, ...]
    pragmas: tuple[str, ...]
    contracts: tuple[Declared, ...]


def read_text(source: str) -> Read:
    """Return what a file says. Comments and the insides of strings are not taken for code."""
    bare = _SKIPPED.sub(lambda found: _blanked(found.group(), keep_strings=True), source)
    code = _SKIPPED.sub(lambda found: _blanked(found.group(), keep_strings=False), source)
    return Read(
        imports=tuple(dict.fromkeys(bare[slice(*found.span("path"))] for found in _IMPORT.finditer(code))),
        pragmas=tuple(dict.fromkeys(" ".join(found.split()) for found in _PRAGMA.findall(code))),
        contracts=tuple(
            Declared(name, code.count("\n", 0, at) + 1, bool(abstract), _bases(bases))
            for at, abstract, name, bases in (
                (found.start(), found[1], found[2], found[3] or "") for found in _CONTRACT.finditer(code)
            )
        ),
    )


def _blanked(text: str, *, keep_strings: bool) -> str:
    if text[0] in "\"'":
        return text if keep_strings else text[0] + " " * (len(text) - 2) + text[0]
    return re.sub(r"[^\n]", " ", text)


def _bases(text: str) -> tuple[str, ...]:
    while _CALL.search(text):
        text = _CALL.sub("", text)
    return tuple(name.rsplit(".", 1)[-1] for name in _BASE.findall(text))
