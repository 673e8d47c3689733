"""Code analysis of many addresses: one compile and one Slither unit per source, everything kept for the next scan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from pydantic import ValidationError

from scanner.code.assemble import (
    Payload,
    failed_for_good,
    failure,
    from_bytecode,
    from_source,
    usable_source,
    without_code,
)
from scanner.code.auditors.load import AnalysisFile
from scanner.code.interface import CodeJob, CodeOptions, CodeResult, SharedFacts
from scanner.code.requests import Wanted
from scanner.code.store import FactStore, audit_key, bytecode_key, source_key
from scanner.code.tasks import Answers, SourceTask, Tasks
from scanner.model.observation import Reason
from scanner.model.snapshot import SourceBundle

_WAIT_SECONDS = 0.25

Progress = Callable[[str], None]
"""Is told in a few words what was done."""


def analyse(jobs: Sequence[CodeJob], options: CodeOptions, progress: Progress | None = None) -> dict[str, CodeResult]:
    """Return the code facts, ABI and gaps of every job, by address.

    What fails (a compiler that cannot be had, a source that does not compile, a limit) is unknown with that reason and
    a gap, and the bytecode is analysed instead; nothing is raised for it. Code that was analysed before, at any address
    and block, costs neither a compile nor a start of Slither.
    """
    say = progress or (lambda _: None)
    known = _Known(FactStore(options.cache_dir, options.shared), options.analyses)
    results = {job.address: known.result(job) for job in jobs}
    with Tasks(options, say) as tasks, _Claims(options.shared) as claims:
        rounds = 0
        # A second round, for the bytecode of sources that turned out to be of no use.
        while rounds < 2:
            sources, bytecodes = known.missing(job for job in jobs if results[job.address] is None)
            if not sources and not bytecodes:
                break
            mine = claims.take(sources)
            if mine:
                sources, bytecodes = known.missing(job for job in jobs if known.result(job) is None)  # by now
                mine = [one for one in sources if one.key in claims.held]
            if mine or bytecodes:
                known.learn(tasks.run(mine, bytecodes))
                rounds += len(mine) == len(sources)
            else:
                time.sleep(_WAIT_SECONDS)  # another worker is at it
            claims.release()
            results |= {job.address: known.result(job) for job in jobs if results[job.address] is None}
    for warning in known.store.warnings:
        say(f"warning: {warning}")
    return {job.address: results[job.address] or _unfit(job, options) for job in jobs}


def _unfit(job: CodeJob, options: CodeOptions) -> CodeResult:
    """What is said of code whose analysis answered twice with what fits no model: nothing, with a gap."""
    failed = failure(Reason.ANALYSIS_FAILED, "the answer of the analysis fits no model")
    return from_bytecode(job, failed, failed if usable_source(job) else None, options.analyses)


class _Claims:
    """Sources that this worker has claimed: what another one is at is waited for."""

    def __init__(self, shared: SharedFacts | None) -> None:
        self._shared = shared
        self.held: set[str] = set()

    def __enter__(self) -> _Claims:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def take(self, tasks: Sequence[SourceTask]) -> list[SourceTask]:
        """Return the sources that are this worker's to analyse."""
        mine = [one for one in tasks if self._shared is None or self._shared.claim(one.key)]
        self.held = {one.key for one in mine}
        return mine

    def release(self) -> None:
        """Let go of all of them."""
        for key in sorted(self.held):
            if self._shared is not None:
                self._shared.release(key)
        self.held = set()


class _Known:
    """What is known so far: the store, and what was learned in this call."""

    def __init__(self, store: FactStore, analyses: tuple[AnalysisFile, ...]) -> None:
        self.store = store
        self._analyses = analyses
        self._fresh: dict[str, Payload] = {}

    def result(self, job: CodeJob) -> CodeResult | None:
        """Return the result of a job, or None while something is missing for it."""
        if job.runtime_code in ("", "0x"):
            return without_code(job, self._analyses)
        try:
            return self._result(job)
        except (ValidationError, KeyError, ValueError):
            return None  # an entry of the store that fits no more: it is made again

    def _result(self, job: CodeJob) -> CodeResult | None:
        source = usable_source(job)
        payload = self._payload(_source_key(source.bundle)) if source else None
        if source is not None and payload is None:
            return None
        if source is not None and payload is not None and "failed" not in payload:
            audits = self._audits(source.bundle)
            return None if audits is None else from_source(job, payload, audits)
        bytecode = self._payload(bytecode_key(job.runtime_code))
        return None if bytecode is None else from_bytecode(job, bytecode, payload, self._analyses)

    def _audits(self, bundle: SourceBundle) -> list[tuple[AnalysisFile, Payload]] | None:
        """Return the answer of every analysis about a contract, or None while one is missing."""
        answers = [(one, self._payload(audit_key(_source_key(bundle), one.digest))) for one in self._analyses]
        known = [(one, answer) for one, answer in answers if answer is not None]
        return known if len(known) == len(answers) else None

    def missing(self, jobs: Iterable[CodeJob]) -> tuple[list[SourceTask], list[str]]:
        """Return what must run for these jobs: sources with the contracts wanted of each, and runtime codes."""
        units: dict[tuple[str, str], tuple[SourceBundle, set[Wanted], set[Wanted]]] = {}
        bytecodes: set[str] = set()
        for job in jobs:
            source = usable_source(job)
            if source is None or _source_key(source.bundle) in self._fresh:
                bytecodes.add(job.runtime_code)
                continue
            bundle = source.bundle
            contract = Wanted(bundle.contract_name, bundle.contract_path)
            _, wanted, audited = units.setdefault((bundle.source_id, bundle.compiler), (bundle, set(), set()))
            payload = self._payload(_source_key(bundle))
            if payload is None or not self._fits(job, payload):
                wanted.add(contract)
            if (payload is None or "failed" not in payload) and self._audits(bundle) is None:
                audited.add(contract)
            if contract not in wanted | audited:
                bytecodes.add(job.runtime_code)
        tasks = [
            SourceTask(bundle, tuple(sorted(wanted)), tuple(sorted(audited)))
            for bundle, wanted, audited in units.values()
            if wanted or audited
        ]
        return tasks, sorted(bytecodes)

    def _fits(self, job: CodeJob, payload: Payload) -> bool:
        """Return whether a kept entry still fits the model; one that failed fits as it is."""
        try:
            return "failed" in payload or from_source(job, payload) is not None
        except (ValidationError, KeyError, ValueError):
            return False

    def learn(self, answers: Answers) -> None:
        """Take answers in, and keep for later scans those that would come out the same again."""
        found = {source_key(*key): payload for key, payload in answers.sources.items()}
        found |= {bytecode_key(code): payload for code, payload in answers.bytecodes.items()}
        found |= {
            audit_key(source_key(*key), self._digest(name)): answer for (key, name), answer in answers.audits.items()
        }
        for key, payload in found.items():
            self._fresh[key] = payload
            if failed_for_good(payload):
                self.store.save(key, payload)

    def _digest(self, analysis: str) -> str:
        return next(one.digest for one in self._analyses if one.name == analysis)

    def _payload(self, key: str) -> Payload | None:
        return self._fresh.get(key) or self.store.load(key)


def _source_key(bundle: SourceBundle) -> str:
    return source_key(bundle.source_id, bundle.compiler, Wanted(bundle.contract_name, bundle.contract_path))
