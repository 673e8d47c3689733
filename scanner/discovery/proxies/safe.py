"""The Safe proxy: the singleton stands in slot 0 and `masterCopy()` answers it."""

from __future__ import annotations

from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.battery import SLOT_ZERO
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS


def detect(account: Account) -> ProxyMatch | None:
    """Match slot 0 equal to `masterCopy()` on a contract that also answers `getThreshold()`."""
    singleton = account.slot_address(SLOT_ZERO)
    master = account.address_of("masterCopy()")
    if not nonzero(singleton) or not isinstance(master, Known) or not account.answers("getThreshold()"):
        return None
    if master.value != nonzero(singleton):
        return None
    nobody = Known(
        value=ZERO_ADDRESS,
        evidence=singleton.evidence,
        derivation="a Safe proxy has no admin; its owners can change slot 0 by a delegatecall",
    )
    return ProxyMatch("safe", singleton, nobody)
