from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.chain.abi import selector
from tests.chain.support import Anvil, Scene, anvil


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    """A chain that tests read and never change: a subject, ten logs in each of blocks 2, 3 and 4, mined up to 60."""
    with anvil() as node:
        made = Scene(node, node.deploy("Subject"))
        for first in (0, 10, 20):
            made.note(first, first + 10)
        node.send(made.subject, selector("mark()"))
        node.mine(55)
        yield made


@pytest.fixture
def fresh() -> Iterator[Anvil]:
    """A chain of the test's own."""
    with anvil() as node:
        yield node
