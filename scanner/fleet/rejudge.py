"""Stored snapshots judged by today's rules: no node, no compiler, only the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from scanner import pipeline
from scanner.fleet.engine import Place, client_of
from scanner.fleet.handout import Handout
from scanner.fleet.memory import rare_collections
from scanner.fleet.settings import Settings, rules_digest
from scanner.judge.assess import exit_code
from scanner.model.errors import DaoscanError, UsageError
from scanner.store.records import judged_row
from scanner.store.store import Store


def rejudge(
    work: Sequence[tuple[int, str]], settings: Settings, place: Place, told: Callable[[int, list[str]], None]
) -> None:
    """Judge the scans `work` (id and snapshot) and keep what came out; `told` hears how many and what went wrong."""
    with client_of(place) as client:
        out: Handout[tuple[int, str]] = Handout(client, judge_some, settings.model_dump_json())
        for ended in out.run(work):
            if ended.error is not None:
                raise ended.error
            done, problems, fatal = ended.answer
            if fatal:
                raise UsageError(fatal, hint="mend it and give the command again")
            told(done, problems)


def judge_some(work: Sequence[tuple[int, str]], settings: str) -> tuple[int, list[str], str]:
    """Judge some stored scans on this worker; return how many, problems, and what ends the run."""
    from distributed import get_worker

    holder = get_worker()
    kept = getattr(holder, "daoscan_rules", None)
    try:
        if kept is None or kept[0] != settings:
            loaded = Settings.model_validate_json(settings)
            kept = (settings, loaded, loaded.loaded_rules())
            holder.daoscan_rules = kept
            rare_collections()
        store = Store(os.environ["DAOSCAN_DB"])
    except DaoscanError as error:
        return 0, [], error.what
    try:
        return _judged(work, kept[1], kept[2], store)
    finally:
        store.close()


def _judged(
    work: Sequence[tuple[int, str]], settings: Settings, rules: pipeline.Rules, store: Store
) -> tuple[int, list[str], str]:
    digest = rules_digest(rules)
    rows, problems = [], []
    for scan_id, sha256 in work:
        try:
            assessment = pipeline.evaluate(pipeline.load_snapshot(store.snapshot(sha256), f"scan {scan_id}"), rules)
        except Exception as error:  # one snapshot of another version, or damaged, leaves the others alone
            problems.append(f"scan {scan_id}: {error}"[:300])
            continue
        rows.append((scan_id, judged_row(assessment, exit_code(assessment, settings.fail_on), digest)))
    try:
        store.save_judgements(rows)
    except DaoscanError as error:
        return 0, problems, error.what
    return len(rows), problems, ""
