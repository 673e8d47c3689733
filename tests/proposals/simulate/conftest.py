from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fixtures.localchain import LocalChain, anvil_binary
from scanner.chain.forkproxy import ForkProxy
from scanner.chain.node import open_chain
from scanner.proposals.simulate.fork import Fork
from scanner.proposals.simulate.process import AnvilProcess, ForkLimits
from scanner.proposals.simulate.program import Program, find_anvil


@pytest.fixture(scope="session")
def program() -> Program:
    return find_anvil(anvil_binary(), Path(), offline=True)


@pytest.fixture(scope="module")
def local() -> Iterator[LocalChain]:
    with LocalChain() as chain:
        chain.mine(20)
        yield chain


@contextmanager
def forked(
    local: LocalChain, program: Program, limits: ForkLimits | None = None
) -> Iterator[tuple[Fork, AnvilProcess]]:
    """Fork a local chain at its latest block."""
    limits = limits or ForkLimits()
    chain = open_chain(local.url)
    with ForkProxy(chain) as proxy, AnvilProcess(program, proxy.url, limits) as process:
        fork = Fork(process.url, limits, gas=limits.gas)
        try:
            yield fork, process
        finally:
            fork.close()
            chain.close()
