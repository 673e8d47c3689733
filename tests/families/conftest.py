"""The DAOs of further families on one real chain, each scanned once by the command line as a user would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.catalogue import deploy_all
from fixtures.families import FAMILY_FIXTURES
from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from tests.e2e.conftest import Field


@pytest.fixture(scope="session")
def families(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Field]:
    """Deploy only what the selected tests ask for, so that one family can be tried alone."""
    wanted = {mark for item in request.session.items for mark in _named(item)}
    with LocalChain() as chain, SourcifyServer() as sourcify:
        daos = deploy_all(chain, sourcify, only=sorted(wanted), fixtures=FAMILY_FIXTURES)
        yield Field(chain, sourcify, {dao.name: dao for dao in daos}, tmp_path_factory.mktemp("families"))


def _named(item: pytest.Item) -> Iterator[str]:
    """Yield the fixtures that a test names: as its `family` mark, or as the parameter `fixture`."""
    for mark in item.iter_markers("family"):
        yield from mark.args
    call = getattr(item, "callspec", None)
    if call is not None and "fixture" in call.params:
        yield call.params["fixture"].name
