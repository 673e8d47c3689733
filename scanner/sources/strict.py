"""JSON from strangers: read strictly, and taken apart without surprises."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class NotReadable(ValueError):
    """The text is no JSON that can be used; the message says why."""


def read_json(data: bytes) -> Any:
    """Return the JSON value in `data` (UTF-8).

    Raises NotReadable for anything else, for duplicate keys (RFC 8259 leaves their meaning open), for NaN and
    infinities, for nesting that is too deep and for strings that are no Unicode text (lone surrogates).
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
        if _SURROGATE_ESCAPE.search(data):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except NotReadable:
        raise
    except UnicodeError:
        raise NotReadable("not UTF-8 text") from None
    except RecursionError:
        raise NotReadable("nested too deeply") from None
    except ValueError as error:
        raise NotReadable(f"not JSON ({shown(str(error))})") from None
    return value


def canonical(value: Any) -> str:
    """Return `value` as JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """Return `value` if it is a string, else the empty one."""
    return value if isinstance(value, str) else ""


def objects(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the JSON objects of a JSON array; nothing else is kept."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def shown(message: str, *, limit: int = 160) -> str:
    """Return a stranger's text fit for a message: one line, no control or invisible characters, cut to `limit`."""
    clean = _CONTROL.sub(" ", message).strip()
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotReadable(f"the key '{shown(twice, limit=60)}' stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise NotReadable(f"{name} is no JSON number")
