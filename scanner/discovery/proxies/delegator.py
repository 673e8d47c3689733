"""Compound's delegators (GovernorBravoDelegator, Unitroller): a getter names code reached by delegatecall."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import selector
from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.forwards import address_in, way
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Reason, Unknown

_UNITROLLER = "comptrollerImplementation()"
_GETTERS = ("implementation()", _UNITROLLER)


def detect(account: Account) -> ProxyMatch | None:
    """Match an answered getter on code whose reachable blocks hold a DELEGATECALL.

    Without the second condition a beacon, which answers the same getter, would read as a proxy. Where the code shows
    which slot it takes the address from, the slot must hold what the getter says.
    """
    if not isinstance(account.code, Known):
        return None
    said = next((answer for name in _GETTERS if nonzero(answer := account.address_of(name))), None)
    if said is None:
        return None
    opcodes = reachable_opcodes(account.code.value)
    if opcodes is None or "DELEGATECALL" not in opcodes:
        return None
    target = way(account).target
    found = address_in(account, target) if target is not None else said
    if nonzero(found) and nonzero(found) != nonzero(said):
        return None
    admin = account.address_of("admin()")
    if isinstance(admin, Unknown):
        admin = Unknown(reason=Reason.UNRESOLVED, detail="the delegator answers no admin()", evidence=admin.evidence)
    return ProxyMatch("bravo-delegator", said, admin)


def questions(account: Account) -> Iterator[Getter]:
    """Yield the Unitroller's getter where the code dispatches it."""
    if isinstance(account.code, Known) and selector(_UNITROLLER)[2:] in account.code.value:
        yield Getter(account.address, _UNITROLLER, ("address",))
