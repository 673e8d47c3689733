"""The DAOs of further families, each on a real chain of its own, scanned once by the command line as a user would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from fixtures.catalogue import FIXTURES, deploy_all
from fixtures.families import FAMILY_FIXTURES
from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from tests.e2e.conftest import Field, Run

OneField = Callable[[str], Field]


@dataclass
class Several(Field):
    """What a test has that names several DAOs: each is scanned on its own chain; `chain` is the first one's."""

    each: dict[str, Field] = field(default_factory=dict)

    def scan(self, name: str, *more: str) -> Run:
        return self.each[name].scan(name, *more)


@pytest.fixture(scope="session")
def one_family(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneField]:
    """Return what deploys a DAO, of any family, when it is first asked for.

    Not all of them on one chain: a block is an hour there, and what the others do in the meantime would be weeks.
    """
    made: dict[str, Field] = {}
    with ExitStack() as stack:

        def deployed(name: str) -> Field:
            if name not in made:
                chain, sourcify = stack.enter_context(LocalChain()), stack.enter_context(SourcifyServer())
                further = any(one.name == name for one in FAMILY_FIXTURES)
                daos = deploy_all(chain, sourcify, only=[name], fixtures=FAMILY_FIXTURES if further else FIXTURES)
                made[name] = Field(chain, sourcify, {dao.name: dao for dao in daos}, tmp_path_factory.mktemp(name))
            return made[name]

        yield deployed


@pytest.fixture
def families(one_family: OneField, request: pytest.FixtureRequest) -> Field:
    """Return the chain with the DAO that the test names; more than one can be scanned only."""
    each = {name: one_family(name) for name in dict.fromkeys(_named(request.node))}
    first, *others = each.values()
    if not others:
        return first
    daos = {name: one.daos[name] for name, one in each.items()}
    return Several(first.chain, first.sourcify, daos, first.folder, each)


def _named(item: pytest.Item) -> Iterator[str]:
    """Yield the fixtures that a test names: as its `family` mark, or as the parameter `fixture`."""
    for mark in item.iter_markers("family"):
        yield from mark.args
    call = getattr(item, "callspec", None)
    if call is not None and "fixture" in call.params:
        yield call.params["fixture"].name
