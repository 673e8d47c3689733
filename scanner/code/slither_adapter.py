"""Slither. The one module that imports it."""

from __future__ import annotations

import hashlib
import inspect
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crytic_compile import CryticCompile
from crytic_compile.compilation_unit import CompilationUnit
from crytic_compile.compiler.compiler import CompilerVersion
from crytic_compile.platform.solc_standard_json import SolcStandardJson, parse_standard_json_output
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector
from slither.slither import Slither

from scanner.code.function_text import text_digest
from scanner.code.libraries import is_library_path
from scanner.code.requests import NO_ADDRESS, NOWHERE, Wanted
from scanner.code.unit_files import lay_out, renamed
from scanner.model.code import DetectorHit
from scanner.model.evidence import SourceEvidence

MAX_HITS = 2000
_MAX_EVIDENCE = 8
_MAX_DESCRIPTION = 2000
_SAFE_NAME = re.compile(r"s\d{4,}\.sol")


class UnitError(Exception):
    """Slither cannot use the source, or the contract is not in it."""


@dataclass(frozen=True)
class DetectorRun:
    """The results of all detectors on a unit as Slither gives them, and the detectors that failed with their error."""

    results: tuple[dict[str, Any], ...]
    failed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SlitherUnit:
    """One compiled source in Slither. `paths` leads from the names on disk back to those of the source."""

    slither: Any
    source_id: str
    paths: Mapping[str, str]
    digests: Mapping[str, str]
    texts: Mapping[str, bytes]

    def contract(self, wanted: Wanted) -> Any:
        """Return the Slither contract that is wanted. Raises UnitError when there is none, or several of that name."""
        named = [contract for contract in self.slither.contracts if contract.name == wanted.name]
        if wanted.path:
            named = [
                contract for contract in named if self._path(contract.source_mapping.filename.short) == wanted.path
            ]
        if len(named) != 1:
            problem = "is not in the source" if not named else f"is there {len(named)} times"
            raise UnitError(f"contract {wanted.name} {problem}")
        return named[0]

    def source_line(self, element: Any) -> SourceEvidence:
        """Return the lines of a Slither element, or of a Slither source mapping, as evidence."""
        mapping = getattr(element, "source_mapping", element)
        return self._evidence(mapping.filename.short, mapping.lines)

    def text(self, element: Any) -> str:
        """Return the source text of a Slither element."""
        place = element.source_mapping
        found = self.texts.get(place.filename.short, b"")[place.start : place.start + place.length]
        return found.decode("utf-8", errors="replace")

    def text_before(self, element: Any) -> str:
        """Return up to 4,000 bytes of what stands in front of a Slither element."""
        place = element.source_mapping
        found = self.texts.get(place.filename.short, b"")[max(0, place.start - 4_000) : place.start]
        return found.decode("utf-8", errors="replace")

    def run_detectors(self) -> DetectorRun:
        """Run every detector of Slither; one that fails does not stop the others."""
        results: list[dict[str, Any]] = []
        failed: list[tuple[str, str]] = []
        for detector in _detectors():
            for unit in self.slither.compilation_units:
                try:
                    found = detector(unit, self.slither, None).detect()
                except Exception as error:  # a detector that a stranger's source breaks is a gap, not the end
                    failed.append((detector.ARGUMENT, type(error).__name__))
                else:
                    results.extend(found)
        return DetectorRun(tuple(results), tuple(failed))

    def hits(self, contract: Any, results: tuple[dict[str, Any], ...]) -> tuple[DetectorHit, ...]:
        """Return the detector results that concern `contract`: its own code, what it inherits, libraries it calls."""
        concerned = _concerned(contract)
        found = {_order(hit): hit for hit in map(self._hit, (r for r in results if _concerns(r, concerned)))}
        return tuple(found[key] for key in sorted(found))

    def _hit(self, result: dict[str, Any]) -> DetectorHit:
        places = [element["source_mapping"] for element in result["elements"] if element.get("source_mapping")]
        evidence = [self._evidence(place["filename_short"], place["lines"]) for place in places]
        description = _SAFE_NAME.sub(lambda match: self._path(match.group()), result["description"])
        return DetectorHit(
            detector=str(result["check"]),
            impact=str(result["impact"]).lower(),
            confidence=str(result["confidence"]).lower(),
            description=" ".join(description.split())[:_MAX_DESCRIPTION],
            in_dependency=bool(evidence) and all(is_library_path(piece.file) for piece in evidence),
            evidence=tuple(dict.fromkeys(evidence))[:_MAX_EVIDENCE],
            functions=self._functions(result["elements"]),
        )

    def _functions(self, elements: list[dict[str, Any]]) -> tuple[str, ...]:
        """Return the digests of the functions that a result names or that hold what it names."""
        found = set()
        for element in elements:
            holder = element
            while holder and holder.get("type") != "function":
                holder = (holder.get("type_specific_fields") or {}).get("parent") or {}
            place = holder.get("source_mapping") or {}
            text = self.texts.get(place.get("filename_short", ""), b"")
            if text:
                piece = text[place["start"] : place["start"] + place["length"]]
                found.add(text_digest(piece.decode("utf-8", errors="replace")))
        return tuple(sorted(found))

    def _evidence(self, name: str, lines: list[int]) -> SourceEvidence:
        return SourceEvidence(
            **NOWHERE.model_dump(),
            address=NO_ADDRESS,
            source_id=self.source_id,
            file=self._path(name),
            first_line=lines[0] if lines else 1,
            last_line=lines[-1] if lines else 1,
            file_sha256=self.digests[name],
        )

    def _path(self, name: str) -> str:
        return self.paths.get(name, name)


def build_unit(
    files: Mapping[str, str], output: Mapping[str, Any], folder: Path, *, source_id: str, version: str
) -> SlitherUnit:
    """Build Slither's view of a source from a compiler output (`ast`, `abi`); `folder` is the current folder and empty.

    Slither 0.11 resolves files against the current folder, so a process builds one unit. Raises UnitError.
    """
    logging.disable(logging.CRITICAL)
    names = lay_out(files, folder)
    crytic = CryticCompile(SolcStandardJson({}), crytic_defer_compilation="true")
    unit = CompilationUnit(crytic, "unit")
    unit.compiler_version = CompilerVersion(compiler="solc", version=version, optimized=False)
    parse_standard_json_output(renamed(output, names), unit)
    slither = Slither(crytic, show_ignored_findings=True)
    if not slither.contracts:
        raise UnitError("Slither finds no contract in the source")
    return SlitherUnit(
        slither=slither,
        source_id=source_id,
        paths={name: path for path, name in names.items()},
        digests={name: "0x" + _sha256(files[path]) for path, name in names.items()},
        texts={name: files[path].encode("utf-8", errors="replace") for path, name in names.items()},
    )


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", errors="replace")).hexdigest()


def _detectors() -> list[Any]:
    found = (getattr(all_detectors, name) for name in sorted(dir(all_detectors)))
    return [item for item in found if inspect.isclass(item) and issubclass(item, AbstractDetector)]


def _place(name: str, filename: str) -> tuple[str, str]:
    return name, filename


def _concerned(contract: Any) -> set[tuple[str, str]]:
    """Return (name, file) of the contract, of all it inherits and of the libraries it calls, and ("", file) for the
    files themselves."""
    concerned: set[tuple[str, str]] = set()
    todo, seen = [contract], set()
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        filename = current.source_mapping.filename.short
        concerned |= {_place(current.name, filename), _place("", filename)}
        todo.extend(current.inheritance)
        todo.extend(_libraries(current))
    return concerned


def _libraries(contract: Any) -> set[Any]:
    called = set()
    for function in [*contract.functions, *contract.modifiers]:
        for call in function.library_calls:
            owner = getattr(getattr(call, "function", None), "contract_declarer", None)
            if owner is not None:
                called.add(owner)
    return called


def _concerns(result: dict[str, Any], concerned: set[tuple[str, str]]) -> bool:
    return not result["elements"] or any(_owner(element) in concerned for element in result["elements"])


def _owner(element: dict[str, Any]) -> tuple[str, str]:
    """Return the contract that a result's element belongs to, with an empty name for what stands in no contract."""
    filename = (element.get("source_mapping") or {}).get("filename_short", "")
    while element:
        if element.get("type") == "contract":
            return _place(str(element["name"]), filename)
        element = (element.get("type_specific_fields") or {}).get("parent") or {}
    return _place("", filename)


def _order(hit: DetectorHit) -> tuple[str, str, int, str]:
    first = hit.evidence[0] if hit.evidence else None
    place = (first.file, first.first_line) if isinstance(first, SourceEvidence) else ("", 0)
    return (hit.detector, *place, hit.description)
