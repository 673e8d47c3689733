"""The node's URL, and what of it may be shown: keys live in paths, queries and user names."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from scanner.model.errors import UsageError

MAX_TEXT = 200
_SHORTEST_SECRET = 6


@dataclass(frozen=True)
class Endpoint:
    """A JSON-RPC URL. `shown` is its scheme and host; nothing else of it is ever printed, logged or kept."""

    url: str = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(repr=False)

    def redact(self, text: str) -> str:
        """Return one short, printable line of a node's words, with everything taken out that came from the URL."""
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return one_line(text)


def parse_endpoint(url: str) -> Endpoint:
    """Check a node URL. Raises UsageError, without repeating the URL, when it is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            "the node URL is not usable",
            where="--rpc-url",
            hint="give an http:// or https:// JSON-RPC URL, for example http://127.0.0.1:8545",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    return Endpoint(url=url.strip(), shown=shown, secrets=_secrets_of(url.strip(), parts))


def _secrets_of(url: str, parts: SplitResult) -> tuple[str, ...]:
    """List every part of the URL that may be a key, longest first so that no piece of one is left standing."""
    found = {url, parts.netloc if "@" in parts.netloc else "", parts.path, parts.query}
    found |= {parts.username or "", parts.password or "", parts.fragment}
    found |= set(parts.path.split("/")) | {value for _, value in parse_qsl(parts.query)}
    found |= {unquote(item) for item in found}
    return tuple(sorted((item for item in found if len(item) >= _SHORTEST_SECRET), key=lambda item: (-len(item), item)))


def one_line(text: str) -> str:
    """Return a stranger's text without control and format characters, on one line, cut to 200 characters."""
    plain = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text[: 4 * MAX_TEXT])
    plain = " ".join(plain.split())
    return plain if len(plain) <= MAX_TEXT else plain[: MAX_TEXT - 1] + "…"
