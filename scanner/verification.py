"""Reading the evidence of a snapshot again from another node."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel

from scanner.chain.node import connect
from scanner.chain.recheck import Recheck, Rechecked, recheck
from scanner.model.evidence import DocumentEvidence, Evidence, SimulationEvidence
from scanner.model.snapshot import Snapshot

_KINDS: tuple[type, ...] = get_args(get_args(Evidence)[0])


def all_evidence(snapshot: Snapshot) -> tuple[Evidence, ...]:
    """Return every distinct piece of evidence in a snapshot, in the order of the file."""
    return tuple(dict.fromkeys(_walk(snapshot)))


def _walk(value: Any) -> Iterator[Evidence]:
    if isinstance(value, _KINDS):
        yield value  # type: ignore[misc]
        return
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name))
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for item in value:
            yield from _walk(item)


Replay = Callable[[SimulationEvidence], Recheck]
"""Does a simulation again and says whether it has the same effects."""


def verify(snapshot: Snapshot, rpc_url: str, *, replay: Replay | None = None) -> Rechecked:
    """Read every piece again that a node can give. Documents outside the chain are counted in a note.

    Simulations are done again by `replay`; without it they are unavailable.
    Raises UsageError for a node of another chain, NodeError for one of no use.
    """
    evidence = all_evidence(snapshot)
    asked = [one for one in evidence if not isinstance(one, DocumentEvidence)]
    simulated = [one for one in asked if isinstance(one, SimulationEvidence)] if replay is not None else []
    digests = {
        (bundle.source_id, file.path): "0x" + hashlib.sha256(file.content.encode()).hexdigest()
        for bundle in snapshot.sources
        for file in bundle.files
    }

    def source_digest(source_id: str, file: str) -> str | None:
        return digests.get((source_id, file))

    rpc = connect(rpc_url)
    try:
        left = [one for one in asked if one not in simulated]
        found = recheck(left, rpc, pinned=snapshot.blocks, source_digest=source_digest)
    finally:
        rpc.transport.close()
    if replay is not None:
        found = Rechecked((*found.results, *(replay(one) for one in simulated)), found.notes)
    documents = len(evidence) - len(asked)
    if not documents:
        return found
    note = f"documents outside the chain are not read again: {documents}; compare their SHA-256 with the documents"
    return Rechecked(found.results, (*found.notes, note))
