"""From a worker's answers to the facts of one address at one block."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.code.interface import CodeJob, CodeResult
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts, DetectorHit
from scanner.model.evidence import AtBlock
from scanner.model.kinds import Verification
from scanner.model.observation import Collection, Reason, Unknown
from scanner.model.snapshot import Gap
from scanner.sources.interface import VerifiedSource

Payload = Mapping[str, Any]
"""A worker's answer for one contract: `facts`, `abi`, `gaps`, or `failed` with what could be had all the same."""

_AT_BLOCK = ("chain_id", "block_number", "block_hash")
_SOURCE_ANALYSIS = "analysis of the source"
_BYTECODE_ANALYSIS = "analysis of the bytecode"


def usable_source(job: CodeJob) -> VerifiedSource | None:
    """Return the source to analyse: none when it is known to be for other bytecode."""
    if job.source is None or job.source.verification is Verification.OTHER_BYTECODE:
        return None
    return job.source


def failure(reason: Reason, detail: str) -> Payload:
    """Return the payload of work that failed before a worker could answer."""
    return {"failed": [reason.value, detail]}


def from_source(job: CodeJob, payload: Payload) -> CodeResult:
    """Return the facts that the source gave. Raises pydantic's ValidationError or KeyError for a broken payload."""
    facts = CodeFacts.model_validate_json(_bound(payload["facts"], job.at, job.address))
    return CodeResult(facts=facts, abi=_abi(job, payload), gaps=_gaps(job, payload))


def from_bytecode(job: CodeJob, bytecode: Payload, source: Payload | None) -> CodeResult:
    """Return the facts that the bytecode gave; what source alone can give is unknown for the reason there is none.

    `source` is what became of the source, when there was one. Raises as `from_source`.
    """
    why = _why_no_source(job, source)
    gaps: list[Gap] = []
    if source is not None:
        gaps += [Gap(subject=job.address, what=_SOURCE_ANALYSIS, reason=why.reason, detail=why.detail)]
        gaps += _gaps(job, source)
    if "failed" in bytecode:
        reason, detail = _reason(bytecode["failed"])
        facts = all_unknown(CodeFacts, reason, detail)
        gaps.append(Gap(subject=job.address, what=_BYTECODE_ANALYSIS, reason=reason, detail=detail))
    else:
        facts = CodeFacts.model_validate_json(_bound(bytecode["facts"], job.at, job.address))
        gaps += _gaps(job, bytecode)
    facts = _for_want_of_source(facts, why, _detectors(job, source, why))
    return CodeResult(facts=facts, abi=_abi(job, source or {}), gaps=tuple(gaps))


def without_code(job: CodeJob) -> CodeResult:
    """Return the facts of an account that has no code: all unknown, and nothing is missing."""
    return CodeResult(facts=all_unknown(CodeFacts, Reason.NO_CODE), abi=_abi(job, {}), gaps=())


def failed_for_good(payload: Payload) -> bool:
    """Return whether the same work would fail in the same way again, so that the answer can be kept."""
    return "failed" not in payload or payload.get("kept", False)


@dataclass(frozen=True)
class _Why:
    reason: Reason
    detail: str


def _why_no_source(job: CodeJob, source: Payload | None) -> _Why:
    if source is not None:
        return _Why(*_reason(source["failed"]))
    if job.source is not None:
        return _Why(Reason.OTHER_BYTECODE, job.source.detail)
    given, _, detail = job.no_source_reason.partition(":")
    try:
        return _Why(Reason(given.strip()), detail.strip())
    except ValueError:
        return _Why(Reason.NOT_VERIFIED, job.no_source_reason)


def _reason(failed: Any) -> tuple[Reason, str]:
    reason, detail = failed
    return Reason(reason), str(detail)


def _for_want_of_source(facts: CodeFacts, why: _Why, detectors: Collection[DetectorHit]) -> CodeFacts:
    """Bytecode analysis says not-verified where it would need the source; only here is it known why there is none."""
    changed: dict[str, Any] = {"detectors": detectors}
    for name in CodeFacts.model_fields:
        value = getattr(facts, name)
        if isinstance(value, Unknown) and value.reason is Reason.NOT_VERIFIED:
            detail = why.detail or value.detail
            changed[name] = Unknown(reason=why.reason, detail=detail, evidence=value.evidence)
    return facts.model_copy(update=changed)


def _detectors(job: CodeJob, source: Payload | None, why: _Why) -> Collection[DetectorHit]:
    if source is not None and "detectors" in source:
        bound = _bound(source["detectors"], job.at, job.address)
        return Collection[DetectorHit].model_validate_json(bound)
    return Collection[DetectorHit](items=(), complete=False, reason=why.reason.value)


def _abi(job: CodeJob, payload: Payload) -> tuple[Mapping[str, Any], ...]:
    source = usable_source(job)
    if source is None:
        return ()
    return tuple(source.abi) or tuple(payload.get("abi", ()))


def _gaps(job: CodeJob, payload: Payload) -> tuple[Gap, ...]:
    return tuple(
        Gap(subject=job.address, what=str(what), reason=Reason(reason), detail=str(detail))
        for what, reason, detail in payload.get("gaps", ())
    )


def _bound(facts: Any, at: AtBlock, address: str) -> str:
    """Return facts as JSON text with every piece of evidence at this block and this address."""
    return json.dumps(_walk(facts, {**at.model_dump(mode="json", include=set(_AT_BLOCK)), "address": address}))


def _walk(value: Any, place: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_walk(item, place) for item in value]
    if not isinstance(value, dict):
        return value
    if all(name in value for name in _AT_BLOCK):
        return {name: place.get(name, _walk(item, place)) for name, item in value.items()}
    return {name: _walk(item, place) for name, item in value.items()}
