"""EIP-1167 minimal proxies: the target stands in the code itself and can never change."""

from __future__ import annotations

from scanner.code.bytecode.proxy import minimal_proxy_target
from scanner.discovery.account import Account, ProxyMatch
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS


def detect(account: Account) -> ProxyMatch | None:
    """Match any byte form of the standard by the start of the code."""
    if not isinstance(account.code, Known):
        return None
    target = minimal_proxy_target(bytes.fromhex(account.code.value[2:]))
    if target is None:
        return None
    evidence = account.code.evidence
    nobody = Known(value=ZERO_ADDRESS, evidence=evidence, derivation="the target is part of the code")
    return ProxyMatch("eip1167", Known(value=target, evidence=evidence, derivation="bytes of the code"), nobody)
