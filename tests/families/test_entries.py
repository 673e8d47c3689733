"""A scan may begin anywhere: the governor, its token, timelock, DAO, Safe, module, proxy or implementation.

What an on-chain link leads to is found from there as it is from the governor. Where none does, the scan says so, with
what helps; and what helps is tried: the entry with --governor finds the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fixtures.story import DeployedDao
from scanner import pipeline
from scanner.cli.options import default_cache_dir
from scanner.discovery.bare import HINT, HINT_OF_CODE
from scanner.model.observation import Known
from scanner.model.snapshot import Snapshot
from scanner.sources.collect import SourceOptions
from tests.e2e.conftest import Field
from tests.families.conftest import OneField

CODE_OF = "code of "
"""The implementation behind the proxy that is named after it."""


@dataclass(frozen=True)
class Dao:
    """A fixture, the entries from which links lead to the whole of it, and those from which none does."""

    name: str
    linked: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


DAOS = (
    Dao("healthy", ("timelock",), ("token", "grants")),
    Dao("oz4", ("token", "timelock")),
    Dao("healthy-bravo", ("timelock",), ("token", f"{CODE_OF}governor")),
    Dao("uniswap-alpha", ("token", "timelock")),
    Dao("compound-governor", ("timelock",), (f"{CODE_OF}governor",)),
    Dao("nouns", ("token", "executor", "auction")),
    Dao("aragon-osx", ("dao", "token", "multisig"), (f"{CODE_OF}governor", f"{CODE_OF}dao")),
    Dao("aragon-classic", ("kernel", "token", "agent"), (f"{CODE_OF}governor", f"{CODE_OF}agent")),
    Dao("baal", ("avatar", "shares"), (f"{CODE_OF}governor",)),
    Dao("azorius", ("safe", "strategy"), ("token",)),
    Dao("zodiac", ("delay", "reality")),
    Dao("snapshot-x", ("timelock", "avatar", "safe"), ("token",)),
    Dao("juicebox", (), ("terminal", "safe")),
    Dao("aave-v2", ("short", "long"), ("strategy",)),
    Dao("party", (), ("wallet",)),
    Dao("vote-escrow", ("agent",), ("escrow",)),
    Dao("esd", (), (f"{CODE_OF}governor",)),
)


@dataclass
class Place:
    """One DAO on its own chain, and what is known of it from its governor."""

    field: Field
    dao: DeployedDao
    _whole: list[Snapshot] = field(default_factory=list)

    def scan(self, entry: str, *also: str) -> Snapshot:
        options = pipeline.ScanOptions(
            rpc_url=self.field.chain.url,
            entry=entry,
            also=also,
            cache_dir=default_cache_dir(),
            sources=SourceOptions(sourcify_url=self.field.sourcify.url),
            use_cache=False,
        )
        return pipeline.collect(options, lambda text: None)

    @property
    def whole(self) -> Snapshot:
        """What a scan from the governor finds; made once."""
        if not self._whole:
            self._whole.append(self.scan(self.dao.governor.lower()))
        return self._whole[0]

    def address(self, entry: str) -> str:
        if not entry.startswith(CODE_OF):
            return self.dao.parts[entry].lower()
        part = entry.removeprefix(CODE_OF)
        front = self.dao.governor.lower() if part == "governor" else self.address(part)
        (behind,) = [one.implementation for one in self.whole.contracts.items if one.address == front]
        assert isinstance(behind, Known), f"{part} is no proxy"
        return str(behind.value)


OnePlace = Callable[[str], Place]


@pytest.fixture(scope="module")
def place(one_family: OneField) -> OnePlace:
    made: dict[str, Place] = {}

    def found(name: str) -> Place:
        if name not in made:
            chain = one_family(name)
            made[name] = Place(chain, chain.daos[name])
        return made[name]

    return found


def _found(snapshot: Snapshot) -> dict[str, Any]:
    """Return what must not depend on where a scan begins."""
    return {
        "governors": {one.address: one.family for one in snapshot.governors.items},
        "treasuries": {one.address for one in snapshot.treasury.items},
        "fastest": {
            one.subject: (one.actor, one.actor_kind, one.path, _value(one.delay_seconds))
            for one in snapshot.dao.answers.items
            if one.question == "fastest"
        },
        "controls": {(one.actor, one.capability, one.contract) for one in snapshot.controls.items},
        "proposals": {(one.governor, one.id) for one in snapshot.proposals.items},
    }


def _value(observed: Any) -> Any:
    return observed.value if isinstance(observed, Known) else observed.reason


@pytest.mark.parametrize(
    ("name", "entry"),
    [(dao.name, entry) for dao in DAOS for entry in dao.linked],
    ids=lambda one: one.replace(" ", "-"),
)
def test_the_same_is_found_from_wherever_a_link_leads(place: OnePlace, name: str, entry: str) -> None:
    here = place(name)
    found, whole = _found(here.scan(here.address(entry))), _found(here.whole)
    lines, least = found.pop("controls"), whole.pop("controls")
    assert found == whole
    assert least <= lines
    assert {contract for _, _, contract in lines - least} <= {here.address(entry)}, "only a token's own lines are more"


@pytest.mark.parametrize(
    ("name", "entry"), [(dao.name, entry) for dao in DAOS for entry in dao.alone], ids=lambda one: one.replace(" ", "-")
)
def test_where_no_link_leads_the_scan_says_what_helps_and_it_helps(place: OnePlace, name: str, entry: str) -> None:
    here = place(name)
    alone = here.scan(here.address(entry))
    assert not alone.governors.items
    assert not alone.governors.complete, "an empty list that is complete would say that there is none"
    is_code = entry.startswith(CODE_OF)
    assert alone.governors.reason == (HINT_OF_CODE if is_code else HINT)
    assert "--governor" in alone.governors.reason
    assert [gap.subject for gap in alone.gaps if gap.detail == HINT_OF_CODE] == [here.address(entry)] * is_code
    helped, whole = _found(here.scan(here.address(entry), here.dao.governor.lower())), _found(here.whole)
    for what in ("governors", "treasuries", "fastest", "proposals"):
        assert helped[what] == whole[what], what
