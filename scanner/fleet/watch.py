"""Rounds over targets that are due: scan, compare with what was there, tell what moved on chain."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from scanner import changes
from scanner.changes import Reading
from scanner.fleet.batch import Batch
from scanner.fleet.engine import Place
from scanner.fleet.events import event_of
from scanner.fleet.progress import Reporter
from scanner.fleet.settings import Settings
from scanner.fleet.targets import Targets, Wanted
from scanner.fleet.webhook import Webhook
from scanner.model.errors import DaoscanError
from scanner.store.records import ScanRow
from scanner.store.sharing import SharedFacts
from scanner.store.store import Store
from scanner.store.watching import Changes

_POLL_SECONDS = (5.0, 60.0)
_TELLING_SECONDS = 300.0
_RESUME_SECONDS = 600.0
"""After this a round that was not finished begins anew, at a newer block: nodes forget the state of old ones."""


class Watch:
    """What one command does, round after round."""

    def __init__(
        self, settings: Settings, place: Place, *, webhook: Webhook | None, say: Callable[[str], None], quiet: bool
    ) -> None:
        self._batch = Batch(settings, place, quiet=quiet)
        self._rules = settings.loaded_rules()
        self._webhook = webhook
        self._say = say
        self._report = Reporter(quiet=quiet)

    def forever(self, targets: Targets | None, every: int) -> None:
        """Go on until the process is ended. A store that is away is waited for, but not in the first round."""
        self.round(targets, every)
        while True:
            self._pause(every)
            try:
                self.round(targets, every)
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
            due = _due(kept, targets, every)
            clean = self._batch.scan(due, block=None, resume_for=_RESUME_SECONDS) if due.wanted else not due.bad
            compared = [self._compare(store, kept, old, new) for old, new in kept.to_compare()]
            return all((clean, *compared, self._tell(store, kept)))
        finally:
            store.close()

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
        """Tell what was not told yet. What a webhook did not take stays for the next round."""
        claims = SharedFacts(store.database, claim_seconds=_TELLING_SECONDS)
        clean = True
        for change in kept.untold():
            claim = hashlib.sha256(f"change {change.id}".encode()).hexdigest()
            if not claims.claim(claim):
                continue  # another watch on the same store is telling it
            try:
                if not kept.is_untold(change.id):
                    continue
                why = self._webhook.send(change.event.encode()) if self._webhook else ""
                if why:
                    self._report.warn(f"{why}; told again in the next round")
                    clean = False
                elif kept.told(change.id):
                    self._say(change.event)
            finally:
                claims.release(claim)
        return clean


def _due(kept: Changes, targets: Targets | None, every: int) -> Targets:
    """Return what was not scanned for `every` seconds. A block that a line names is not pinned: time goes on."""
    known = kept.last_scanned()
    last = {(one.chain_id, one.target): one.finished_at for one in known}
    wanted: Iterable[Wanted] = (Wanted(one.chain_id, one.target, one.name) for one in known)
    if targets is not None:
        wanted = (replace(one, block=0) for one in targets.wanted)
    before = time.time() - every
    due = {(one.chain_id, one.address): one for one in wanted if last.get((one.chain_id, one.address), 0) <= before}
    return Targets(tuple(due.values()), targets.bad if targets else ())
