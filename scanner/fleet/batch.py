"""A run over many DAOs, from targets to the store; a run that was ended goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator

from scanner.chain.node import ChainOptions, open_chain
from scanner.fleet.endpoints import find_endpoint
from scanner.fleet.engine import Place, Tally, run
from scanner.fleet.progress import Reporter
from scanner.fleet.rejudge import rejudge
from scanner.fleet.settings import Settings, rules_digest
from scanner.fleet.targets import Targets
from scanner.fleet.task import AGAIN, Result, Task, task_of
from scanner.model.errors import DaoscanError
from scanner.model.snapshot import PinnedBlock
from scanner.store.store import LACKING, Store

_PLACES = 5
"""Of targets that stand twice: how many are named."""


class Batch:
    """Everything that one command does."""

    def __init__(self, settings: Settings, place: Place, *, quiet: bool = False) -> None:
        self._settings = settings
        self._place = place
        self._report = Reporter(quiet=quiet)
        self._rules = settings.loaded_rules()  # a bad rule is told before anything is read
        self._inputs = settings.inputs(settings.brought())

    def scan(self, targets: Targets, *, block: int | None, retry_failed: bool) -> bool:
        """Scan what is not in the store yet; return whether every target is there without an error."""
        for bad in targets.bad:
            self._report.warn(f"{bad.place}: {bad.why}")
        if targets.again:
            more = ", …" if len(targets.again) > _PLACES else ""
            places = ", ".join(targets.again[:_PLACES]) + more
            self._report.warn(f"{len(targets.again)} targets stand there before, the first counts: {places}")
        store = Store(os.environ["DAOSCAN_DB"])
        try:
            key = self._key(targets, block)
            blocks = self._blocks(targets, block, store.kept_blocks(key, ended=retry_failed))
            if blocks:
                blocks = store.begin_run(key, len(targets.wanted), blocks)
            tasks = list(self._tasks(targets, blocks))
            known = store.known([task.key for task in tasks])
            if retry_failed:
                failed = {one for one, status in known.items() if status in ("error", LACKING)}
                store.forget_failures(sorted(failed))
                known = {one: status for one, status in known.items() if one not in failed}
            tally = self._run([task for task in tasks if task.key not in known], len(known))
            blamed = sum(count for kind, count in tally.failures.items() if kind not in AGAIN)
            errors = blamed + sum(status == "error" for status in known.values())
            unreachable = len(targets.wanted) - len(tasks)  # and lines with a block that no node has
            left = tally.failures["node"] + unreachable
            tally.sources_missing += sum(status == LACKING for status in known.values())
            if not left:
                store.end_run(key)
            self._report.end(tally, known=len(known), errors=errors, unreachable=unreachable)
            return not errors and not left and not targets.bad
        finally:
            store.close()

    def rejudge(self) -> bool:
        """Judge the latest snapshot of every target by today's rules; return whether all could be judged."""
        store = Store(os.environ["DAOSCAN_DB"])
        try:
            done = store.judged_by(rules_digest(self._rules))
            rows = store.scans()
        finally:
            store.close()
        work = [(row.id, row.snapshot) for row in rows if row.id not in done]
        tally = Tally(len(work))
        self._report.begin(tally, len(rows) - len(work), "to judge")
        failed = 0

        def told(count: int, problems: list[str]) -> None:
            nonlocal failed
            failed += len(problems)
            for problem in problems:
                self._report.warn(problem)
            tally.done += count + len(problems)
            self._report.far(tally)

        if work:
            rejudge(work, self._settings, self._place, told)
        self._report.judged(tally, failed)
        return not failed

    def _run(self, tasks: list[Task], known: int) -> Tally:
        tally = Tally(len(tasks))
        self._report.begin(tally, known)
        if tasks:
            place = self._place if len(tasks) >= self._place.workers else Place(len(tasks), *_remote(self._place))

            def watch(tally: Tally, task: Task, result: Result) -> None:
                self._report.step(tally, task, result)

            run(tasks, tally, place=place, settings=self._settings, watch=watch)
        return tally

    def _key(self, targets: Targets, block: int | None) -> str:
        what = [self._inputs, block, sorted([one.chain_id, one.address, one.block] for one in targets.wanted)]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()

    def _blocks(self, targets: Targets, number: int | None, kept: dict[int, PinnedBlock]) -> dict[int, PinnedBlock]:
        """Return the block of each chain; a chain without a node that answers is left out."""
        chains = {one.chain_id for one in targets.wanted}
        found = {chain: block for chain, block in kept.items() if chain in chains}
        for chain_id in sorted(chains - found.keys()):
            try:
                found[chain_id] = pinned(chain_id, number)
            except DaoscanError as error:
                self._report.warn(f"chain {chain_id}: {error.what}{f' ({error.hint})' if error.hint else ''}")
        return found

    def _tasks(self, targets: Targets, blocks: dict[int, PinnedBlock]) -> Iterator[Task]:
        digest = rules_digest(self._rules)
        own: dict[tuple[int, int], PinnedBlock] = {}
        for one in targets.wanted:
            if one.chain_id not in blocks:
                continue
            block = blocks[one.chain_id]
            if one.block:
                place = (one.chain_id, one.block)
                if place not in own:
                    try:
                        own[place] = pinned(*place)
                    except DaoscanError as error:
                        self._report.warn(f"block {one.block} of chain {one.chain_id}: {error.what}")
                        continue
                block = own[place]
            yield task_of(one, block, self._inputs, digest)


def pinned(chain_id: int, number: int | None) -> PinnedBlock:
    """Return a block of a chain: the finalized one, or that of a number. Raises UsageError or NodeError."""
    endpoint = find_endpoint(chain_id)
    chain = open_chain(endpoint.url, ChainOptions(block=number, expected_chain_id=chain_id))
    try:
        return chain.block
    finally:
        chain.close()


def _remote(place: Place) -> tuple[str, str, str, str]:
    return place.scheduler, place.tls_ca, place.tls_cert, place.tls_key
