"""Some dask workers in one process, for a simulated cluster: `python -m tools.bench.sleepers SCHEDULER COUNT`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack


def sleep_each(items: Sequence[int], seconds: float) -> None:
    """On a worker: sleep for each of some items."""
    for _ in items:
        time.sleep(seconds)


async def _serve(scheduler: str, count: int) -> None:
    from distributed import Worker

    async with AsyncExitStack() as stack:
        workers = [
            await stack.enter_async_context(
                Worker(scheduler, nthreads=1, memory_limit=0, dashboard=False, name=f"{scheduler} {id(stack)} {place}")
            )
            for place in range(count)
        ]
        await asyncio.gather(*(one.finished() for one in workers))


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2])))
