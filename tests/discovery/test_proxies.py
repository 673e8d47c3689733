from __future__ import annotations

import pytest

from scanner.discovery.account import Account
from scanner.discovery.battery import EIP1822_LOGIC, EIP1967_ADMIN, EIP1967_BEACON, EIP1967_IMPLEMENTATION, SLOT_ZERO
from scanner.discovery.contracts import implementation_of
from scanner.discovery.links import links_of
from scanner.discovery.proxies import detect
from scanner.discovery.proxies.settle import settle_beacons
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, code, contract, reverted, word, world

_TARGET = address(9)


def _slots(account: Account, **values: str) -> Account:
    names = {
        "zero": SLOT_ZERO,
        "implementation": EIP1967_IMPLEMENTATION,
        "admin": EIP1967_ADMIN,
        "beacon": EIP1967_BEACON,
        "logic": EIP1822_LOGIC,
    }
    for name, slot in names.items():
        account.slots[slot] = Known(value=word(values.get(name, "0x0")), evidence=())
    return account


def test_eip1967_names_implementation_and_admin() -> None:
    found = detect(_slots(contract(1), implementation=_TARGET, admin=address(3)))
    assert found is not None
    assert found.kind == "eip1967"
    assert found.implementation.value == _TARGET  # type: ignore[union-attr]
    assert found.admin.value == address(3)  # type: ignore[union-attr]


def test_a_beacon_is_its_admin_until_it_was_asked() -> None:
    found = detect(_slots(contract(1), beacon=address(4)))
    assert found is not None
    assert found.kind == "eip1967-beacon"
    assert isinstance(found.implementation, Unknown)


def test_eip1822_leaves_the_admin_to_the_implementation() -> None:
    found = detect(_slots(contract(1), logic=_TARGET))
    assert found is not None
    assert (found.kind, isinstance(found.admin, Unknown)) == ("eip1822", True)


@pytest.mark.parametrize(
    "runtime",
    [
        "0x363d3d373d3d3d363d73{}5af43d82803e903d91602b57fd5bf3",
        "0x363d3d373d3d3d363d73{}5af43d82803e903d91602b57fd5bf3" + "ff" * 40,
        "0x3d3d3d3d363d3d37363d73{}5af43d3d93803e602a57fd5bf3",
    ],
)
def test_eip1167_in_its_byte_forms_with_immutable_arguments_behind(runtime: str) -> None:
    account = _slots(contract(1))
    account.code = code(account.address, runtime.format(_TARGET[2:]))
    found = detect(account)
    assert found is not None
    assert found.kind == "eip1167"
    assert found.implementation.value == _TARGET  # type: ignore[union-attr]


def test_a_safe_needs_slot_zero_and_master_copy_to_agree() -> None:
    account = _slots(contract(1, masterCopy=("address", _TARGET), getThreshold=("uint256", 2)), zero=_TARGET)
    found = detect(account)
    assert found is not None
    assert found.kind == "safe"
    other = _slots(contract(1, masterCopy=("address", address(8)), getThreshold=("uint256", 2)), zero=_TARGET)
    assert detect(other) is None


def test_an_answered_implementation_without_delegatecall_is_a_beacon_not_a_proxy() -> None:
    account = _slots(contract(1, implementation=("address", _TARGET)))
    account.calls["admin()"] = (("address",), reverted())
    assert detect(account) is None


def test_code_that_takes_its_target_from_the_clock_is_unresolved() -> None:
    account = _slots(contract(1))
    # CALLDATASIZE … DELEGATECALL to the address in the slot of the number of TIMESTAMP
    account.code = code(account.address, "0x36600060003760006000366000" + "4254" + "5af4" + "3d6000803e3d6000f3")
    found = detect(account)
    assert found is not None
    assert found.kind == "unresolved"


def test_a_proxy_behind_a_beacon_runs_what_the_beacon_names_and_its_code_is_looked_at() -> None:
    proxy = _slots(contract(1), beacon=address(4))
    beacon = _slots(contract(4, implementation=("address", _TARGET), owner=("address", address(5))))
    beacon.why = [f"beacon of {address(1)}"]
    proxy.proxy = detect(proxy)
    here = world(proxy, beacon)
    assert _TARGET in {link.address for link in links_of(here, beacon)}
    settle_beacons(here)
    found = implementation_of(proxy)
    assert isinstance(found, Known)
    assert found.value == _TARGET
