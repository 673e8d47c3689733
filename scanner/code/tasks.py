"""Runs compilers and workers on what is not in the store yet, two pieces at a time."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from scanner.code.assemble import Payload, failure
from scanner.code.auditors.answers import failure as audit_failure
from scanner.code.compilers.interface import CompileFailed, CompileLimit, Compiler, CompilerUnavailable, Limits
from scanner.code.compilers.resolve import CompilerPlaces, compile_with, resolve_compiler
from scanner.code.interface import CodeOptions
from scanner.code.requests import OUTPUT_FILE, Wanted, audit_request, bytecode_request, source_request
from scanner.code.store import unit_key
from scanner.code.worker import WorkerDied, WorkerLimit, Workers
from scanner.limited import Bounds
from scanner.model.observation import Reason
from scanner.model.snapshot import SourceBundle

_AT_ONCE = 2
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class SourceTask:
    """One compile of a source: the contracts whose facts are wanted, and those that auditors' analyses are to see."""

    bundle: SourceBundle
    wanted: tuple[Wanted, ...]
    audited: tuple[Wanted, ...] = ()

    @property
    def key(self) -> str:
        """The key under which the work is claimed."""
        return unit_key(self.bundle.source_id, self.bundle.compiler)

    @property
    def size(self) -> int:
        return sum(len(file.content) for file in self.bundle.files)


@dataclass(frozen=True)
class Answers:
    """Payloads by (source id, compiler, contract) and by runtime code; audits by contract and name of the analysis."""

    sources: Mapping[tuple[str, str, Wanted], Payload]
    bytecodes: Mapping[str, Payload]
    audits: Mapping[tuple[tuple[str, str, Wanted], str], Payload]


class Tasks:
    """Everything that runs for one call of `analyse`; leaving the context ends what still runs.

    Nothing is started before there is something to run.
    """

    def __init__(self, options: CodeOptions, progress: Callable[[str], None]) -> None:
        self._options = options
        self._progress = progress
        self._stopped = threading.Event()
        self._compilers: dict[str, Compiler | Payload] = {}
        self._starting = threading.Lock()
        self._workers: Workers | None = None

    def __enter__(self) -> Tasks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        if self._workers is not None:
            self._workers.stop()

    def run(self, sources: Iterable[SourceTask], bytecodes: Iterable[str]) -> Answers:
        """Answer everything; what cannot be answered is a payload that says why. Largest sources go first."""
        ordered = sorted(sources, key=lambda task: -task.size)
        for task in ordered:
            self._resolve(task.bundle)
        pool = ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1))
        try:
            of_source = {pool.submit(self._source, task): task for task in ordered}
            of_bytecode = {pool.submit(self._bytecode, code): code for code in bytecodes}
            self._wait(of_source, (*of_source, *of_bytecode))
        except BaseException:
            self._stopped.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        found: dict[tuple[str, str, Wanted], Payload] = {}
        audits: dict[tuple[tuple[str, str, Wanted], str], Payload] = {}
        for future, task in of_source.items():
            facts, stated = future.result()
            name = (task.bundle.source_id, task.bundle.compiler)
            found |= {(*name, wanted): payload for wanted, payload in zip(task.wanted, facts, strict=True)}
            for wanted, answers in zip(task.audited, stated, strict=True):
                for analysis, answer in zip(self._options.analyses, answers, strict=True):
                    audits[(*name, wanted), analysis.name] = answer
        return Answers(found, {code: future.result() for future, code in of_bytecode.items()}, audits)

    def _wait(self, of_source: Mapping[Future[Any], SourceTask], futures: tuple[Future[Any], ...]) -> None:
        """Wait for all, waking often so that Ctrl-C is heard, and tell what is done."""
        open_ones = set(futures)
        ended = 0
        while open_ones:
            done, open_ones = wait(open_ones, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                ended += 1
                names = _names(of_source[future]) if future in of_source else "bytecode"
                self._progress(f"code {ended} of {len(futures)}: {names}")

    def _resolve(self, bundle: SourceBundle) -> None:
        """Find each compiler once, before any worker needs it: nothing else here uses a network."""
        version = bundle.compiler
        if version in self._compilers or bundle.language != "Solidity":
            return
        self._progress(f"looking for solc {version}")
        places = CompilerPlaces(self._options.cache_dir, self._options.solc, self._options.offline)
        try:
            self._compilers[version] = resolve_compiler(version, places)
        except (CompilerUnavailable, CompileLimit) as error:
            self._compilers[version] = failure(Reason.COMPILER_UNAVAILABLE, error.what)

    def _source(self, task: SourceTask) -> _OfSource:
        if task.bundle.language != "Solidity":
            detail = f"sources in {task.bundle.language[:40]} are not compiled"
            return self._none(task, failure(Reason.COMPILER_UNAVAILABLE, detail))
        compiler = self._compilers[task.bundle.compiler]
        if not isinstance(compiler, Compiler):
            return self._none(task, compiler)
        try:
            return self._compiled(task, compiler)
        except _FAILURES as error:
            return self._none(task, _failure_of(error))

    def _none(self, task: SourceTask, failed: Payload) -> _OfSource:
        return (failed,) * len(task.wanted), (self._no_audit(failed),) * len(task.audited)

    def _no_audit(self, failed: Payload) -> tuple[Payload, ...]:
        reason, detail = failed["failed"]
        return tuple(audit_failure(one.name, Reason(reason), detail) for one in self._options.analyses)

    def _compiled(self, task: SourceTask, compiler: Compiler) -> _OfSource:
        bundle = task.bundle
        files = {file.path: file.content for file in bundle.files}
        standard_json = {
            "language": bundle.language,
            "sources": {path: {"content": content} for path, content in files.items()},
            "settings": json.loads(bundle.settings_json or "{}"),
        }
        started = time.monotonic()
        worker = self._worker()  # its imports run beside the compiler
        output = compile_with(compiler, standard_json, outputs="analysis", limits=self._limits(started))
        facts: tuple[Payload, ...] = ()
        if task.wanted:
            request = source_request(bundle.source_id, compiler.version, files, list(task.wanted))
            try:
                facts = _payloads(_asked(worker, request, output, self._limits(started)), len(task.wanted))
            except _FAILURES as error:
                facts = (_failure_of(error),) * len(task.wanted)
        stated: tuple[tuple[Payload, ...], ...] = ()
        if task.audited:
            stated = self._audits(source_request(bundle.source_id, compiler.version, files, list(task.audited)), output)
        return facts, stated

    def _audits(self, request: dict[str, Any], output: bytes) -> tuple[tuple[Payload, ...], ...]:
        """A unit of their own: whatever an auditor's analysis does, the facts that were found without it stand."""
        options = self._options
        count = len(request["wanted"])
        bounds = Bounds(options.seconds_per_analysis, options.bytes_per_analysis)
        analyses = [{"name": a.name, "path": str(a.path), "text": a.text, "facts": a.facts} for a in options.analyses]
        seconds = options.seconds_per_contract + count * len(analyses) * options.seconds_per_analysis
        limits = Limits(seconds=seconds, resident_bytes=options.resident_bytes, stopped=self._stopped)
        try:
            answer = _asked(self._worker(), audit_request(request, analyses, bounds), output, limits)
        except _FAILURES as error:
            return (self._no_audit(_failure_of(error)),) * count
        if "failed" in answer:
            return (self._no_audit(answer),) * count
        return tuple(
            self._no_audit(target) if "failed" in target else tuple(target["answers"]) for target in answer["targets"]
        )

    def _bytecode(self, runtime_code: str) -> Payload:
        try:
            with tempfile.TemporaryDirectory(prefix="daoscan-") as folder:
                request = bytecode_request(runtime_code)
                return _payloads(self._worker().run(request, Path(folder), self._limits(time.monotonic())), 1)[0]
        except _FAILURES as error:
            return _failure_of(error)

    def _worker(self) -> Workers:
        with self._starting:
            if self._workers is None:
                self._workers = Workers()
            return self._workers

    def _limits(self, started: float) -> Limits:
        left = self._options.seconds_per_contract - (time.monotonic() - started)
        return Limits(seconds=max(left, 0.0), resident_bytes=self._options.resident_bytes, stopped=self._stopped)


_OfSource = tuple[tuple[Payload, ...], tuple[tuple[Payload, ...], ...]]
"""Payloads of the contracts wanted, and for each contract audited the answers of the analyses."""


def _asked(worker: Workers, request: dict[str, Any], output: bytes, limits: Limits) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="daoscan-") as folder:
        (Path(folder) / OUTPUT_FILE).write_bytes(output)
        return worker.run(request, Path(folder), limits)


_FAILURES = (CompilerUnavailable, CompileFailed, CompileLimit, WorkerLimit, WorkerDied, OSError, ValueError, TypeError)


def _names(task: SourceTask) -> str:
    return ", ".join(dict.fromkeys(item.name for item in (*task.wanted, *task.audited)))


def _failure_of(error: Exception) -> Payload:
    """Return the payload of work that failed, with the reason in the model's words."""
    match error:
        case CompilerUnavailable():
            return failure(Reason.COMPILER_UNAVAILABLE, error.what)
        case CompileFailed():
            return failure(Reason.COMPILE_FAILED, error.what)
        case CompileLimit() | WorkerLimit():
            return failure(Reason.LIMIT, str(error))
        case OSError():
            return failure(Reason.ANALYSIS_FAILED, f"no room to work: {error.strerror}")
        case WorkerDied():
            return failure(Reason.ANALYSIS_FAILED, str(error))
        case _:  # settings that are no settings
            return failure(Reason.ANALYSIS_FAILED, "the source's settings cannot be read")


def _payloads(answer: Mapping[str, Any], count: int) -> tuple[Payload, ...]:
    """A worker that answered would answer the same again, so its failures are kept like its facts."""
    if "failed" in answer:
        return ({**answer, "kept": True},) * count
    return tuple({**target, "kept": True} for target in answer["targets"])
