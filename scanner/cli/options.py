"""Reading what a user typed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from scanner.checksum import wrong_checksum
from scanner.model.errors import UsageError

_ADDRESS = re.compile(r"(?:eip155:([0-9]{1,20}):)?(0x[0-9a-fA-F]{40})\Z")
_NUMBER = re.compile(r"[0-9]{1,18}\Z")


def parse_target(text: str) -> tuple[int | None, str]:
    """Return chain id (where CAIP-10 names one) and lower-case address. Raises UsageError."""
    found = _ADDRESS.match(text.strip())
    if found is None:
        raise UsageError(
            f"not an address: {text[:80]!r}",
            hint="an address is 0x and 40 hex digits; with its chain: eip155:1:0x…",
        )
    address = found.group(2)
    if wrong_checksum(address):
        raise UsageError(
            f"the checksum of {address} is wrong (EIP-55)",
            hint="a digit was probably mistyped; write it all in lower case to leave the checksum out",
        )
    return (int(found.group(1)) if found.group(1) else None), address.lower()


def token_addresses(given: Sequence[str] | None, chain_id: int | None) -> tuple[str, ...]:
    """Return each token that was named once, sorted. Raises UsageError, also for one of another chain than the DAO."""
    found = [parse_target(one) for one in given or ()]
    for named, address in found:
        if named is not None and named != chain_id:
            raise UsageError(
                f"--token names chain {named} for {address}, and nothing says that the DAO is on it",
                hint="balances are read on the DAO's own chain: leave the chain out, or name the DAO's as well",
            )
    return tuple(sorted({address for _, address in found}))


def parse_time(text: str | None) -> int | None:
    """Return seconds since 1970 from a number or an ISO date; a date without zone is UTC. Raises UsageError."""
    if text is None:
        return None
    if _NUMBER.match(text):
        at = int(text)
    else:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            hint = "give seconds since 1970 or a date such as 2026-05-01 or 2026-05-01T12:00:00Z"
            raise UsageError(f"not a time: {text[:60]!r}", hint=hint) from None
        at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    if at > time.time() + 86_400 * 366 * 50:
        raise UsageError(f"not a time: {text[:60]!r} is more than fifty years away")
    return at


def default_cache_dir() -> Path:
    """Return where results that cost something are kept: DAOSCAN_CACHE, else the user's cache folder."""
    given = os.environ.get("DAOSCAN_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "daoscan"
