"""One DAO from task to store, in the process it is called in."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from scanner import pipeline
from scanner.brought import Brought
from scanner.chain.endpoint import parse_endpoint
from scanner.compare.compare import main_block
from scanner.fleet.endpoints import Endpoint, find_endpoint
from scanner.fleet.settings import Settings
from scanner.fleet.targets import stated
from scanner.fleet.task import Kind, Result, Task
from scanner.judge.assess import exit_code
from scanner.manifest.manifest import Manifest, read_manifest
from scanner.model.errors import DaoscanError, NodeError, UsageError
from scanner.sources.collect import SourceOptions
from scanner.sources.contents import Contents
from scanner.store.records import Failed, judged_row, sources_missing
from scanner.store.sharing import Pace, SharedFacts
from scanner.store.store import Store

OTHER_INPUTS = "lists, sources or the manifest on this worker are not those of the run"


@dataclass(frozen=True)
class Run:
    """What all scans of a run have in common, loaded."""

    settings: Settings
    rules: pipeline.Rules
    brought: Brought
    cache_dir: Path
    owner: str
    """Under what name code is claimed."""
    contents: Contents | None = None
    """What lies in the folder of sources."""


def scan_one(task: Task, run: Run) -> Result:
    """Scan a DAO and keep it in the store; what goes wrong is in the result, and in the store where it will stay."""
    started = time.monotonic()
    try:
        store = Store(os.environ["DAOSCAN_DB"])
    except DaoscanError as error:
        return Result(key=task.key.digest, kind="store", reason=error.what)
    try:
        result = _scanned(task, run, store)
    finally:
        store.close()
    return result.model_copy(update={"seconds": time.monotonic() - started})


def _scanned(task: Task, run: Run, store: Store) -> Result:
    key = task.key.digest
    try:
        manifest = read_manifest(Path(task.manifest)) if task.manifest else None
        if _others(task, run, manifest):
            return Result(key=key, kind="rules", reason=OTHER_INPUTS)
        snapshot = pipeline.collect(_options(task, run, store, manifest), lambda _: None)
        if _others(task, run, manifest):  # a file in the folder of sources was changed meanwhile
            return Result(key=key, kind="rules", reason=OTHER_INPUTS)
        if main_block(snapshot).hash != task.block.hash:
            reason = f"block {task.block.number} is another one there than at the beginning of the run"
            return Result(key=key, kind="node", reason=reason)
        assessment = pipeline.evaluate(snapshot, run.rules)
    except Exception as error:
        kind, reason = _blamed(error, task)
        return _kept_failure(task, store, Result(key=key, kind=kind, reason=reason))
    code = exit_code(assessment, run.settings.fail_on)
    judged = judged_row(assessment, code, task.rules)
    try:
        data = pipeline.dump_snapshot(snapshot)
        saved = store.save(task.key, snapshot, data, judged=judged, cpu_seconds=time.process_time())
    except DaoscanError as error:
        return Result(key=key, kind="store", reason=error.what)
    return Result(
        key=key, saved=saved, exit_code=code, worst=judged.worst, sources_missing=bool(sources_missing(snapshot))
    )


def _others(task: Task, run: Run, manifest: Manifest | None) -> bool:
    """Whether what goes into a scan here is something else than the run was begun with; a folder that is gone is."""
    try:
        return run.settings.inputs(run.brought, run.contents, stated(manifest) if manifest else "") != task.inputs
    except UsageError:
        return True


def _options(task: Task, run: Run, store: Store, manifest: Manifest | None) -> pipeline.ScanOptions:
    settings, cache_dir = run.settings, run.cache_dir
    endpoint = find_endpoint(task.chain_id)
    return pipeline.ScanOptions(
        rpc_url=endpoint.url,
        entry="" if manifest else task.address,
        cache_dir=cache_dir,
        name=task.name,
        chain_id=task.chain_id,
        block=task.block.number,
        sources=SourceOptions(
            folder=Path(settings.sources) if settings.sources else None,
            sourcify_url=settings.sourcify_url,
            etherscan_key=os.environ.get("DAOSCAN_ETHERSCAN_KEY", ""),
            etherscan_url=settings.etherscan_url,
            cache_dir=cache_dir / "sources",
        ),
        code=replace(settings.code(cache_dir), shared=SharedFacts(store.database, owner=run.owner)),
        brought=replace(run.brought, manifest=manifest),
        limits=settings.limits(),
        pace=pace_of(endpoint, store),
    )


def pace_of(endpoint: Endpoint, store: Store) -> Pace | None:
    """Return what holds back requests to a node; None where nothing limits it."""
    return Pace(store.database, endpoint.key, endpoint.per_second) if endpoint.per_second else None


def _blamed(error: Exception, task: Task) -> tuple[Kind, str]:
    if isinstance(error, NodeError):
        return "node", error.what
    # The DAO is not to blame for a node of another chain, that lags behind, or that refuses the key.
    if isinstance(error, UsageError) and error.where in _of_node(task):
        return "node", error.what
    if isinstance(error, DaoscanError):
        return "target", f"{error.what}{f' ({error.where})' if error.where else ''}"
    return "internal", f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]


def _of_node(task: Task) -> tuple[str, ...]:
    try:
        return "--rpc-url", "--block", parse_endpoint(find_endpoint(task.chain_id).url).shown
    except DaoscanError:
        return ()


def _kept_failure(task: Task, store: Store, result: Result) -> Result:
    """Keep a failure that another attempt would not cure; a node that is gone is asked again by the next run."""
    if result.kind == "node":
        return result
    try:
        failed = Failed(result.kind, result.reason)
        return result.model_copy(update={"saved": store.save_failure(task.key, task.block, task.name, failed)})
    except DaoscanError as error:
        return result.model_copy(update={"kind": "store", "reason": error.what})
