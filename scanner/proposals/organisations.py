"""Whose assets and units a call moves that goes through an app of an Aragon organisation (first generation)."""

from __future__ import annotations

from scanner.discovery.account import nonzero
from scanner.discovery.discover import Found
from scanner.model.values import ZERO_ADDRESS

_FINANCE, _TOKEN_MANAGER = "aragon-finance", "aragon-token-manager"


def payer_behind(found: Found, payer: str) -> str:
    """Return the vault where the account that pays is Finance, which holds nothing itself."""
    return _named(found, payer, _FINANCE, "vault()") or payer


def units_behind(found: Found, target: str) -> str:
    """Return the token where the account that creates units is its token manager."""
    return _named(found, target, _TOKEN_MANAGER, "token()") or target


def native_as_empty(asset: str) -> str:
    """Return empty for the zero address, by which Vault and Finance name the chain's own currency."""
    return "" if asset == ZERO_ADDRESS else asset


def _named(found: Found, address: str, kind: str, getter: str) -> str:
    family = found.parts.executors.get(address)
    account = found.world.get(address)
    if family is None or account is None or family.name != kind:
        return ""
    return nonzero(account.address_of(getter)) or ""
