"""Modules that execute an oracle's answer (Zodiac's Reality module): their waiting times and the least bond."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import selector
from scanner.discovery.account import Account
from scanner.discovery.asking import has_selector
from scanner.discovery.world import Getter, World, running_code
from scanner.model.controls import Holder
from scanner.model.observation import Collection
from scanner.model.oracle_module import OracleModule

_MARKS = (selector("questionTimeout()"), selector("questionCooldown()"), selector("minimumBond()"))
_GETTERS = (
    ("questionTimeout()", "uint32"),
    ("questionCooldown()", "uint32"),
    ("answerExpiration()", "uint32"),
    ("minimumBond()", "uint256"),
    ("oracle()", "address"),
    ("template()", "uint256"),
    ("questionArbitrator()", "address"),
)


def is_oracle_module(code: str) -> bool:
    """Whether code (0x-hex) answers for a timeout, a cooldown and a bond, as Zodiac's Reality modules do."""
    return all(has_selector(code, mark) for mark in _MARKS)


def oracle_getters(account: Account, code: str) -> Iterator[Getter]:
    """Yield what such a module is asked."""
    if is_oracle_module(code):
        yield from (Getter(account.address, signature, (kind,)) for signature, kind in _GETTERS)


def oracle_modules(world: World, enabled: Collection[Holder]) -> Collection[OracleModule]:
    """Return the oracle modules among the enabled modules of a Safe; incomplete where one was not read."""
    items = []
    reason = enabled.reason
    for module in enabled.items:
        account = world.get(module.address)
        if account is None or not account.has_code:
            reason = reason or "a module was not read"
        elif is_oracle_module(running_code(world, account)):
            items.append(
                OracleModule(
                    address=account.address,
                    oracle=account.address_of("oracle()"),
                    timeout_seconds=account.ask("questionTimeout()"),
                    cooldown_seconds=account.ask("questionCooldown()"),
                    expiration_seconds=account.ask("answerExpiration()"),
                    minimum_bond_wei=account.ask("minimumBond()"),
                    template=account.ask("template()"),
                    arbitrator=account.address_of("questionArbitrator()"),
                )
            )
    return Collection[OracleModule](items=tuple(items), complete=not reason, reason=reason)
