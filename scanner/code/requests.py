"""What is asked of a worker and what it answers: plain JSON in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scanner.limited import Bounds
from scanner.model.evidence import AtBlock
from scanner.model.values import ZERO_ADDRESS

REQUEST_FILE = "request.json"
OUTPUT_FILE = "output.json"
RESULT_FILE = "result.json"
SOURCES_FOLDER = "sources"

NOWHERE = AtBlock(chain_id=0, block_number=0, block_hash="0x")
"""Facts are made without address and block, kept so, and tied to a block when they are used."""

NO_ADDRESS = ZERO_ADDRESS


@dataclass(frozen=True, order=True)
class Wanted:
    """A contract of a source, by name and by the path of its file (empty when the verifier did not say)."""

    name: str
    path: str


def source_request(source_id: str, compiler: str, files: dict[str, str], wanted: list[Wanted]) -> dict[str, Any]:
    """Ask for the facts of contracts of one source, whose compiler output lies beside the request."""
    return {
        "kind": "source",
        "source_id": source_id,
        "compiler": compiler,
        "files": files,
        "wanted": [[target.name, target.path] for target in wanted],
    }


def audit_request(request: dict[str, Any], analyses: list[dict[str, Any]], bounds: Bounds) -> dict[str, Any]:
    """Turn the request for a source's facts into one for what auditors' analyses state about the same contracts."""
    limits = {"seconds": bounds.seconds, "more_bytes": bounds.more_bytes}
    return {**request, "kind": "audit", "analyses": analyses, "bounds": limits}


def bytecode_request(runtime_code: str) -> dict[str, Any]:
    """Ask for what bytecode alone shows."""
    return {"kind": "bytecode", "runtime_code": runtime_code}
