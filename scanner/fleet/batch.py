"""A run over many DAOs, from targets to the store; a run that was ended goes on where it was."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator

from scanner.chain.node import ChainOptions, open_chain
from scanner.chain.transport import Patience
from scanner.fleet.endpoints import NoNode, find_endpoint
from scanner.fleet.engine import Place, Tally, client_of, run
from scanner.fleet.progress import Reporter
from scanner.fleet.rejudge import rejudge
from scanner.fleet.scan_one import pace_of
from scanner.fleet.settings import Settings, rules_digest
from scanner.fleet.targets import Targets
from scanner.fleet.task import AGAIN, Result, Task, task_of
from scanner.model.errors import DaoscanError
from scanner.model.snapshot import PinnedBlock
from scanner.store.store import LACKING, Store

_PLACES = 5
"""Of targets that stand twice: how many are named."""


class Batch:
    """Everything that one command does. `rules` are those of the run, as they were when this was made."""

    def __init__(self, settings: Settings, place: Place, *, quiet: bool = False) -> None:
        self._settings = settings
        place.check()
        self._place = place
        self._report = Reporter(quiet=quiet)
        self.rules = settings.loaded_rules()  # a bad rule is told before anything is read
        self._brought = settings.brought()
        self._contents = settings.contents()
        if self._contents:
            self._contents.digest()

    def scan(
        self, targets: Targets, *, block: int | None, retry_failed: bool = False, resume_for: float | None = None
    ) -> bool:
        """Scan what is not in the store yet; return whether every target is there without an error.

        A run that has not ended goes on at its block, however old; `resume_for` seconds at most where that is given.
        """
        for bad in targets.bad:
            self._report.warn(f"{bad.place}: {bad.why}")
        if targets.again:
            more = ", …" if len(targets.again) > _PLACES else ""
            places = ", ".join(targets.again[:_PLACES]) + more
            self._report.warn(f"{len(targets.again)} repeated, the first counts: {places}")
        _want_nodes({one.chain_id for one in targets.wanted})
        store = Store(os.environ["DAOSCAN_DB"])
        try:
            key = self._key(targets, block)
            if resume_for is not None:
                store.end_run(key, started_before=time.time() - resume_for)
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
            self._report.close()
            store.close()

    def rejudge(self) -> bool:
        """Judge the latest snapshot of every target by today's rules; return whether all could be judged."""
        store = Store(os.environ["DAOSCAN_DB"])
        try:
            done = store.judged_by(rules_digest(self.rules))
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

        try:
            if work:
                rejudge(work, self._settings, self._place, told)
        finally:
            self._report.close()
        self._report.judged(tally, failed)
        return not failed

    def _run(self, tasks: list[Task], known: int) -> Tally:
        tally = Tally(len(tasks))
        self._report.begin(tally, known)
        if tasks:
            place = self._place if len(tasks) >= self._place.workers else Place(len(tasks), *_remote(self._place))

            def watch(tally: Tally, task: Task, result: Result) -> None:
                self._report.step(tally, task, result)

            cluster = client_of(place, self._report.warn)
            run(tasks, tally, cluster=cluster, settings=self._settings, watch=watch)
        return tally

    def _key(self, targets: Targets, block: int | None) -> str:
        wanted = sorted([one.chain_id, one.address, one.block, one.stated] for one in targets.wanted)
        what = [self._settings.inputs(self._brought, self._contents), block, wanted]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()

    def _blocks(self, targets: Targets, number: int | None, kept: dict[int, PinnedBlock]) -> dict[int, PinnedBlock]:
        """Return the block of each chain; a chain without a node that answers is left out."""
        chains = {one.chain_id for one in targets.wanted}
        found = {chain: block for chain, block in kept.items() if chain in chains}
        for chain_id, one in sorted(found.items()):
            self._report.say(f"chain {chain_id}: on at block {one.number}, at which this run began")
        for chain_id in sorted(chains - found.keys()):
            try:
                found[chain_id] = self._pinned(chain_id, number)
            except DaoscanError as error:
                self._report.warn(f"chain {chain_id}: {error.what}{f' ({error.hint})' if error.hint else ''}")
        return found

    def _tasks(self, targets: Targets, blocks: dict[int, PinnedBlock]) -> Iterator[Task]:
        digest = rules_digest(self.rules)
        own: dict[tuple[int, int], PinnedBlock] = {}
        inputs: dict[str, str] = {}
        for one in targets.wanted:
            if one.chain_id not in blocks:
                continue
            block = blocks[one.chain_id]
            if one.block:
                place = (one.chain_id, one.block)
                if place not in own:
                    try:
                        own[place] = self._pinned(*place)
                    except DaoscanError as error:
                        self._report.warn(f"block {one.block} of chain {one.chain_id}: {error.what}")
                        continue
                block = own[place]
            if one.stated not in inputs:
                inputs[one.stated] = self._settings.inputs(self._brought, self._contents, one.stated)
            yield task_of(one, block, inputs[one.stated], digest)

    @staticmethod
    def _pinned(chain_id: int, number: int | None) -> PinnedBlock:
        """Return a block of a chain: the finalized one, or that of a number. Raises UsageError or NodeError."""
        endpoint = find_endpoint(chain_id)
        store = Store(os.environ["DAOSCAN_DB"])
        try:
            pace = pace_of(endpoint, store)
            patience = Patience(pace=pace) if pace else Patience()
            options = ChainOptions(block=number, expected_chain_id=chain_id, patience=patience)
            with contextlib.closing(open_chain(endpoint.url, options)) as chain:
                return chain.block
        finally:
            store.close()


def _want_nodes(chains: set[int]) -> None:
    """Raise UsageError where no chain has a node, and RuleError or UsageError for endpoints that cannot be read.

    Where only some have none, the rest goes on.
    """
    missing = []
    for chain_id in sorted(chains):
        try:
            find_endpoint(chain_id)
        except NoNode as error:
            missing.append(error)
    if missing and len(missing) == len(chains):
        raise missing[0]


def _remote(place: Place) -> tuple[str, str, str, str]:
    return place.scheduler, place.tls_ca, place.tls_cert, place.tls_key
