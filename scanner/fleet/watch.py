"""Rounds over targets that are due: scan, compare with what was there, tell what moved on chain."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from scanner import changes
from scanner.changes import Reading
from scanner.fleet.batch import Batch
from scanner.fleet.engine import Place
from scanner.fleet.events import event_of
from scanner.fleet.progress import Reporter
from scanner.fleet.settings import Settings
from scanner.fleet.targets import Targets, Wanted
from scanner.fleet.webhook import Answer, Webhook
from scanner.model.errors import DaoscanError, OutputError
from scanner.store.records import ScanRow
from scanner.store.sharing import SharedFacts
from scanner.store.store import Store
from scanner.store.watching import Changes, Scanned

_POLL_SECONDS = (5.0, 60.0)
_TELLING_SECONDS = 60.0
_RESUME_SECONDS = 600.0
"""After this a round that was not finished begins anew, at a newer block: nodes forget the state of old ones."""


class Watch:
    """What one command does, round after round.

    `say` tells an event as a line; it raises OutputError where nobody can hear it any more.
    """

    def __init__(
        self, settings: Settings, place: Place, *, webhook: Webhook | None, say: Callable[[str], None], quiet: bool
    ) -> None:
        self._load = partial(Batch, settings, place, quiet=quiet)
        self._first: Batch | None = self._load()  # a bad rule is told before anything is done
        self._rules = self._first.rules
        self._webhook = webhook
        self._say = say
        self._report = Reporter(quiet=quiet)
        self._scanned = self._warned = False

    def forever(self, targets: Targets | None, every: int) -> None:
        """Go on until the process is ended. A store that is away is waited for, but not in the first round.

        Raises UsageError of the first round, and OutputError where nobody hears what is said.
        """
        self.round(targets, every)
        self._tell_next(targets, every)
        while True:
            self._pause(every)
            try:
                self.round(targets, every)
                if self._scanned:
                    self._tell_next(targets, every)
            except OutputError:
                raise
            except DaoscanError as error:
                self._report.warn(f"{error.what}; tried again in the next round")

    @staticmethod
    def _pause(every: int) -> None:
        time.sleep(min(max(float(every), _POLL_SECONDS[0]), _POLL_SECONDS[1]))

    def round(self, targets: Targets | None, every: int) -> bool:
        """Do what is due; return whether all of it was scanned and told. `targets`: None for all in the store."""
        store = Store(os.environ["DAOSCAN_DB"])
        try:
            kept = Changes(store.database)
            known = kept.last_scanned()
            if targets is None and not known and not self._warned:
                self._report.warn("the store holds no target to watch yet: `daoscan batch` fills it")
                self._warned = True
            due = _due(known, targets, every)
            self._scanned = bool(due.wanted)
            clean = self._fresh().scan(due, block=None, resume_for=_RESUME_SECONDS) if due.wanted else not due.bad
            compared = [self._compare(store, kept, old, new) for old, new in kept.to_compare()]
            return all((clean, *compared, self._tell(store, kept)))
        finally:
            store.close()

    def _tell_next(self, targets: Targets | None, every: int) -> None:
        """Say that all is well and what comes next: what waits for an hour looks like what hangs."""
        store = Store(os.environ["DAOSCAN_DB"])
        try:
            last = {(one.chain_id, one.target): one.finished_at for one in Changes(store.database).last_scanned()}
        finally:
            store.close()
        watched = last.keys() if targets is None else {(one.chain_id, one.address) for one in targets.wanted}
        if not watched:
            return
        first = min(last.get(one, 0) for one in watched) + every - time.time()
        self._report.say(f"{len(watched)} watched, the next is due {_in(first)}")

    def _fresh(self) -> Batch:
        """Return a run with rules and lists as they are now: files of them may have changed since the last round."""
        batch, self._first = self._first or self._load(), None
        self._rules = batch.rules
        return batch

    def _compare(self, store: Store, kept: Changes, old: ScanRow, new: ScanRow) -> bool:
        try:
            sides = [self._reading(store, one) for one in (old, new)]
            found = changes.compare(sides[0], sides[1])
            event = event_of(found, sides[0], sides[1], self._earlier(store, kept, old))
        except DaoscanError as error:  # of another version, or damaged: the others are told all the same
            self._report.warn(f"scans {old.id} and {new.id} cannot be compared: {error.what}")
            return False
        kept.save(old.id, new.id, difference=found.model_dump_json(), event=event)
        return True

    def _reading(self, store: Store, row: ScanRow) -> Reading:
        return changes.reading(store.snapshot(row.snapshot), f"scan {row.id}", self._rules)

    def _earlier(self, store: Store, kept: Changes, row: ScanRow) -> Iterator[Reading]:
        """Yield what was read before a scan, the newest first; what is of no use is passed over."""
        for one in kept.before(row):
            with contextlib.suppress(DaoscanError):
                yield self._reading(store, one)

    def _tell(self, store: Store, kept: Changes) -> bool:
        """Tell what was not told yet. What a webhook did not take stays for the next round.

        Without a webhook an event counts as told when its line is out: it is not lost with who read it.
        """
        claims = SharedFacts(store.database, claim_seconds=_TELLING_SECONDS)
        clean = True
        for change in kept.untold():
            claim = hashlib.sha256(f"change {change.id}".encode()).hexdigest()
            if not claims.claim(claim):
                # another watch on the same store is at it, or died at it
                self._report.warn("an event is left to the watch that began to tell it; told again in the next round")
                clean = False
                continue
            try:
                if not kept.is_untold(change.id):
                    continue
                answer = self._webhook.send(change.event.encode()) if self._webhook else Answer()
                if answer.why:
                    self._report.warn(f"{answer.why}; told again in the next round")
                    clean = False
                    if answer.away:
                        break
                elif self._webhook:
                    kept.told(change.id)
                    self._say(change.event)
                else:
                    self._say(change.event)
                    kept.told(change.id)
            finally:
                claims.release(claim)
        return clean


def _due(known: Sequence[Scanned], targets: Targets | None, every: int) -> Targets:
    """Return what was not scanned for `every` seconds. A block that a line names is not pinned: time goes on."""
    last = {(one.chain_id, one.target): one.finished_at for one in known}
    wanted: Iterable[Wanted] = (Wanted(one.chain_id, one.target, one.name) for one in known)
    if targets is not None:
        wanted = (replace(one, block=0) for one in targets.wanted)
    before = time.time() - every
    due = {(one.chain_id, one.address): one for one in wanted if last.get((one.chain_id, one.address), 0) <= before}
    return Targets(tuple(due.values()), targets.bad if targets else ())


def _in(seconds: float) -> str:
    """Return when something is due in words, in the largest unit that says it."""
    if seconds < 1:
        return "now"
    unit, name = next(one for one in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")) if seconds >= one[0])
    return f"in {seconds / unit:.0f} {name}"
