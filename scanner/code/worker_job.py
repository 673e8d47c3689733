"""What a worker process does with one request. Runs in a process of its own, which may be ended at any time."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.code.analyses.interface import Unit
from scanner.code.analyses.program import Program
from scanner.code.analyses.run import analyse_source
from scanner.code.ast_layout import ast_storage
from scanner.code.auditors.job import run_analysis
from scanner.code.bytecode.run import analyse_bytecode
from scanner.code.compilers.interface import CompileFailed
from scanner.code.compilers.resolve import read_output
from scanner.code.hidden_slots import hidden_slots
from scanner.code.layout import storage_variables
from scanner.code.requests import (
    NO_ADDRESS,
    NOWHERE,
    OUTPUT_FILE,
    REQUEST_FILE,
    RESULT_FILE,
    SOURCES_FOLDER,
    Wanted,
)
from scanner.code.slither_adapter import MAX_HITS, DetectorRun, SlitherUnit, UnitError, build_unit
from scanner.code.struct_layouts import storage_structs
from scanner.limited import Bounds
from scanner.model.code import DetectorHit, StorageVariable
from scanner.model.observation import Collection, Reason, Unknown

_OBJECT_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def run_job(folder: Path) -> None:
    """Answer the request in `folder` with a result file there, written in one step. No code makes it raise."""
    # All that is built lives until the process ends: collecting cycles costs a third of the time and frees nothing.
    gc.disable()
    request = json.loads((folder / REQUEST_FILE).read_text(encoding="utf-8"))
    answer = _answer(request, folder)
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as written:
        json.dump(answer, written)
    os.replace(written.name, folder / RESULT_FILE)


def _answer(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    try:
        if request["kind"] == "bytecode":
            facts = analyse_bytecode(request["runtime_code"], NOWHERE, NO_ADDRESS)
            return {"targets": [{"facts": facts.model_dump(mode="json"), "abi": [], "gaps": []}]}
        if request["kind"] == "audit":
            return {"targets": _audits(request, folder)}
        return {"targets": _source(request, folder)}
    except CompileFailed as error:
        return _failed(Reason.COMPILE_FAILED, error.what)
    except UnitError as error:
        return _failed(Reason.ANALYSIS_FAILED, str(error))
    except Exception as error:  # whatever a stranger's code breaks here is reported, and stays unknown
        return _failed(Reason.ANALYSIS_FAILED, _described(error, folder))


def _failed(reason: Reason, detail: str) -> dict[str, Any]:
    return {"failed": [reason.value, detail]}


def _described(error: Exception, folder: Path) -> str:
    """Return an error in words that are the same on every machine and in every run."""
    text = _OBJECT_ADDRESS.sub("", str(error)).replace(str(folder), "")
    return f"{type(error).__name__}: {' '.join(text.split())[:200]}".rstrip(": ")


def _source(request: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    output = read_output((folder / OUTPUT_FILE).read_bytes(), request["compiler"])
    abis = {
        (path, name): contract.get("abi", [])
        for path, contracts in (output.get("contracts") or {}).items()
        for name, contract in contracts.items()
    }
    layouts = {
        (path, name): contract.get("storageLayout")
        for path, contracts in (output.get("contracts") or {}).items()
        for name, contract in contracts.items()
    }
    unit = _built(request, output, folder)
    detected = unit.run_detectors()
    outputs = _Outputs(abis, layouts)
    return [_target(unit, Wanted(*wanted), detected, outputs, folder) for wanted in request["wanted"]]


def _built(request: dict[str, Any], output: dict[str, Any], folder: Path) -> SlitherUnit:
    sources = folder / SOURCES_FOLDER
    sources.mkdir()
    os.chdir(sources)
    return build_unit(request["files"], output, sources, source_id=request["source_id"], version=request["compiler"])


def _audits(request: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Return, for each contract that is wanted, what each of the auditors' analyses states, in their order."""
    output = read_output((folder / OUTPUT_FILE).read_bytes(), request["compiler"])
    built = _built(request, output, folder)
    bounds = Bounds(request["bounds"]["seconds"], request["bounds"]["more_bytes"])
    targets: list[dict[str, Any]] = []
    for wanted in request["wanted"]:
        try:
            program = Program(_unit(built, built.contract(Wanted(*wanted))))
        except UnitError as error:
            targets.append(_failed(Reason.ANALYSIS_FAILED, str(error)))
            continue
        with contextlib.suppress(Exception):
            _ = (
                program.entries
            )  # read once for all analyses; what breaks here breaks in each of them, and is told there
        targets.append({"answers": [run_analysis(one, program, bounds) for one in request["analyses"]]})
    return targets


def _unit(built: SlitherUnit, contract: Any) -> Unit:
    return Unit(
        slither=built.slither,
        contract=contract,
        source_id=built.source_id,
        at=NOWHERE,
        address=NO_ADDRESS,
        source_line=built.source_line,
    )


@dataclass(frozen=True)
class _Outputs:
    """What the compiler said of each contract, by (path, name)."""

    abis: dict[tuple[str, str], Any]
    layouts: dict[tuple[str, str], Any]


def _target(
    unit: SlitherUnit, wanted: Wanted, detected: DetectorRun, outputs: _Outputs, folder: Path
) -> dict[str, Any]:
    try:
        contract = unit.contract(wanted)
    except UnitError as error:
        return _failed(Reason.ANALYSIS_FAILED, str(error))
    path = unit.source_line(contract).file
    hits = _hits(unit.hits(contract, detected.results), detected)
    kept = {
        "abi": outputs.abis.get((path, wanted.name), []),
        "gaps": [[f"detector {name}", Reason.ANALYSIS_FAILED.value, error] for name, error in detected.failed],
    }
    try:
        facts = analyse_source(_unit(unit, contract))
    except Exception as error:  # one contract that breaks an analysis leaves the others of its source alone
        failed = _failed(Reason.ANALYSIS_FAILED, _described(error, folder))
        return {**kept, **failed, "detectors": hits.model_dump(mode="json")}
    kept["gaps"] += [
        [f"code fact {name}", value.reason.value, value.detail]
        for name, value in facts
        if isinstance(value, Unknown) and value.reason is Reason.ANALYSIS_FAILED
    ]
    storage = _storage(unit, contract, outputs.layouts.get((path, wanted.name)))
    found = {"detectors": hits, "storage": storage, "structs": storage_structs(contract)}
    return {**kept, "facts": facts.model_copy(update=found).model_dump(mode="json")}


def _storage(unit: SlitherUnit, contract: Any, layout: Any) -> Collection[StorageVariable]:
    """Return the compiler's layout, or the AST's where it gives none, with what lies in slots of the contract's own."""
    storage = storage_variables(layout) if layout is not None else ast_storage(contract)
    hidden = tuple(hidden_slots(contract, unit.text, unit.text_before))
    return storage.model_copy(update={"items": (*storage.items, *hidden)})


def _hits(hits: tuple[DetectorHit, ...], detected: DetectorRun) -> Collection[DetectorHit]:
    if len(hits) > MAX_HITS:
        return Collection[DetectorHit](items=hits[:MAX_HITS], complete=False, reason=f"{len(hits)} results, cut")
    if detected.failed:
        names = ", ".join(name for name, _ in detected.failed)
        return Collection[DetectorHit](items=hits, complete=False, reason=f"detectors that failed: {names}")
    return Collection[DetectorHit](items=hits, complete=True)
