"""Minimal proxies (EIP-1167 and its relatives): the target stands in the code itself and can never change."""

from __future__ import annotations

from scanner.code.bytecode.proxy import minimal_proxy
from scanner.discovery.account import Account, ProxyMatch
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS


def detect(account: Account) -> ProxyMatch | None:
    """Match any byte form (ERC-7511, EIP-3448, Solady, Vyper, immutable arguments) by the start of the code."""
    if not isinstance(account.code, Known):
        return None
    found = minimal_proxy(bytes.fromhex(account.code.value[2:]))
    if found is None:
        return None
    evidence = account.code.evidence
    nobody = Known(value=ZERO_ADDRESS, evidence=evidence, derivation="the target is part of the code")
    target = Known(value=found.target, evidence=evidence, derivation=f"bytes of the code: {found.form}")
    return ProxyMatch("eip1167", target, nobody)
