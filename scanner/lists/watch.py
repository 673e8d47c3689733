"""A reader's own watch list: exact identifiers, one on each line. There is no search for words.

An identifier is an address (`0x…`, or CAIP-10 for one chain), a 32-byte hash, a URI, or a registry number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scanner.model.errors import UsageError
from scanner.model.evidence import Evidence
from scanner.model.lists import WatchHit
from scanner.model.observation import Collection, Known
from scanner.model.snapshot import InputDigest, Snapshot
from scanner.model.values import changed

MAX_BYTES = 10_000_000
MAX_LINE = 2_000
INPUT = "watch list "
HINT = "an address (0x…, or eip155:CHAIN:0x…), a 32-byte hash in hex, a URI, or a registry number (five digits or more)"

_ADDRESS = re.compile(r"(?:eip155:([0-9]{1,20}):)?(0x[0-9a-fA-F]{40})\Z")
_HASH = re.compile(r"(?:0x)?([0-9a-fA-F]{64})\Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+\Z")
_REGISTRY = re.compile(r"[A-Za-z0-9]+(?:[./-][A-Za-z0-9]+)*\Z")
_MOST_LETTERS = 5
_LEAST_DIGITS = 5


@dataclass(frozen=True)
class Identifier:
    """`value` is what is compared; `chain_id` limits an address to one chain (0: every chain)."""

    kind: str
    value: str
    shown: str
    chain_id: int = 0


@dataclass(frozen=True)
class WatchList:
    """A file of identifiers."""

    file: str
    sha256: str
    identifiers: tuple[Identifier, ...]


def read_watch(path: Path) -> WatchList:
    """Read a watch list. Raises UsageError with file and line for a line that is no exact identifier."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"the watch list is larger than {MAX_BYTES // 1_000_000} MB", where=path.name)
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"the watch list cannot be read: {error.strerror}", where=path.name) from error
    except UnicodeDecodeError:
        raise UsageError("the watch list is not UTF-8 text", where=path.name) from None
    found: dict[Identifier, None] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip(" \t\r")
        if stripped and not stripped.startswith("#"):
            found[_identifier(stripped, f"{path.name}:{number}")] = None
    if not found:
        raise UsageError("the watch list holds no identifier", where=path.name, hint=HINT)
    return WatchList(path.name, "0x" + hashlib.sha256(data).hexdigest(), tuple(found))


def _identifier(text: str, where: str) -> Identifier:
    if len(text) > MAX_LINE:
        raise UsageError("the line is too long for an identifier", where=where, hint=HINT)
    if address := _ADDRESS.match(text):
        return Identifier("address", address.group(2).lower(), text, int(address.group(1) or 0))
    if found := _HASH.match(text):
        return Identifier("hash", found.group(1).lower(), text)
    if _URI.match(text) and _locates(text):
        return Identifier("uri", text, text)
    letters, digits = sum(c.isalpha() for c in text), sum(c.isdigit() for c in text)
    if _REGISTRY.match(text) and digits >= _LEAST_DIGITS and letters <= _MOST_LETTERS and len(text) <= 64:
        return Identifier("registry-number", text.casefold(), text)
    raise UsageError(f"not an exact identifier: {text[:60]!r}", where=where, hint=f"{HINT}; words are not searched for")


def _locates(text: str) -> bool:
    """Whether a URI names one thing: it has a host, or its scheme addresses by content or by name."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.netloc) or (
        parts.scheme in ("ipfs", "ipns", "ar", "bzz", "did", "urn", "mailto") and bool(parts.path)
    )


@dataclass(frozen=True)
class _Met:
    """An identifier of the snapshot, and where it stands."""

    kind: str
    value: str
    met_as: str
    evidence: tuple[Evidence, ...]


def with_watch(snapshot: Snapshot, watch: Sequence[WatchList]) -> Snapshot:
    """Return the snapshot with the hits of these watch lists in place of any earlier ones, and with their digests."""
    wanted = list(dict.fromkeys(one for each in watch for one in each.identifiers))
    met: dict[tuple[str, str], list[_Met]] = {}
    for one in _identifiers(snapshot):
        met.setdefault((one.kind, one.value), []).append(one)
    hits = {
        (identifier.shown, found.met_as): WatchHit(
            identifier=identifier.shown, kind=identifier.kind, met_as=found.met_as, evidence=found.evidence
        )
        for identifier in wanted
        if identifier.chain_id in (0, snapshot.target.chain_id)
        for found in met.get((identifier.kind, identifier.value), ())
    }
    items = tuple(hits[key] for key in sorted(hits))
    parties = snapshot.dao.counterparties
    reason = "" if parties.complete else parties.reason
    if not watch:
        reason = "no watch list was given (--watch FILE)"
    dao = changed(
        snapshot.dao,
        watch_count=len(wanted),
        watched=Collection[WatchHit](items=items, complete=not reason, reason=reason),
        watched_texts=tuple(f"{hit.identifier} ({hit.met_as})" for hit in items),
    )
    digests = {f"{INPUT}{one.file}": one.sha256 for one in watch}
    others = tuple(one for one in snapshot.inputs if not one.name.startswith(INPUT))
    given = tuple(InputDigest(name=name, sha256=digest) for name, digest in sorted(digests.items()))
    return snapshot.model_copy(update={"dao": dao, "inputs": (*others, *given)})


def _identifiers(snapshot: Snapshot) -> Iterable[_Met]:
    """Yield every exact identifier that the snapshot names."""
    for party in snapshot.dao.counterparties.items:
        yield _Met("address", party.address, ", ".join(party.relations), party.evidence)
    for contract in snapshot.contracts.items:
        if isinstance(contract.codehash, Known):
            where = f"hash of the code at {contract.address}"
            yield _Met("hash", contract.codehash.value.removeprefix("0x"), where, contract.codehash.evidence)
    for proposal in snapshot.proposals.items:
        for piece in proposal.evidence:
            transaction = getattr(piece, "transaction_hash", "")
            if transaction:
                where = f"transaction that made proposal {proposal.id}"
                yield _Met("hash", transaction.removeprefix("0x"), where, (piece,))
    yield from _documents(snapshot)


def _documents(snapshot: Snapshot) -> Iterable[_Met]:
    if isinstance(snapshot.dao.dao_uri, Known) and snapshot.dao.dao_uri.value:
        yield _Met("uri", snapshot.dao.dao_uri.value, "daoURI", snapshot.dao.dao_uri.evidence)
    told = snapshot.dao.accountability
    for document in told.documents.items:
        where = f"document: {document.what}"
        if document.uri:
            yield _Met("uri", document.uri, where, document.evidence)
        if isinstance(document.sha256, Known) and document.sha256.value:
            yield _Met("hash", document.sha256.value.removeprefix("0x"), f"SHA-256 of a {where}", document.evidence)
    number = told.registration_number
    if isinstance(number, Known) and number.value:
        yield _Met("registry-number", number.value.casefold(), "registration number", number.evidence)
