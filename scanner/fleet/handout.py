"""Items handed out to the workers of a cluster, a handful at a time: what handing out costs is paid once for each.

A handful is as many items as take about a second, by what the last ones took. So new code, which takes a minute, goes
out DAO by DAO, and a thousand DAOs of known code cost the coordinator little.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
AHEAD = 2
"""Handfuls in flight for each worker: one that it is at, one that waits with the scheduler."""
MOST = 16
_SECONDS = 1.0
_NEWEST = 0.5  # weight of the last handful in what one item is thought to take


@dataclass(frozen=True)
class Ended(Generic[T]):
    """A handful that ended: with what the function returned, or with an error."""

    items: tuple[T, ...]
    error: BaseException | None
    answer: Any


class Handout(Generic[T]):
    """Calls `function(items, *arguments)` on workers and yields what comes back, in the order in which it does."""

    def __init__(self, client: Client, function: Callable[..., Any], *arguments: Any) -> None:
        from distributed import as_completed

        self._client = client
        self._function = function
        self._arguments = arguments
        self._waiting: dict[Any, tuple[T, ...]] = {}
        self._queue: Any = as_completed(loop=client.loop)
        self._workers = max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
        self._each = 0.0  # seconds; 0 while nothing is known

    def run(self, items: Sequence[T]) -> Iterator[Ended[T]]:
        """Hand out all of them."""
        rest = iter(items)
        left = len(items)

        def more(handfuls: int) -> None:
            nonlocal left
            for _ in range(handfuls):
                part = tuple(itertools.islice(rest, self._size(left)))
                if part:
                    left -= len(part)
                    self._send(part)

        more(AHEAD * self._workers)
        for future in self._queue:
            more(1)  # before the answer is looked at: nobody waits for that
            yield self._ended(future)

    def again(self, items: Iterable[T]) -> None:
        """Hand out some once more, each by itself."""
        for item in items:
            self._send((item,))

    def _size(self, left: int) -> int:
        """Return how many items the next handful has: at the end few, so that all workers end together."""
        if not self._each:
            return 1
        return max(1, min(MOST, int(_SECONDS / self._each), left // (AHEAD * self._workers)))

    def _send(self, items: tuple[T, ...]) -> None:
        future = self._client.submit(timed, self._function, items, self._arguments, pure=False, retries=0)
        self._waiting[future.key] = items
        self._queue.add(future)

    def _ended(self, future: Future) -> Ended[T]:
        items = self._waiting.pop(future.key)
        error = future.exception()
        if error is not None:
            return Ended(items, error, None)
        seconds, answer = future.result()
        each = max(seconds / len(items), 0.001)
        self._each = each if not self._each else _NEWEST * each + (1.0 - _NEWEST) * self._each
        return Ended(items, None, answer)


def timed(function: Callable[..., Any], items: Sequence[Any], arguments: Sequence[Any]) -> tuple[float, Any]:
    """On a worker: return how long a call took, and what it returned."""
    started = time.monotonic()
    answer = function(items, *arguments)
    return time.monotonic() - started, answer
