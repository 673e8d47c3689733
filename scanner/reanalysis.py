"""A snapshot's code facts made again, from the sources that it keeps: with new analyses, or with a newer tool.

Nothing is asked of a node or an explorer. What other parts of the snapshot say was read from the chain with the help of
the old facts, and stays as it was observed; only `contract.code` and the gaps about it are new.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import scanner
from scanner.code.analyse import analyse
from scanner.code.assemble import without_source
from scanner.code.auditors.load import AnalysisFile, input_digests
from scanner.code.interface import CodeJob, CodeOptions, CodeResult
from scanner.discovery.set_aside import behind_guards, set_aside, set_aside_texts
from scanner.model.code import CodeFacts
from scanner.model.contracts import Contract
from scanner.model.evidence import AtBlock
from scanner.model.kinds import Verification
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import Gap, InputDigest, Snapshot, SourceBundle
from scanner.model.values import ZERO_ADDRESS
from scanner.sources.interface import VerifiedSource

Progress = Callable[[str], None]

_PLACEHOLDER_CODE = "0x00"
"""Runtime code is not kept in a snapshot; facts that would come from it are not used."""
_ABOUT_CODE = ("analysis ", "detector ", "code fact ")
_ORIGINAL = "snapshot before reanalysis"


def reanalyse(snapshot: Snapshot, data: bytes, options: CodeOptions, progress: Progress) -> Snapshot:
    """Return the snapshot with new code facts; `data` are the bytes of its file, whose digest becomes an input.

    Contracts whose source the snapshot does not keep, or whose source cannot be analysed now, keep the facts they have;
    facts of `options.analyses` are unknown for them.
    """
    jobs = list(_jobs(snapshot))
    results = {
        address: result
        for address, result in analyse(jobs, options, progress).items()
        if isinstance(result.facts.analysed_from, Known) and result.facts.analysed_from.value == "source"
    }
    failed = {job.address for job in jobs} - results.keys()
    compilers = {one.address: one.compiler for one in snapshot.contracts.items}
    renewed = tuple(_renewed(one, results, options.analyses, compilers) for one in snapshot.contracts.items)
    contracts = behind_guards(renewed, snapshot.passages.items)
    return snapshot.model_copy(
        update={
            "tool_version": scanner.__version__,
            "contracts": snapshot.contracts.model_copy(update={"items": contracts}),
            "gaps": _gaps(snapshot, results, failed),
            "inputs": _inputs(snapshot, data, options.analyses),
        }
    )


def _jobs(snapshot: Snapshot) -> Iterator[CodeJob]:
    blocks = {block.chain_id: block for block in snapshot.blocks}
    bundles = {(bundle.source_id, bundle.contract_name): bundle for bundle in snapshot.sources}
    for contract in snapshot.contracts.items:
        bundle = _bundle(contract, bundles)
        block = blocks.get(contract.chain_id)
        if bundle is None or block is None:
            continue
        source = VerifiedSource(bundle=bundle, abi=(), verification=_verification(contract))
        at = AtBlock(chain_id=block.chain_id, block_number=block.number, block_hash=block.hash)
        yield CodeJob(address=contract.address, runtime_code=_PLACEHOLDER_CODE, at=at, source=source)


def _bundle(contract: Contract, bundles: dict[tuple[str, str], SourceBundle]) -> SourceBundle | None:
    if isinstance(contract.source_id, Unknown) or isinstance(contract.name, Unknown):
        return None
    if _verification(contract) is Verification.OTHER_BYTECODE:
        return None
    return bundles.get((contract.source_id.value, contract.name.value))


def _verification(contract: Contract) -> Verification:
    return (
        Verification(contract.verification.value) if isinstance(contract.verification, Known) else Verification.ASSERTED
    )


def _renewed(
    contract: Contract,
    results: dict[str, CodeResult],
    analyses: tuple[AnalysisFile, ...],
    compilers: dict[str, Known[str] | Unknown],
) -> Contract:
    """A proxy's facts are those of the code that runs at it: its implementation's."""
    implementation = contract.implementation.value if isinstance(contract.implementation, Known) else ""
    behind = implementation not in ("", ZERO_ADDRESS)
    running = implementation if behind else contract.address
    result = results.get(running)
    if result is not None:
        code = set_aside(result.facts, contract.roles, compilers.get(running, contract.compiler))
        return contract.model_copy(update={"code": code, "set_aside_texts": set_aside_texts(code)})
    return contract.model_copy(update={"code": _kept(contract.code, analyses)})


def _kept(code: CodeFacts, analyses: tuple[AnalysisFile, ...]) -> CodeFacts:
    """The facts as they were; what the new analyses would state needs a source that is not there."""
    detail = "the snapshot keeps no source that could be analysed"
    new = without_source(analyses, Reason.NOT_VERIFIED, detail).items
    names = {fact.name for fact in new}
    items = (*(fact for fact in code.facts.items if fact.name not in names), *new)
    stated = code.facts.model_copy(update={"items": tuple(sorted(items, key=lambda fact: fact.name))})
    return code.model_copy(update={"facts": stated})


def _gaps(snapshot: Snapshot, results: dict[str, CodeResult], failed: set[str]) -> tuple[Gap, ...]:
    old = [gap for gap in snapshot.gaps if not (gap.subject in results and gap.what.startswith(_ABOUT_CODE))]
    new = [gap for result in results.values() for gap in result.gaps]
    new += [
        Gap(
            subject=address,
            what="reanalysis",
            reason=Reason.ANALYSIS_FAILED,
            detail="the source could not be analysed again: the code facts are those of the scan",
        )
        for address in failed
    ]
    return tuple(sorted({*old, *new}, key=lambda gap: (gap.subject, gap.what, gap.detail)))


def _inputs(snapshot: Snapshot, data: bytes, analyses: tuple[AnalysisFile, ...]) -> tuple[InputDigest, ...]:
    new = input_digests(analyses)
    if not any(one.name == _ORIGINAL for one in snapshot.inputs):
        new += (InputDigest(name=_ORIGINAL, sha256=f"0x{hashlib.sha256(data).hexdigest()}"),)
    names = {one.name for one in new}
    return (*(one for one in snapshot.inputs if one.name not in names), *new)
