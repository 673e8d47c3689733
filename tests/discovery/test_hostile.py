"""Contracts that try to make the crawl endless or the labels huge."""

from __future__ import annotations

import time

from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, ROLE_GRANTED
from scanner.discovery.control.holders import Resolver
from scanner.discovery.world import CrawlLimits, Link
from scanner.model.kinds import ActorKind
from tests.discovery.support import address, contract, log, parts, word, world


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
    started = time.monotonic()
    paths = Resolver(world(*accounts), parts()).paths(address(1))
    assert time.monotonic() - started < 10
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
