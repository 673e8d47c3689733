"""A Snapshot space (`--snapshot-space FILE|ID`): read from a file, or from the hub when the user names an id.

What stands there was written by strangers and binds nobody on chain. It is read for its settings only: strategies,
validation, privacy, admins. Nothing that members wrote is looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from scanner.model.errors import UsageError

MAX_BYTES = 1_000_000
_TIMEOUT_SECONDS = 15.0
_ID = re.compile(r"[a-z0-9][a-z0-9.:_-]{0,99}\Z")
_QUERY = (
    "query($id:String!){space(id:$id){id name network strategies{name network params} filters{minScore onlyMembers} "
    "validation{name params} voteValidation{name params} "
    "voting{delay period quorum type privacy hideAbstain aliased} "
    "admins moderators members treasuries{name address network} plugins boost{enabled bribeEnabled}}}"
)


@dataclass(frozen=True)
class SpaceDocument:
    """The JSON of one space, and where it came from."""

    where: str
    sha256: str
    space: Mapping[str, Any]


def read_space(named: str, *, hub: str) -> SpaceDocument:
    """Return the space in a file, or of that id from the hub where one may be asked. Raises UsageError."""
    path = Path(named)
    if path.is_file():
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"more than {MAX_BYTES} bytes are no space", where=named)
        return _document(path.read_bytes(), path.name)
    if not hub or not _ID.match(named) or "." not in named:
        raise UsageError(
            "neither a file nor the id of a space" if hub else "no such file",
            where="--snapshot-space",
            hint="save the answer of the hub in a file, or give an id such as river.eth to a scan",
        )
    return _document(_ask(named, hub), f"{hub}#{named}")


def _ask(space: str, hub: str) -> bytes:
    try:
        with httpx.stream(
            "POST", hub, json={"query": _QUERY, "variables": {"id": space}}, timeout=_TIMEOUT_SECONDS
        ) as response:
            if response.status_code != httpx.codes.OK:
                raise UsageError(f"the hub answers with HTTP {response.status_code}", where=space, hint=_SAVE)
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_BYTES:
                    raise UsageError(f"more than {MAX_BYTES} bytes are no space", where=space)
            return bytes(body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UsageError(f"the hub cannot be asked: {type(error).__name__}", where=space, hint=_SAVE) from error


_SAVE = "save its settings in a file and name that"


def _document(body: bytes, where: str) -> SpaceDocument:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError("not JSON", where=where) from error
    for key in ("data", "space"):
        if isinstance(found, dict) and key in found:
            found = found[key]
    if not isinstance(found, dict) or not isinstance(found.get("id"), str) or "strategies" not in found:
        raise UsageError(
            "no space of Snapshot", where=where, hint='it holds {"id": …, "strategies": […]}, or the answer of the hub'
        )
    return SpaceDocument(where, "0x" + hashlib.sha256(body).hexdigest(), found)
