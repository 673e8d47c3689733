"""ZeppelinOS (2018): slots before EIP-1967, named by their text and not reduced by one."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import topic
from scanner.discovery.account import Account, ProxyMatch
from scanner.discovery.forwards import address_in, left_to_code, way
from scanner.discovery.proxies.ways import slot_getter
from scanner.discovery.world import Getter

IMPLEMENTATION = topic("org.zeppelinos.proxy.implementation")
ADMIN = topic("org.zeppelinos.proxy.admin")
OWNER = topic("org.zeppelinos.proxy.owner")


def detect(account: Account) -> ProxyMatch | None:
    """Match code that hands calls to the address in ZeppelinOS's slot."""
    target = way(account).target
    if target is None or target.kind != "slot" or target.slot != IMPLEMENTATION:
        return None
    for slot in (ADMIN, OWNER):
        admin = account.slot_address(slot)
        if slot in account.slots and int(getattr(admin, "value", "0x0"), 16):
            return ProxyMatch("zeppelinos", address_in(account, target), admin)
    return ProxyMatch("zeppelinos", address_in(account, target), left_to_code("no admin in the slots of ZeppelinOS"))


def questions(account: Account) -> Iterator[Getter]:
    """Yield the admin's slots, for code that reads the implementation's."""
    if any(target.kind == "slot" and target.slot == IMPLEMENTATION for target in way(account).targets):
        yield slot_getter(account, ADMIN)
        yield slot_getter(account, OWNER)
