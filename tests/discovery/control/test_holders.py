from __future__ import annotations

from scanner.discovery.account import Account, ProxyMatch
from scanner.discovery.battery import (
    DEFAULT_ADMIN_ROLE,
    EIP1967_IMPLEMENTATION,
    PROPOSER_ROLE,
    ROLE_GRANTED,
)
from scanner.discovery.control.holders import Resolver, weakest
from scanner.discovery.executors import EXECUTORS
from scanner.discovery.families import FAMILIES
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, contract, eoa, log, parts, returned, word, world

_OZ = next(family for family in FAMILIES if family.name == "oz-governor-5")
_TIMELOCK = EXECUTORS[0]


def _timelock(number: int, *grants: tuple[str, str], delay: int = 86_400) -> Account:
    here = address(number)
    logs = [log(here, (ROLE_GRANTED, role, word(holder), word(9)), index=i) for i, (role, holder) in enumerate(grants)]
    return contract(number, *logs, getMinDelay=("uint256", delay))


def _governor(number: int, token: int) -> Account:
    return contract(number, token=("address", address(token)), votingPeriod=("uint256", 7))


def test_delays_add_up_behind_two_timelocks() -> None:
    key, first, second = eoa(1), _timelock(2, (PROPOSER_ROLE, address(1))), _timelock(3, (PROPOSER_ROLE, address(2)))
    resolver = Resolver(
        world(key, first, second),
        parts(executors={address(2): _TIMELOCK, address(3): _TIMELOCK}),
    )
    (path,) = resolver.paths(address(3))
    assert path.kind is ActorKind.EOA
    assert path.actor == address(1)
    assert isinstance(path.delay, Known)
    assert path.delay.value == 2 * 86_400
    assert len(path.steps) == 2


def test_a_vote_and_a_key_that_both_propose_are_two_paths_and_the_key_is_the_weakest() -> None:
    timelock = _timelock(
        2, (PROPOSER_ROLE, address(3)), (DEFAULT_ADMIN_ROLE, address(1)), (DEFAULT_ADMIN_ROLE, address(2))
    )
    token = contract(4, isNFT=("bool", False))
    resolver = Resolver(
        world(eoa(1), timelock, _governor(3, 4), token),
        parts(executors={address(2): _TIMELOCK}, governors={address(3): _OZ}),
    )
    kinds = sorted(path.kind for path in resolver.paths(address(2)))
    assert kinds == [ActorKind.EOA, ActorKind.TOKEN_VOTE]
    behind = resolver.kind_behind(Known(value=address(2), evidence=()))
    assert isinstance(behind, Known)
    assert behind.value == "eoa"


def test_the_zero_address_as_proposer_is_anyone() -> None:
    timelock = _timelock(2, (PROPOSER_ROLE, ZERO_ADDRESS))
    resolver = Resolver(world(timelock), parts(executors={address(2): _TIMELOCK}))
    assert [path.kind for path in resolver.paths(address(2))] == [ActorKind.ANYONE]


def test_a_safe_is_a_multisig_and_its_module_another_way_in() -> None:
    safe = contract(
        2, getOwners=("address[]", [address(5), address(6)]), getThreshold=("uint256", 2), VERSION=("string", "1.4.1")
    )
    pages = "0x" + word(64)[2:] + word(1)[2:] + word(1)[2:] + word(address(3))[2:]
    safe.calls["modules"] = (("address[]", "address"), returned(safe.address, pages))
    module = contract(3, owner=("address", address(1)))
    resolver = Resolver(world(eoa(1), safe, module), parts(safes={address(2)}))
    found = {path.kind: path for path in resolver.paths(address(2))}
    assert set(found) == {ActorKind.MULTISIG, ActorKind.EOA}
    signers = found[ActorKind.MULTISIG].signers
    assert isinstance(signers, Known)
    assert signers.value == 2
    assert "module" in " ".join(found[ActorKind.EOA].steps)


def test_unread_modules_leave_the_safe_unresolved_beside_its_owners() -> None:
    safe = contract(2, getOwners=("address[]", [address(5)]), getThreshold=("uint256", 1))
    resolver = Resolver(world(safe), parts(safes={address(2)}))
    assert {path.kind for path in resolver.paths(address(2))} == {ActorKind.MULTISIG, ActorKind.UNRESOLVED}


def test_ownership_cycles_end_and_are_unresolved_unless_someone_else_is_there() -> None:
    left, right = contract(1, owner=("address", address(2))), contract(2, owner=("address", address(1)))
    alone = contract(3, owner=("address", address(3)))
    resolver = Resolver(world(left, right, alone), parts())
    for one in (1, 2, 3):
        assert [path.kind for path in resolver.paths(address(one))] == [ActorKind.UNRESOLVED]
    keyed = contract(2, owner=("address", address(1)), admin=("address", address(5)))
    resolver = Resolver(world(left, keyed, eoa(5)), parts())
    assert [path.kind for path in resolver.paths(address(1))] == [ActorKind.EOA]


def test_who_replaces_the_code_of_a_governor_controls_it() -> None:
    governor = _governor(3, 4)
    admin = Known(value=address(1), evidence=())
    governor.proxy = ProxyMatch("eip1967", Known(value=address(9), evidence=()), admin)
    governor.slots[EIP1967_IMPLEMENTATION] = Known(value=word(address(9)), evidence=())
    token = contract(4, isNFT=("bool", True))
    resolver = Resolver(world(eoa(1), governor, token), parts(governors={address(3): _OZ}))
    assert {path.kind for path in resolver.paths(address(3))} == {ActorKind.NFT_VOTE, ActorKind.EOA}


def test_a_contract_that_names_no_owner_is_unresolved_and_its_kind_unknown() -> None:
    resolver = Resolver(world(contract(1)), parts())
    assert [path.kind for path in resolver.paths(address(1))] == [ActorKind.UNRESOLVED]
    behind = resolver.kind_behind(Known(value=address(1), evidence=()))
    assert isinstance(behind, Unknown)
    assert behind.reason is Reason.UNRESOLVED


def test_the_weakest_kind_puts_anyone_first_and_votes_last() -> None:
    assert weakest([ActorKind.TOKEN_VOTE, ActorKind.MULTISIG]) is ActorKind.MULTISIG
    assert weakest([ActorKind.EOA, ActorKind.ANYONE]) is ActorKind.ANYONE
    assert weakest([]) is ActorKind.NOBODY
