"""Minters that let others in: a contract that holds the right to mint and sells, draws or gives units to whom it lets.

The right is the contract's; whoever it lets in creates units all the same, without a vote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.model.contracts import Contract, Token
from scanner.model.kinds import ActorKind, Guard
from scanner.model.observation import Known


@dataclass(frozen=True)
class Door:
    """A minter through which others than its keepers come to units, and what it asks of them (Guard)."""

    minter: str
    label: str
    guard: Known[str]


def doors(minters: Iterable[str], contracts: Mapping[str, Contract]) -> tuple[Door, ...]:
    """Return the doors among these minters: those whose own way to new units asks for no named caller."""
    found = []
    for address in minters:
        contract = contracts.get(address)
        guard = contract.code.admission_guard if contract is not None else None
        if contract is not None and isinstance(guard, Known) and guard.value not in (Guard.ABSENT, Guard.CALLER):
            found.append(Door(address, contract.label, guard))
    return tuple(found)


def beside_doors(token: Token, contracts: Mapping[str, Contract]) -> Token:
    """Return the token with anyone for its minter, where one of its minters lets others in."""
    guard = contracts[token.address].code.mint_guard if token.address in contracts else None
    if not isinstance(guard, Known) or guard.value != Guard.CALLER:
        return token
    open_ones = doors((one.address for one in token.minters.items), contracts)
    if not open_ones:
        return token
    first = open_ones[0]
    words = f"through {first.label}: {first.guard.value}"
    anyone = Known(value=ActorKind.ANYONE.value, evidence=first.guard.evidence, derivation=words)
    return token.model_copy(update={"minter_kind": anyone})
