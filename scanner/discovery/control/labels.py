"""What an address is, in a few words."""

from __future__ import annotations

from scanner.discovery.account import Account, nonzero
from scanner.discovery.aliased import doubt_of
from scanner.discovery.control.paths import is_nobodys, short
from scanner.discovery.parts import Parts, threshold_of
from scanner.discovery.wallets import signers_of
from scanner.discovery.world import World
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS

_MAX_NAME = 60


def label_of(world: World, parts: Parts, address: str) -> str:
    """Return what the address is, in a few words."""
    account = world.get(address)
    if address == ZERO_ADDRESS:
        return "nobody (zero address)"
    if account and account.is_eoa and is_nobodys(address):
        return f"nobody ({short(address)})"
    if address in parts.safes and account:
        owners, threshold = account.ask("getOwners()"), threshold_of(account)
        if isinstance(owners, Known) and isinstance(threshold, Known):
            return f"Safe {threshold.value} of {len(owners.value)} ({short(address)})"
    if address in parts.governors and account:
        if (signed := _signed(parts, account)) is not None:
            return signed
        name = account.ask("name()")
        shown = f" {str(name.value)[:_MAX_NAME]}" if isinstance(name, Known) and name.value else ""
        return f"governor{shown} ({short(address)})"
    executor = parts.executors.get(address)
    if executor is not None and executor.delays:
        return f"timelock ({short(address)})"
    if account and executor is None and (needed := signers_of(account)) is not None:
        return f"multisig {needed[0]} of {needed[1]} ({short(address)})"
    if account and account.delegate is not None:
        return f"key {short(address)} (runs code: EIP-7702)"
    if account and account.is_eoa:
        doubt = doubt_of(world, account)
        if doubt is not None and doubt.away is not None:
            return f"alias of {short(doubt.away.address)} on chain {doubt.away.chain_id}"
        return f"key {short(address)}" if doubt is None else f"account without code {short(address)}"
    implementation = nonzero(account.proxy.implementation) if account and account.proxy else None
    for candidate in (world.get(implementation) if implementation else None, account):
        if candidate and candidate.verified:
            source_name = candidate.verified.bundle.contract_name.rsplit(":", 1)[-1]
            return f"{source_name[:_MAX_NAME]} ({short(address)})"
    return f"contract {short(address)}"


def _signed(parts: Parts, account: Account) -> str | None:
    """Return what a governor is called where signers decide; None where a vote does."""
    family = parts.governors[account.address]
    needed = family.signers(account)
    if needed is None:
        return None
    every = family.total_votes(account)
    if isinstance(needed, Known) and isinstance(every, Known):
        return f"multisig {needed.value} of {every.value} ({short(account.address)})"
    return f"multisig ({short(account.address)})"
