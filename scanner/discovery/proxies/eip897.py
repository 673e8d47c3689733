"""EIP-897: a proxy that says which code it runs, and whether that can change (`proxyType()` 1: never, 2: it can)."""

from __future__ import annotations

from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.forwards import address_in, left_to_code, nobody, nobody_writes, way
from scanner.model.observation import Known, Unknown

_FORWARDING = 1


def detect(account: Account) -> ProxyMatch | None:
    """Match both getters on code that hands calls on; the code decides where it and the getter differ."""
    said = account.address_of("implementation()")
    target = way(account).target
    if target is None or not nonzero(said) or not account.answers("proxyType()"):
        return None
    found = address_in(account, target)
    kind = account.ask("proxyType()")
    admin = left_to_code("EIP-897 names no admin")
    if isinstance(kind, Known) and kind.value == _FORWARDING and (nobody_writes(account) or target.kind == "constant"):
        return ProxyMatch("eip897", _chosen(found, said), nobody(account, "proxyType() 1, and nothing writes the slot"))
    return ProxyMatch("eip897", _chosen(found, said), admin)


def _chosen(found: Known[str] | Unknown, said: Known[str] | Unknown) -> Known[str] | Unknown:
    return found if isinstance(found, Known) else said
