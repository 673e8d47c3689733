"""EIP-1167 minimal proxies: the target stands in the code itself and can never change."""

from __future__ import annotations

import re

from scanner.discovery.account import Account, ProxyMatch
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS

# The canonical form, the vanity forms with shorter PUSHes, and Vyper's, with anything (immutable arguments) behind.
_FORMS = (
    re.compile(r"0x363d3d373d3d3d363d73([0-9a-f]{40})5af43d82803e903d91602b57fd5bf3"),
    re.compile(r"0x366000600037611000600036600073([0-9a-f]{40})5af4602c57600080fd5b6110006000f3"),
    re.compile(r"0x363d3d3d3d363d3d37363d73([0-9a-f]{40})5af43d3d93803e602a57fd5bf3"),
    re.compile(r"0x3d3d3d3d363d3d37363d73([0-9a-f]{40})5af43d3d93803e602a57fd5bf3"),
    re.compile(r"0x36602c57343d527f[0-9a-f]{64}59203da25b3d3d3d3d363d3d37[0-9a-f]{0,200}?73([0-9a-f]{40})5af4"),
)


def detect(account: Account) -> ProxyMatch | None:
    """Match any byte form of the standard by the start of the code."""
    if not isinstance(account.code, Known):
        return None
    for form in _FORMS:
        found = form.match(account.code.value)
        if found:
            target = Known(value="0x" + found.group(1), evidence=account.code.evidence, derivation="bytes of the code")
            nobody = Known(
                value=ZERO_ADDRESS, evidence=account.code.evidence, derivation="the target is part of the code"
            )
            return ProxyMatch("eip1167", target, nobody)
    return None
