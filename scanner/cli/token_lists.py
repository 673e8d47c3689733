"""Tokens that a user names: single addresses, or lists of them in files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.cli.options import token_addresses
from scanner.model.errors import UsageError
from scanner.model.snapshot import InputDigest
from scanner.sources.strict import NotReadable, mapping, objects, read_json, text

MAX_BYTES = 20_000_000
MAX_TOKENS = 1_000
"""Tokens of one chain; each is asked about every treasury."""


@dataclass(frozen=True)
class Tokens:
    """Their addresses on the DAO's chain, and the digest of each list that they come from."""

    addresses: tuple[str, ...] = ()
    lists: tuple[InputDigest, ...] = ()


def read_tokens(given: Sequence[str] | None, chain_id: int | None) -> Tokens:
    """Return the tokens that were named, one by one or in files; those of other chains are left out of lists.

    A file is a token list (JSON with `tokens`, each with `chainId` and `address`), or text with one address on each
    line and `#` before a comment. Raises UsageError with file and line.
    """
    single: list[str] = []
    listed: list[str] = []
    digests: list[InputDigest] = []
    for one in given or ():
        path = Path(one)
        if one.lower().startswith(("0x", "eip155:")) or not path.is_file():
            single.append(one)
            continue
        data = _bytes(path)
        listed += (
            _of_json(path, data, chain_id) if data.lstrip()[:1] in (b"{", b"[") else _of_text(path, data, chain_id)
        )
        digests.append(InputDigest(name=f"tokens {path.name}", sha256="0x" + hashlib.sha256(data).hexdigest()))
    addresses = tuple(sorted({*token_addresses(single, chain_id), *listed}))
    if len(addresses) > MAX_TOKENS:
        raise UsageError(
            f"{len(addresses)} tokens, more than the {MAX_TOKENS} that are asked about", hint="give a shorter list"
        )
    return Tokens(addresses, tuple(digests))


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"larger than {MAX_BYTES} bytes", where=str(path), hint="give a shorter list")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), hint="check its rights") from None


def _of_json(path: Path, data: bytes, chain_id: int | None) -> list[str]:
    try:
        found = objects(mapping(read_json(data)).get("tokens"))
    except NotReadable as error:
        raise UsageError(
            str(error), where=str(path), hint="a token list is JSON, or one address on each line"
        ) from None
    if not found:
        raise UsageError("no tokens in it", where=str(path), hint='a token list has "tokens", each with "address"')
    if chain_id is None:
        raise UsageError("it lists tokens by chain, and the DAO's is not named", where=str(path), hint="--chain-id ID")
    here = [one for one in found if one.get("chainId") == chain_id]
    return [
        address
        for number, one in enumerate(here, 1)
        for address in _one(path, number, text(one.get("address")), chain_id)
    ]


def _of_text(path: Path, data: bytes, chain_id: int | None) -> list[str]:
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeError:
        raise UsageError("not UTF-8 text", where=str(path), hint="one address on each line") from None
    return [
        address
        for number, line in enumerate(lines, 1)
        if (said := line.partition("#")[0].strip())
        for address in _one(path, number, said, chain_id)
    ]


def _one(path: Path, number: int, said: str, chain_id: int | None) -> Iterator[str]:
    try:
        yield from token_addresses([said], chain_id)
    except UsageError as error:
        raise UsageError(str(error), where=f"{path}:{number}", hint=error.hint) from None
