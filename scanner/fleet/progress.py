"""How far a run is: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from scanner.fleet.engine import Tally
from scanner.fleet.task import Result, Task

_LINE_SECONDS = 10.0


class Reporter:
    """Tells on stderr what happens. Without a terminal a line every ten seconds, and one for each failure."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._started = time.monotonic()
        self._last = 0.0

    def warn(self, text: str) -> None:
        """Say something that must not be missed."""
        self._console.print(Text(f"warning: {text}"), soft_wrap=True)

    def say(self, text: str) -> None:
        """Say something that a quiet run leaves out."""
        if not self._quiet:
            self._console.print(Text(text), soft_wrap=True)

    def begin(self, tally: Tally, known: int, what: str = "to scan") -> None:
        """Say what is to be done."""
        self._started = self._last = time.monotonic()
        if self._quiet:
            return
        self._console.print(Text(f"{tally.total} {what}, {known} in the store already"), soft_wrap=True)
        if sys.stderr.isatty() and tally.total:
            columns = (BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeRemainingColumn())
            self._bar = Progress(*columns, TextColumn("{task.fields[said]}", markup=False), console=self._console)
            self._bar.start()
            self._task = self._bar.add_task("", total=tally.total, said="")

    def step(self, tally: Tally, task: Task, result: Result) -> None:
        """Tell of one DAO that is done."""
        if result.kind:
            self.warn(f"eip155:{task.chain_id}:{task.address}: {result.kind}: {_plain(result.reason)}")
        self.far(tally)

    def far(self, tally: Tally) -> None:
        """Tell how far it is."""
        if self._quiet:
            return
        now = time.monotonic()
        rate = tally.done / max(now - self._started, 0.001)
        speed = f"{rate:.1f} per second" if rate >= 0.1 else f"{60 * rate:.1f} per minute"
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=tally.done, said=f"{speed}{_errors(tally)}")
        elif now - self._last >= _LINE_SECONDS:
            self._last = now
            left = (tally.total - tally.done) / max(rate, 0.001)
            said = f"{tally.done} of {tally.total}, {speed}, {left:.0f} s left{_errors(tally)}"
            self._console.print(Text(said), soft_wrap=True)

    def close(self) -> None:
        """Take the bar away, however it ended: the terminal gets its cursor back."""
        if self._bar is not None:
            self._bar.stop()

    def judged(self, tally: Tally, failed: int) -> None:
        """Say how judging anew ended."""
        self.close()
        if not self._quiet:
            seconds = time.monotonic() - self._started
            self._console.print(
                Text(f"{tally.done - failed} judged in {seconds:.1f} s, {failed} could not be"), soft_wrap=True
            )

    def end(self, tally: Tally, *, known: int, errors: int, unreachable: int) -> None:
        """Say how it ended."""
        self.close()
        if self._quiet:
            return
        seconds = time.monotonic() - self._started
        worst = ", ".join(f"{count} with {name} findings" for name, count in sorted(tally.worst.items()))
        parts = [f"{tally.saved} scanned in {seconds:.1f} s", f"{known} were there"]
        parts.append(f"{errors} in error: --retry-failed tries them again" if errors else "none in error")
        if tally.failures["node"] + unreachable:
            parts.append(f"{tally.failures['node'] + unreachable} not reached: give the command again")
        if tally.sources_missing:
            parts.append(f"{tally.sources_missing} without sources of an explorer that did not answer: --retry-failed")
        self._console.print(Text(", ".join(parts) + (f"; {worst}" if worst else "")), soft_wrap=True)


def _errors(tally: Tally) -> str:
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.failures.items()) if count)
    return f"; errors: {said}" if said else ""


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() else "�" for one in text)[:300]
