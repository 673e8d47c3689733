"""The contracts of a repository, analysed: each with its facts, or with the reason why there are none."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.code.analyse import analyse
from scanner.code.assemble import without_source
from scanner.code.interface import CodeJob, CodeOptions, CodeResult
from scanner.code.libraries import is_library_path
from scanner.code.repository.layout import Layout, read_layout, read_standard_json
from scanner.code.repository.text import Declared, read_text
from scanner.code.repository.units import Broken, Files, Planned, Unit, installed_versions, plan, split
from scanner.code.repository.versions import BadPragma, choose
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.errors import UsageError
from scanner.model.evidence import AtBlock
from scanner.model.kinds import Verification
from scanner.model.observation import Known, Reason
from scanner.model.snapshot import Gap, SourceBundle
from scanner.sources.bundle import BundleError, build_bundle
from scanner.sources.interface import VerifiedSource

Progress = Callable[[str], None]

CHAIN_ID = 0
"""No chain has this number."""
_NO_BLOCK = AtBlock(chain_id=CHAIN_ID, block_number=0, block_hash="0x")
_PLACEHOLDER_CODE = "0x00"
_PROVIDER = "repository"


@dataclass(frozen=True)
class OwnContract:
    """A contract of the repository. `address` is made from file and name, and stands for nothing on any chain."""

    name: str
    file: str
    line: int
    sha256: str
    address: str
    compiler: str
    facts: CodeFacts
    gaps: tuple[Gap, ...]
    bundle: SourceBundle | None

    @property
    def analysed(self) -> bool:
        return isinstance(self.facts.analysed_from, Known)


@dataclass(frozen=True)
class Repository:
    """A repository as it was read; the contracts of broken files are among its contracts, all unknown."""

    layout: Layout
    units: tuple[tuple[SourceBundle, tuple[str, ...]], ...]
    broken: tuple[Broken, ...]
    contracts: tuple[OwnContract, ...]


def read_repository(path: Path, options: CodeOptions, progress: Progress) -> Repository:
    """Compile and analyse the contracts at `path`: a project, a folder, one file, or a standard-JSON input.

    Raises UsageError where there is nothing to read. What does not compile is broken, with its reason and a hint.
    """
    standard = read_standard_json(path)
    if standard is None:
        layout = read_layout(path)
        installed = installed_versions(str(options.cache_dir / "solc-js")) if options.offline else []
        planned = plan(layout, installed)
    else:
        layout, planned = _of_standard_json(path, standard)
    return _Analysed(layout, planned, options, progress).repository()


def _of_standard_json(path: Path, standard: dict[str, Any]) -> tuple[Layout, Planned]:
    reads = {
        str(name): read_text(str(entry.get("content") or ""))
        for name, entry in standard["sources"].items()
        if isinstance(entry, dict)
    }
    own = tuple(sorted(name for name in reads if not is_library_path(name)))
    if not own:
        raise UsageError("every source of this input is a library's", where=str(path))
    layout = Layout(path.resolve().parent, "", "standard-json", own, 0)
    contracts = {name: reads[name].contracts for name in own}
    try:
        version = choose(sorted({pragma for read in reads.values() for pragma in read.pragmas}), [])
    except BadPragma as error:
        broken = [Broken(name, Reason.COMPILE_FAILED, str(error), "write a range such as ^0.8.20") for name in own]
        return layout, Planned((), tuple(broken), contracts)
    if version is None:
        detail = "no release of solc suits all pragmas of this input"
        broken = [Broken(name, Reason.COMPILER_UNAVAILABLE, detail, "check the pragmas") for name in own]
        return layout, Planned((), tuple(broken), contracts)
    unit = Unit(".".join(str(number) for number in version), own, standard)
    return layout, Planned((unit,), (), contracts)


@dataclass(frozen=True)
class _Wanted:
    """A contract and the unit that holds it."""

    file: str
    declared: Declared
    unit: Unit


class _Analysed:
    """One run over everything that was planned."""

    def __init__(self, layout: Layout, planned: Planned, options: CodeOptions, progress: Progress) -> None:
        self._layout = layout
        self._planned = planned
        self._options = options
        self._progress = progress
        self._broken = list(planned.broken)
        self._bundles: dict[tuple[str, str], SourceBundle] = {}
        self._units: dict[str, tuple[SourceBundle, tuple[str, ...]]] = {}

    def repository(self) -> Repository:
        found = [self._without(file, contract, broken) for broken in self._planned.broken
                 for file, contract in self._deployable(broken.file)]  # fmt: skip
        for unit in self._planned.units:
            found += self._unit(unit)
        found.sort(key=lambda one: (one.file, one.line, one.name))
        units = tuple(self._units[key] for key in sorted(self._units))
        broken = tuple(sorted(self._broken, key=lambda one: one.file))
        return Repository(self._layout, units, broken, tuple(found))

    def _deployable(self, file: str) -> Iterator[tuple[str, Declared]]:
        """Contracts that can be deployed, and abstract ones that nothing here is built on."""
        used = {base for contracts in self._planned.contracts.values() for one in contracts for base in one.bases}
        for contract in self._planned.contracts.get(file, ()):
            if not contract.abstract or contract.name not in used:
                yield file, contract

    def _unit(self, unit: Unit) -> list[OwnContract]:
        """Analyse a unit; where it does not compile, each of its files by itself."""
        wanted = [_Wanted(file, one, unit) for path in unit.files for file, one in self._deployable(path)]
        results = self._results(wanted)
        failed = [one for one in wanted if not _from_source(results.get(_address(one.file, one.declared.name)))]
        refused = [one for one in failed if self._reason(results, one) is Reason.COMPILE_FAILED]
        if refused and len(unit.files) > 1 and self._layout.kind != "standard-json":
            return [contract for part in split(self._layout, unit) for contract in self._unit(part)]
        for file in dict.fromkeys(one.file for one in failed):
            self._broken.append(self._why(file, results, next(one for one in failed if one.file == file)))
        if len(failed) < len(wanted) or not wanted:
            self._remember(unit)
        return [self._own(one, results.get(_address(one.file, one.declared.name))) for one in wanted]

    def _results(self, wanted: Sequence[_Wanted]) -> dict[str, CodeResult]:
        jobs: list[CodeJob] = []
        for one in wanted:
            try:
                bundle = self._bundle(one.unit, f"{one.file}:{one.declared.name}")
            except BundleError:
                continue
            source = VerifiedSource(bundle=bundle, abi=(), verification=Verification.ASSERTED)
            address = _address(one.file, one.declared.name)
            jobs.append(CodeJob(address=address, runtime_code=_PLACEHOLDER_CODE, at=_NO_BLOCK, source=source))
        return analyse(jobs, self._options, self._progress)

    def _bundle(self, unit: Unit, contract: str) -> SourceBundle:
        key = (",".join(unit.files), contract)
        if key not in self._bundles:
            self._bundles[key] = build_bundle(
                unit.standard, contract=contract, compiler=unit.version, provider=_PROVIDER
            )
        return self._bundles[key]

    def _remember(self, unit: Unit) -> None:
        with contextlib.suppress(BundleError):  # nothing in it was wanted
            bundle = self._bundle(unit, f"{unit.files[0]}:unit")
            self._units[bundle.source_id] = (bundle, unit.files)

    def _own(self, one: _Wanted, result: CodeResult | None) -> OwnContract:
        if result is None or not _from_source(result):
            broken = next(broken for broken in self._broken if broken.file == one.file)
            return self._without(one.file, one.declared, broken, compiler=one.unit.version)
        bundle = self._bundle(one.unit, f"{one.file}:{one.declared.name}")
        content = next(file.content for file in bundle.files if file.path == bundle.contract_path)
        return OwnContract(
            one.declared.name, one.file, one.declared.line, _sha256(content), _address(one.file, one.declared.name),
            one.unit.version, result.facts, result.gaps, bundle,
        )  # fmt: skip

    def _without(self, file: str, contract: Declared, broken: Broken, compiler: str = "") -> OwnContract:
        stated = without_source(self._options.analyses, broken.reason, broken.detail)
        facts = all_unknown(CodeFacts, broken.reason, broken.detail, facts=stated)
        own = self._layout.kind != "standard-json"  # names of its sources come from a stranger, and are no files
        digest = _sha256((Files(self._layout).text(file) if own else None) or "")
        address = _address(file, contract.name)
        gap = Gap(subject=address, what="analysis of the source", reason=broken.reason, detail=broken.detail)
        return OwnContract(
            contract.name, file, contract.line, digest, address, compiler, facts, (gap,), None
        )  # fmt: skip

    def _reason(self, results: dict[str, CodeResult], one: _Wanted) -> Reason:
        return self._why(one.file, results, one).reason

    def _why(self, file: str, results: dict[str, CodeResult], one: _Wanted) -> Broken:
        result = results.get(_address(one.file, one.declared.name))
        gap = next((gap for gap in result.gaps if gap.what == "analysis of the source"), None) if result else None
        reason = gap.reason if gap else Reason.ANALYSIS_FAILED
        detail = gap.detail if gap else "the source could not be used"
        return Broken(file, reason, detail, _HINTS.get(reason, "analyse this file alone: daoscan code FILE"))


_HINTS = {
    Reason.COMPILE_FAILED: "correct what the compiler says; daoscan compiles without your build's plugins",
    Reason.COMPILER_UNAVAILABLE: "give a compiler with --solc, or run once with a connection",
    Reason.LIMIT: "raise the limits, or split the file",
}


def _from_source(result: CodeResult | None) -> bool:
    if result is None or not isinstance(result.facts.analysed_from, Known):
        return False
    return bool(result.facts.analysed_from.value == "source")


def _address(file: str, name: str) -> str:
    return "0x" + hashlib.sha256(f"{file}\0{name}".encode()).hexdigest()[:40]


def _sha256(content: str) -> str:
    return "0x" + hashlib.sha256(content.encode("utf-8", errors="replace")).hexdigest()
