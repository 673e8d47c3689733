"""Code facts from runtime code alone, for contracts without verified source."""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak

from scanner.code.bytecode import features, governance
from scanner.code.bytecode.graph import Graph
from scanner.code.bytecode.opcodes import MAX_CODE_BYTES
from scanner.code.bytecode.proxy import minimal_proxy_target
from scanner.code.bytecode.reading import Reading
from scanner.model.blank import all_unknown, unknown_facts
from scanner.model.code import CodeFacts
from scanner.model.evidence import AtBlock, CodeEvidence
from scanner.model.guards import OutsideFunction
from scanner.model.observation import Collection, Known, Reason

NO_SOURCE = "no verified source"


def analyse_bytecode(runtime_code: str, at: AtBlock, address: str) -> CodeFacts:
    """Return what the runtime code (0x-hex) shows by itself. Never raises for any bytes.

    What bytecode cannot tell is unknown (NOT_VERIFIED); code of more than four times EIP-170's limit is unknown
    (LIMIT); code that cannot be taken apart is unknown (UNDECODABLE).
    """
    try:
        code = bytes.fromhex(runtime_code.removeprefix("0x"))
    except ValueError:
        return all_unknown(CodeFacts, Reason.UNDECODABLE, "the runtime code is not hex")
    if not code:
        return all_unknown(CodeFacts, Reason.NO_CODE, "no code at this address")
    if len(code) > MAX_CODE_BYTES:
        return all_unknown(CodeFacts, Reason.LIMIT, f"{len(code)} bytes of code, {MAX_CODE_BYTES} are analysed at most")
    whole = CodeEvidence(**at.model_dump(), address=address, codehash="0x" + keccak(code).hex())
    if minimal_proxy_target(code) is not None:
        return _minimal_proxy(whole)
    try:
        graph = Graph(code)
    except (ValueError, RuntimeError, TypeError, IndexError) as error:
        return all_unknown(CodeFacts, Reason.UNDECODABLE, f"the code cannot be taken apart: {type(error).__name__}")
    return _facts(Reading(graph, whole))


def _facts(reading: Reading) -> CodeFacts:
    facts: dict[str, Any] = unknown_facts(CodeFacts, Reason.NOT_VERIFIED, NO_SOURCE)
    facts["analysed_from"] = Known(value="bytecode", evidence=(reading.whole,))
    facts["selectors"] = Known(value=tuple(sorted(reading.graph.selectors)), evidence=(reading.whole,))
    why = "guards cannot be read from bytecode: only selectors are known"
    facts["functions"] = Collection(items=(), complete=False, reason=why)
    facts["outside"] = _outside(reading)
    facts["detectors"] = Collection(items=(), complete=False, reason=NO_SOURCE)
    facts["fingerprints"] = features.fingerprints(reading)
    for name, analysis in (*features.FACTS, *governance.FACTS):
        answer = analysis(reading)
        if answer is not None:
            facts[name] = answer
    return CodeFacts(**facts)


def _outside(reading: Reading) -> Collection[OutsideFunction]:
    found = tuple(
        OutsideFunction(selector=one.selector, arguments=one.arguments, mutability=one.mutability)
        for one in reading.graph.functions
    )
    return Collection[OutsideFunction](items=found, complete=True)


def _minimal_proxy(whole: CodeEvidence) -> CodeFacts:
    """Return the facts of an EIP-1167 proxy: it does nothing but hand every call to one fixed address."""
    detail = "a minimal proxy (EIP-1167): the code is at its implementation"
    known = {
        "analysed_from": Known(value="bytecode", evidence=(whole,)),
        "selectors": Known(value=(), evidence=(whole,), derivation="minimal proxy (EIP-1167)"),
        "functions": Collection(items=(), complete=True),
        "fingerprints": Collection(items=(), complete=True),
        "delegatecall_reachable": Known(value=True, evidence=(whole,), derivation="to a fixed implementation"),
        "arbitrary_delegatecall": Known(value=False, evidence=(whole,), derivation="the implementation is fixed"),
        "arbitrary_call": Known(value=False, evidence=(whole,), derivation="the implementation is fixed"),
        "selfdestruct_reachable": Known(value=False, evidence=(whole,), derivation="not in the proxy's own code"),
        "upgrade_guard": Known(value="no-function", evidence=(whole,), derivation="the implementation is fixed"),
    }
    return all_unknown(CodeFacts, Reason.NOT_SUPPORTED, detail, **known)
