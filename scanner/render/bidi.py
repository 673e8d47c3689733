"""Text of two directions in one line: what reads from left to right is set apart, so that nothing around it moves.

Works on text that is visible already: directional characters of strangers are written out by then, so the isolates
(Unicode Bidirectional Algorithm, UAX 9: LRI, FSI, PDI) that are put in here are the only ones and come in pairs.
"""

from __future__ import annotations

import re

LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_CORE = r"[A-Za-z0-9\u00c0-\u024f]"
_JOINT = r"[!-~\u00c0-\u024f…≈×–→·]"
_WORD = rf"{_JOINT}*{_CORE}{_JOINT}*"
_RUN = re.compile(rf"[(\[{{<\"'«“≈@#$/~+=.-]*(?:≈ )?{_CORE}{_JOINT}*(?:(?: [×→·|=+–-])* {_WORD})*")
_TOKEN = re.compile(r"(?:[#.]?[A-Za-z](?:[A-Za-z0-9./?=&_%#~:+,;-]*[A-Za-z0-9/=])?|(?:0x)?[0-9a-fA-F]*|[0-9.,]*)\Z")
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<", "”": "“", "»": "«"}
_END = ".,:;!?"


def isolated(text: str) -> str:
    """Return `text` for a page that reads from right to left: every run of Latin letters and digits is isolated.

    A single word that may be an id, a class, an address or a digest stays as it is: it needs none, attributes hold
    such, and what is copied from the page must not carry what cannot be seen.
    """
    if _TOKEN.match(text):
        return text
    return _RUN.sub(_isolate, text)


def foreign(text: str) -> str:
    """Return text that somebody else wrote, isolated as a whole; its first letter decides on its direction."""
    return f"{FSI}{text}{PDI}" if text else ""


def has_rtl(text: str) -> bool:
    """Return whether a letter of `text` belongs to a script that is written from right to left."""
    return _RTL.search(text) is not None


def _isolate(match: re.Match[str]) -> str:
    """Leave punctuation that belongs to the sentence outside: a full stop, a bracket whose partner is not inside."""
    begin, end = 0, len(match.group())
    run = match.group()
    moved = True
    while moved and begin < end:
        moved = False
        last, first = run[end - 1], run[begin]
        inside = run[begin:end]
        if last in _END or (last in _PAIRS and inside.count(_PAIRS[last]) < inside.count(last)):
            end, moved = end - 1, True
        elif first in _PAIRS.values():
            closing = next(one for one, opening in _PAIRS.items() if opening == first)
            if inside.count(closing) < inside.count(first):
                begin, moved = begin + 1, True
    if begin >= end:
        return run
    return f"{run[:begin]}{LRI}{run[begin:end]}{PDI}{run[end:]}"
