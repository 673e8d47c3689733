"""From a worker's answers to the facts of one address at one block."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.code.auditors.answers import missing
from scanner.code.auditors.load import AnalysisFile
from scanner.code.interface import CodeJob, CodeResult
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts, DetectorHit
from scanner.model.evidence import AtBlock
from scanner.model.kinds import Verification
from scanner.model.observation import Collection, Reason, Unknown
from scanner.model.snapshot import Gap
from scanner.model.stated import FACT_MODELS, StatedFact, StatedFacts
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


def from_source(job: CodeJob, payload: Payload, audits: Sequence[tuple[AnalysisFile, Payload]] = ()) -> CodeResult:
    """Return the facts that the source gave, with what auditors' analyses state about it.

    Raises pydantic's ValidationError or KeyError for a broken payload.
    """
    stated = [fact for analysis, answer in audits for fact in missing(analysis.name, analysis.facts, answer)]
    stated.sort(key=lambda fact: str(fact["name"]))
    found = {**payload["facts"], "facts": {"items": stated}}
    facts = CodeFacts.model_validate_json(_bound(found, job.at, job.address))
    failed = [(f"analysis {analysis.name}", *answer["failed"]) for analysis, answer in audits if answer["failed"]]
    return CodeResult(
        facts=facts, abi=_abi(job, payload), gaps=_gaps(job, {"gaps": [*payload.get("gaps", ()), *failed]})
    )


def from_bytecode(
    job: CodeJob, bytecode: Payload, source: Payload | None, analyses: Sequence[AnalysisFile] = ()
) -> CodeResult:
    """Return the facts that the bytecode gave; what source alone can give is unknown for the reason there is none.

    `source` is what became of the source, when there was one; auditors' `analyses` need it. Raises as `from_source`.
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
    facts = facts.model_copy(update={"facts": without_source(analyses, why.reason, why.detail)})
    return CodeResult(facts=facts, abi=_abi(job, source or {}), gaps=tuple(gaps))


def without_code(job: CodeJob, analyses: Sequence[AnalysisFile] = ()) -> CodeResult:
    """Return the facts of an account that has no code: all unknown, and nothing is missing."""
    stated = without_source(analyses, Reason.NO_CODE, "")
    return CodeResult(facts=all_unknown(CodeFacts, Reason.NO_CODE, facts=stated), abi=_abi(job, {}), gaps=())


def without_source(analyses: Sequence[AnalysisFile], reason: Reason, detail: str) -> StatedFacts:
    """Return every fact that `analyses` declare as unknown: they need the source."""
    stated: list[StatedFact] = []
    for analysis in analyses:
        for name, type_ in analysis.facts:
            value = Unknown(reason=reason, detail=detail)
            stated.append(FACT_MODELS[type_](name=name, analysis=analysis.name, value=value))
    return StatedFacts(items=tuple(sorted(stated, key=lambda fact: fact.name)))


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
