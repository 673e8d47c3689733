"""EIP-1967: implementation, beacon and admin slots."""

from __future__ import annotations

from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.battery import EIP1967_ADMIN, EIP1967_BEACON, EIP1967_IMPLEMENTATION
from scanner.model.observation import Reason, Unknown


def detect(account: Account) -> ProxyMatch | None:
    """Match a non-zero implementation slot, else a non-zero beacon slot (the beacon names the implementation)."""
    implementation = account.slot_address(EIP1967_IMPLEMENTATION)
    if nonzero(implementation):
        return ProxyMatch("eip1967", implementation, account.slot_address(EIP1967_ADMIN))
    beacon = account.slot_address(EIP1967_BEACON)
    if nonzero(beacon):
        unread = Unknown(reason=Reason.NOT_READ, detail="named by the beacon", evidence=beacon.evidence)
        return ProxyMatch("eip1967-beacon", unread, beacon)
    return None
