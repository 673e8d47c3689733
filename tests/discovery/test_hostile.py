"""Contracts that try to make the crawl endless or the labels huge."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from scanner.chain.interface import CodeRead, Read
from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, ROLE_GRANTED
from scanner.discovery.control.holders import Resolver
from scanner.discovery.world import CrawlLimits, Link
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from tests.discovery.support import SilentChain, address, code, contract, log, parts, word, world


def test_contracts_that_all_administer_each_other_are_given_up_in_bounded_time() -> None:
    count = 40
    accounts = []
    for number in range(1, count + 1):
        here = address(number)
        grants = [
            log(here, (ROLE_GRANTED, DEFAULT_ADMIN_ROLE, word(address(other)), word(9)), index=other)
            for other in range(1, count + 1)
            if other != number
        ]
        accounts.append(contract(number, *grants))
    started = time.process_time()
    paths = Resolver(world(*accounts), parts()).paths(address(1))
    assert time.process_time() - started < 10
    assert {path.kind for path in paths} == {ActorKind.UNRESOLVED}


def test_a_name_of_a_megabyte_makes_no_label_of_a_megabyte() -> None:
    from scanner.discovery.families import FAMILIES

    governor = contract(3, name=("string", "x" * 1_000_000))
    label = Resolver(world(governor), parts(governors={address(3): FAMILIES[0]})).label(address(3))
    assert len(label) < 200


def test_links_beyond_the_limit_are_gaps_and_make_the_crawl_incomplete() -> None:
    here = world()
    here.limits = CrawlLimits(max_contracts=2)
    met = here.meet([Link(address(number), "owner()") for number in range(1, 500)], 1)
    assert len(met) == 2
    assert not here.complete
    assert here.left_out == 497
    assert len(here.gaps) == 100


def test_targets_of_proposals_beyond_their_limit_leave_the_crawl_complete() -> None:
    here = world()
    here.limits = CrawlLimits(max_targets=1)
    here.meet([Link(address(number), "target of a proposal of 0x1") for number in range(1, 4)], 1)
    assert here.complete
    assert len(here.gaps) == 2


class _Codes(SilentChain):
    """Knows the code of every address: even ones are keys, odd ones contracts."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        asked = [one.address for one in reads if isinstance(one, CodeRead)]
        assert len(asked) == len(reads)
        self.asked.append(len(asked))
        return tuple(code(one, "0x6001" if int(one[-1], 16) % 2 else "0x") for one in asked)


def test_keys_take_no_room_from_contracts_and_have_a_limit_of_their_own() -> None:
    here, chain = world(), _Codes()
    here.chain, here.limits = chain, CrawlLimits(max_contracts=20, max_keys=300)
    owners = [Link(address(number), "owner of Safe 0x1") for number in range(1, 1_001)]
    here.look_ahead(owners)
    assert chain.asked == [20 + 300 + CrawlLimits().max_targets], "one batch, and no more than there is room for"
    met = here.meet(owners, 1)
    assert sum(one.is_eoa for one in met) == 470 // 2
    assert sum(one.has_code for one in met) == 20
    assert not here.complete
    few = [Link(address(number), "owner of Safe 0x2") for number in range(5_001, 5_040)]
    here.look_ahead(few)
    assert len(chain.asked) == 1, "a few are read with all that is asked of a contract"


def test_keys_beyond_their_limit_are_a_gap() -> None:
    here = world()
    here.chain, here.limits = _Codes(), CrawlLimits(max_keys=10)
    owners = [Link(address(number), "owner of Safe 0x1") for number in range(2, 202, 2)]
    here.look_ahead(owners)
    assert len(here.meet(owners, 1)) == 10
    assert not here.complete
    assert "the 10 that are looked at" in here.gaps[0].detail
