"""Keys that a Safe takes, delays that those who wait set themselves, and code that runs at a key."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scanner.discovery.account import Account
from scanner.discovery.battery import PROPOSER_ROLE, ROLE_GRANTED
from scanner.discovery.control.holders import Resolver
from scanner.discovery.control.paths import is_nobodys
from scanner.discovery.executors import EXECUTORS
from scanner.discovery.guards.doors import Held
from scanner.discovery.guards.rights import DELAY, Right
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS, changed
from tests.discovery.support import address, contract, eoa, log, parts, returned, word, world

_NO_MODULES = "0x" + word(64)[2:] + word(1)[2:] + word(0)[2:]


def _safe(number: int, owners: Sequence[int], threshold: int) -> Account:
    listed = [address(one) for one in owners]
    made = contract(number, getOwners=("address[]", listed), getThreshold=("uint256", threshold))
    made.calls["modules"] = (("address[]", "address"), returned(made.address, _NO_MODULES))
    return made


@pytest.mark.parametrize(
    ("inner", "threshold", "expected"),
    [
        ([[1], [1]], 2, (ActorKind.EOA, address(1), 1)),
        ([[1], [2]], 2, (ActorKind.MULTISIG, address(9), 2)),
        ([[1], [1], [2]], 3, (ActorKind.MULTISIG, address(9), 2)),
    ],
)
def test_safes_of_one_key_that_own_a_safe_are_one_key(
    inner: list[list[int]], threshold: int, expected: tuple[ActorKind, str, int]
) -> None:
    safes = [_safe(20 + place, owners, 1) for place, owners in enumerate(inner)]
    outer = _safe(9, range(20, 20 + len(inner)), threshold)
    resolver = Resolver(
        world(eoa(1), eoa(2), outer, *safes), parts(safes={outer.address, *(one.address for one in safes)})
    )
    (path,) = resolver.paths(outer.address)
    assert isinstance(path.signers, Known)
    assert (path.kind, path.actor, path.signers.value) == expected


@pytest.mark.parametrize("owners", [[1], [1, 2]])
def test_a_safe_of_keys_stays_a_multisig(owners: list[int]) -> None:
    safe = _safe(9, owners, len(owners))
    (path,) = Resolver(world(eoa(1), eoa(2), safe), parts(safes={safe.address})).paths(safe.address)
    assert (path.kind, path.signers) == (ActorKind.MULTISIG, changed(path.signers, value=len(owners)))


@pytest.mark.parametrize(("setter", "known"), [(1, False), (2, True), (5, True)])
def test_who_sets_the_delay_that_holds_him_back_need_not_wait_for_it(setter: int, known: bool) -> None:
    """Set by the proposer itself; by the timelock, after its delay; by somebody who proposes nothing."""
    here = address(2)
    granted = log(here, (ROLE_GRANTED, PROPOSER_ROLE, word(address(1)), word(9)))
    timelock = contract(2, granted, getMinDelay=("uint256", 86_400))
    rights = {here: {DELAY: Right(holders=(Held(address(setter)),))}}
    resolver = Resolver(world(eoa(1), timelock), parts(executors={here: EXECUTORS[0]}), rights=rights)
    (path,) = resolver.paths(here)
    assert isinstance(path.delay, Known if known else Unknown)


@pytest.mark.parametrize(("right", "kinds"), [(Right(anyone=True), {"anyone", "eoa"}), (Right(), {"eoa"})])
def test_code_that_runs_at_a_key_may_let_anyone_act_in_its_name(right: Right, kinds: set[str]) -> None:
    key, code = eoa(1), contract(3)
    assert isinstance(key.code, Known)
    key.code = changed(key.code, value="0xef0100" + code.address[2:])
    resolver = Resolver(world(key, code), parts(), rights={code.address: {"act": right}})
    assert {path.kind.value for path in resolver.paths(key.address)} == kinds


def test_small_numbers_are_nobodys_addresses() -> None:
    assert is_nobodys(ZERO_ADDRESS)
    assert is_nobodys("0x" + "00" * 18 + "dead")
    assert is_nobodys("0x" + "00" * 19 + "04")
    assert not is_nobodys(address(1))
