"""Text that comes from a chain, made safe for Markdown as forums and code hosts read it.

Escaping alone is not enough: mentions, issue numbers, addresses and emoji are looked for in the *rendered* text, after
escapes and entities are gone. What would become one of these is taken apart with brackets, as analysts write addresses
that nobody should follow: `[@]name`, `evil[.]com`. A reader sees that it was done; report.json has the text as it was.
"""

from __future__ import annotations

import re

from scanner.render.text import Exact, readable, visible

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(r"[\\`*_{}\[\]|~$^!#&<>]")
_START = re.compile(r"[-+=:]|\d+(?=[.)])")
_BLANKS = re.compile(r"[ \t\r\n]+")
_DOMAINS = "aero|app|arpa|asia|biz|com|coop|dev|edu|eth|finance|gov|info|int|io|link|mil|mobi|museum|name|net|network"
_DOMAINS += "|onion|online|org|page|pro|shop|site|tel|travel|web|website|xn--[a-z0-9-]+|xxx|xyz"
_ACTIVE = (
    re.compile(r"(:)(?=//)"),  # addresses with a scheme
    re.compile(r"(?<=mailto)(:)|(?<=xmpp)(:)", re.IGNORECASE),
    re.compile(r"(?<=\bwww)(\.)", re.IGNORECASE),
    re.compile(rf"(?<=[^\W_])(\.)(?=(?:[^\W\d_]{{2}}|{_DOMAINS})(?![^\W_]))", re.IGNORECASE),  # bare domains
    re.compile(r"(@)"),  # mentions, mail addresses, commits of other repositories
    re.compile(r"(#)(?=\w)"),  # issues, tags
    re.compile(r"(?<=\bGH)(-)(?=\d)", re.IGNORECASE),
    re.compile(r"(:)(?=[a-z+-][a-z0-9_+-]*:)", re.IGNORECASE),  # emoji
)
_CODE = re.compile(r"[^`|\\]*")


def inert(text: str, limit: int = 600) -> str:
    """Return `text` as one line that no Markdown reader takes for markup, a link or a mention.

    It may stand anywhere in a line, in a table too. Empty text is an en dash.
    """
    shown = readable(_BLANKS.sub(" ", text).strip(), limit=limit).strip()
    for pattern in _ACTIVE:
        shown = pattern.sub(lambda match: f"[{match.group()}]", shown)
    escaped = _SPECIAL.sub(lambda match: _ENTITIES.get(match.group(), f"\\{match.group()}"), shown)
    return _START.sub(_start_escaped, escaped, count=1) if _START.match(escaped) else escaped or "–"


def _start_escaped(match: re.Match[str]) -> str:
    """A list, a rule or a heading may begin where the text does."""
    found = match.group()
    return f"{found}\\" if found.isdigit() else f"\\{found}"


def code(text: str) -> str:
    """Return `text` as a code span, or inert where it holds what ends one (also in a table). Commands are not cut."""
    shown = visible(text) if isinstance(text, Exact) else readable(_BLANKS.sub(" ", text).strip(), limit=4000)
    return f"`{shown}`" if shown and _CODE.fullmatch(shown) else inert(text)
