"""Proxy patterns, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable

from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account, ProxyMatch
from scanner.discovery.proxies import delegator, eip1167, eip1822, eip1967, safe
from scanner.model.observation import Known, Reason, Unknown

DETECTORS: tuple[Callable[[Account], ProxyMatch | None], ...] = (
    eip1167.detect,
    safe.detect,
    eip1967.detect,
    eip1822.detect,
    delegator.detect,
)

_SMALL_CODE_BYTES = 1_500


def detect(account: Account) -> ProxyMatch | None:
    """Return how the account forwards its calls; kind `unresolved` where it does in a way none of these explains."""
    if not account.has_code or not isinstance(account.code, Known):
        return None
    for detector in DETECTORS:
        match = detector(account)
        if match is not None:
            return match
    if account.verified is None and len(account.code.value) // 2 < _SMALL_CODE_BYTES:
        opcodes = reachable_opcodes(account.code.value)
        if opcodes is not None and "DELEGATECALL" in opcodes:
            unknown = Unknown(
                reason=Reason.UNRESOLVED,
                detail="small code that delegatecalls in a way no known proxy pattern explains",
                evidence=account.code.evidence,
            )
            return ProxyMatch("unresolved", unknown, unknown)
    return None
