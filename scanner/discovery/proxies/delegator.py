"""Compound's delegators (GovernorBravoDelegator, Unitroller): `implementation()` names code reached by delegatecall."""

from __future__ import annotations

from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.model.observation import Known, Reason, Unknown


def detect(account: Account) -> ProxyMatch | None:
    """Match an answered `implementation()` on code whose reachable blocks hold a DELEGATECALL.

    Without the second condition a beacon, which answers the same getter, would read as a proxy.
    """
    implementation = account.address_of("implementation()")
    if not nonzero(implementation) or not isinstance(account.code, Known):
        return None
    opcodes = reachable_opcodes(account.code.value)
    if opcodes is None or "DELEGATECALL" not in opcodes:
        return None
    admin = account.address_of("admin()")
    if isinstance(admin, Unknown):
        admin = Unknown(reason=Reason.UNRESOLVED, detail="the delegator answers no admin()", evidence=admin.evidence)
    return ProxyMatch("bravo-delegator", implementation, admin)
