from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.sourcify_server import SourcifyServer
from tests.sources.support import Explorer, explorer


@pytest.fixture
def server() -> Iterator[SourcifyServer]:
    with SourcifyServer() as running:
        yield running


@pytest.fixture
def etherscan() -> Iterator[Explorer]:
    with explorer() as running:
        yield running
