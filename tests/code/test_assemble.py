"""From a worker's answers to the facts of one address at one block."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.code.assemble import failure, from_bytecode, from_source, without_code
from scanner.code.interface import CodeJob
from scanner.code.requests import NO_ADDRESS, NOWHERE
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts, DetectorHit
from scanner.model.evidence import CodeEvidence, SourceEvidence
from scanner.model.kinds import Verification
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.sources.interface import VerifiedSource
from tests.code.support import AT, OTHER, address, bundle, job, standard_json

_SOURCE = bundle(standard_json({"a.sol": "contract A {}"}), "A", solc="0.8.28")
_CODE = CodeEvidence(**NOWHERE.model_dump(), address=NO_ADDRESS, codehash="0x" + "11" * 32, offset=3)
_LINES = SourceEvidence(
    **NOWHERE.model_dump(),
    address=NO_ADDRESS,
    source_id="5eed",
    file="a.sol",
    first_line=1,
    last_line=2,
    file_sha256="0x" + "22" * 32,
)
_HIT = DetectorHit(
    detector="suicidal", impact="high", confidence="high", description="d", in_dependency=False, evidence=(_LINES,)
)


def _facts(reason: Reason = Reason.NOT_VERIFIED, **known: Any) -> dict[str, Any]:
    return all_unknown(CodeFacts, reason, "needs the source", **known).model_dump(mode="json")


def _bytecode(**known: Any) -> dict[str, Any]:
    known = {"analysed_from": Known(value="bytecode", evidence=(_CODE,)), **known}
    return {"facts": _facts(**known), "abi": [], "gaps": []}


def test_facts_of_the_source_are_tied_to_the_block_and_the_address_of_the_job() -> None:
    hits = Collection[DetectorHit](items=(_HIT,), complete=True)
    facts = _facts(detectors=hits, flash_mint=Known(value=True, evidence=(_LINES, _CODE)))
    payload = {"facts": facts, "abi": [{"type": "fallback"}], "gaps": [["detector x", "analysis-failed", "KeyError"]]}
    for at, number in ((AT, 1), (OTHER, 2)):
        result = from_source(job(number, _SOURCE, at=at), payload)
        evidence = [*result.facts.flash_mint.evidence, *result.facts.detectors.items[0].evidence]
        assert len(evidence) == 3
        for piece in evidence:
            assert isinstance(piece, SourceEvidence | CodeEvidence)
            assert (piece.chain_id, piece.block_number, piece.block_hash) == (
                at.chain_id,
                at.block_number,
                at.block_hash,
            )
            assert piece.address == address(number)
        assert result.abi == ({"type": "fallback"},)
        assert [(gap.subject, gap.what) for gap in result.gaps] == [(address(number), "detector x")]


def test_the_abi_of_the_verifier_comes_first() -> None:
    source = VerifiedSource(bundle=_SOURCE, abi=({"type": "receive"},), verification=Verification.EXACT)
    one = CodeJob(address=address(1), runtime_code="0x00", at=AT, source=source)
    assert from_source(one, {"facts": _facts(), "abi": [{"type": "fallback"}], "gaps": []}).abi == (
        {"type": "receive"},
    )


def test_without_source_the_reason_given_stands_in_every_fact_that_needs_it() -> None:
    result = from_bytecode(job(1, None, why="explorer-down: Sourcify answered 503"), _bytecode(), None)
    assert result.facts.mint_guard == Unknown(reason=Reason.EXPLORER_DOWN, detail="Sourcify answered 503")
    assert result.facts.analysed_from.evidence[0].model_dump()["address"] == address(1)
    assert result.facts.detectors == Collection[DetectorHit](items=(), complete=False, reason="explorer-down")
    assert (result.abi, result.gaps) == ((), ())


def test_without_any_word_about_the_source_it_is_not_verified() -> None:
    result = from_bytecode(job(1, None, why="nobody knows"), _bytecode(), None)
    assert result.facts.exit_right == Unknown(reason=Reason.NOT_VERIFIED, detail="nobody knows")


def test_source_for_other_bytecode_is_not_used() -> None:
    source = VerifiedSource(
        bundle=_SOURCE, abi=({"type": "receive"},), verification=Verification.OTHER_BYTECODE, detail="x"
    )
    other = CodeJob(address=address(1), runtime_code="0x00", at=AT, source=source)
    result = from_bytecode(other, _bytecode(), None)
    assert result.facts.exit_right == Unknown(reason=Reason.OTHER_BYTECODE, detail="x")
    assert result.abi == ()


def test_a_source_that_failed_is_a_gap_and_a_reason() -> None:
    found = from_bytecode(job(1, _SOURCE), _bytecode(), failure(Reason.COMPILE_FAILED, "solc: no"))
    assert found.facts.sanctions_gate == Unknown(reason=Reason.COMPILE_FAILED, detail="solc: no")
    assert found.facts.detectors.reason == "compile-failed"
    assert [(gap.subject, gap.reason, gap.detail) for gap in found.gaps] == [
        (address(1), Reason.COMPILE_FAILED, "solc: no")
    ]


def test_what_bytecode_could_not_decide_keeps_its_own_reason() -> None:
    undecided = Unknown(reason=Reason.UNRESOLVED, detail="a computed jump")
    found = from_bytecode(
        job(1, _SOURCE), _bytecode(selfdestruct_reachable=undecided), failure(Reason.COMPILE_FAILED, "no")
    )
    assert found.facts.selfdestruct_reachable == undecided


def test_detectors_that_ran_before_an_analysis_failed_are_kept() -> None:
    hits = Collection[DetectorHit](items=(_HIT,), complete=True).model_dump(mode="json")
    failed = {"failed": ["analysis-failed", "KeyError"], "detectors": hits, "abi": [{"type": "receive"}], "gaps": []}
    found = from_bytecode(job(3, _SOURCE), _bytecode(), failed)
    assert [hit.detector for hit in found.facts.detectors.items] == ["suicidal"]
    assert found.facts.detectors.items[0].evidence[0].model_dump()["address"] == address(3)
    assert found.abi == ({"type": "receive"},)


def test_bytecode_that_failed_too_leaves_everything_unknown() -> None:
    found = from_bytecode(job(1, _SOURCE), failure(Reason.LIMIT, "too long"), failure(Reason.COMPILE_FAILED, "no"))
    assert found.facts.selectors == Unknown(reason=Reason.LIMIT, detail="too long")
    assert [gap.reason for gap in found.gaps] == [Reason.COMPILE_FAILED, Reason.LIMIT]


def test_an_account_without_code_is_no_gap() -> None:
    found = without_code(job(1, None, code="0x"))
    assert found.facts.selectors == Unknown(reason=Reason.NO_CODE)
    assert found.gaps == ()


def test_a_broken_payload_is_an_error_the_caller_can_catch() -> None:
    with pytest.raises(ValueError, match="validation error"):
        from_source(job(1, _SOURCE), {"facts": {"analysed_from": 1}, "abi": [], "gaps": []})
