"""The text of a function by which published library code is known again, wherever a verified source puts it."""

from __future__ import annotations

import hashlib
import re

_TOKENS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/|\s+', re.S)


def text_digest(text: str) -> str:
    """Return the SHA-256 of a function's text without comments and white space; what stands in quotes is kept.

    Paths and names of files are the choice of whoever verified the source, the text of what runs is not.
    """
    bare = _TOKENS.sub(lambda match: match.group() if match.group()[0] in "\"'" else "", text)
    return "0x" + hashlib.sha256(bare.encode("utf-8", errors="replace")).hexdigest()
