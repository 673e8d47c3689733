"""What the text of a Solidity file says before any compiler reads it: imports, pragmas, contracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SKIPPED = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_IMPORT = re.compile(r"\bimport\b")
_PRAGMA = re.compile(r"\bpragma\s{1,99}solidity\s")
_HEADER = re.compile(r"\s*(abstract\s+)?contract\s+([A-Za-z_$][\w$]{0,199})\s*(?:\bis\s(.*))?\Z", re.DOTALL)
_BASE = re.compile(r"(?:^|,)\s*([A-Za-z_$][\w$.]*)")
_CALL = re.compile(r"\([^()]*\)")
_LONGEST_HEADER = 4_000
_LONGEST_PRAGMA = 200


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
    """Return what a file says. Comments and the insides of strings are not taken for code.

    Each statement is looked at once, so that a stranger's file costs no more than its length.
    """
    bare = _SKIPPED.sub(lambda found: _blanked(found.group(), keep_strings=True), source)
    code = _SKIPPED.sub(lambda found: _blanked(found.group(), keep_strings=False), source)
    imports: dict[str, None] = {}
    pragmas: dict[str, None] = {}
    for start, statement in _pieces(code, ";"):
        path = _imported(statement, bare[start : start + len(statement)])
        if path:
            imports[path] = None
        for found in list(_PRAGMA.finditer(statement))[-1:]:
            pragmas[" ".join(statement[found.end() :].split())[:_LONGEST_PRAGMA]] = None
    return Read(tuple(imports), tuple(pragmas), tuple(_contracts(code)))


def _pieces(text: str, end: str) -> Iterator[tuple[int, str]]:
    """Return what stands before each `end`, with its place."""
    start = 0
    for piece in text.split(end)[:-1]:
        yield start, piece
        start += len(piece) + len(end)


def _imported(statement: str, bare: str) -> str:
    """Return the path of an import statement; `bare` is the same text with its strings."""
    begin = -1
    for found in _IMPORT.finditer(statement):
        begin = found.end()
    quotes = [at for at in (statement.find('"', begin), statement.find("'", begin)) if at >= 0] if begin >= 0 else []
    if not quotes:
        return ""
    first = min(quotes)
    last = statement.find(statement[first], first + 1)
    return bare[first + 1 : last] if last > first + 1 else ""


def _contracts(code: str) -> Iterator[Declared]:
    """A contract is declared between the end of what came before it and its opening brace."""
    line, counted = 1, 0
    for start, piece in _pieces(code, "{"):
        begin = max(piece.rfind(";"), piece.rfind("}")) + 1
        header = piece[begin:]
        found = _HEADER.match(header) if len(header) <= _LONGEST_HEADER else None
        if found is not None:
            at = start + begin + len(header) - len(header.lstrip())
            line, counted = line + code.count("\n", counted, at), at
            yield Declared(found[2], line, bool(found[1]), _bases(found[3] or ""))


def _blanked(text: str, *, keep_strings: bool) -> str:
    if text[0] in "\"'":
        return text if keep_strings else text[0] + " " * (len(text) - 2) + text[0]
    return re.sub(r"[^\n]", " ", text)


def _bases(text: str) -> tuple[str, ...]:
    while _CALL.search(text):
        text = _CALL.sub("", text)
    return tuple(name.rsplit(".", 1)[-1] for name in _BASE.findall(text))
