"""EIP-1822 (UUPS, the older slot)."""

from __future__ import annotations

from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.battery import EIP1822_LOGIC
from scanner.model.observation import Reason, Unknown


def detect(account: Account) -> ProxyMatch | None:
    """Match a non-zero logic slot; who may replace it is decided by the implementation's own guard."""
    logic = account.slot_address(EIP1822_LOGIC)
    if nonzero(logic):
        return ProxyMatch("eip1822", logic, Unknown(reason=Reason.UNRESOLVED, detail="guarded by the implementation"))
    return None
