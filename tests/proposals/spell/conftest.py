"""Contracts that are proposals, compiled and deployed on a real node."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from fixtures.build import Workshop
from fixtures.contract import constructor_arguments
from fixtures.localchain import LocalChain
from fixtures.recipes import own

Deployed = Callable[..., tuple[str, str]]


@pytest.fixture(scope="session")
def spell_chain() -> Iterator[LocalChain]:
    with LocalChain() as chain:
        yield chain


@pytest.fixture(scope="session")
def deployed(spell_chain: LocalChain) -> Deployed:
    """Return address and runtime code of a contract of these files; immutables are in the code then."""
    shop = Workshop()

    def deploy(
        name: str, *arguments: object, solc: str = "0.8.28", runs: int = 200, file: str = "Spells.sol"
    ) -> tuple[str, str]:
        made = shop.contract(own(f"spells/{file}", solc=solc, runs=runs), name)
        code = made.code + constructor_arguments(made.abi, arguments)
        address = spell_chain.deploy(spell_chain.accounts[0], code)
        return address, spell_chain.code(address)

    return deploy
