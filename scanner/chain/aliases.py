"""Chains on which a contract of the parent chain acts under an address of its own: its alias.

A rollup lets a contract of its parent chain send calls. So that nobody who deploys other code at the same address on
the rollup can pass for it, the call comes from the address plus `ALIAS_OFFSET`. Nobody holds a key of that account, and
it has no code: it looks as a fresh key does. (A key of the parent chain calls under its own address.)

Where this is from: Arbitrum's documentation, "L1 to L2 messaging, address aliasing" (its parent's contracts, retryable
tickets); the OP stack's specification, "Deposits, address aliasing", and the list of its chains (superchain-registry);
Scroll's and ZKsync's documentation of messages (`AddressAliasHelper`, the same offset); OASIS, "L2 Aliasing of EVM
based Addresses", which writes it down for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ALIAS_OFFSET = 0x1111000000000000000000000000000000001111
"""By how much a contract's address is shifted where it calls on such a chain from the parent chain."""

_ETHEREUM, _SEPOLIA, _BNB = 1, 11155111, 56

PARENTS: Mapping[int, int] = {
    # Arbitrum: One, Nova, its test chain; ApeChain and Xai settle on Arbitrum One
    42161: _ETHEREUM, 42170: _ETHEREUM, 421614: _SEPOLIA, 33139: 42161, 660279: 42161,
    # OP stack: OP Mainnet, Base, Unichain, World Chain, Soneium, Ink, Mode, Zora, Lisk, Fraxtal, Celo, Mantle, Blast,
    # BOB, Metal, Cyber, Mint, Swell, Superseed, Shape, Boba, Redstone; opBNB; test chains of OP, Base and Unichain
    10: _ETHEREUM, 8453: _ETHEREUM, 130: _ETHEREUM, 480: _ETHEREUM, 1868: _ETHEREUM, 57073: _ETHEREUM,
    34443: _ETHEREUM, 7777777: _ETHEREUM, 1135: _ETHEREUM, 252: _ETHEREUM, 42220: _ETHEREUM, 5000: _ETHEREUM,
    81457: _ETHEREUM, 60808: _ETHEREUM, 1750: _ETHEREUM, 7560: _ETHEREUM, 185: _ETHEREUM, 1923: _ETHEREUM,
    5330: _ETHEREUM, 360: _ETHEREUM, 288: _ETHEREUM, 690: _ETHEREUM, 204: _BNB, 11155420: _SEPOLIA,
    84532: _SEPOLIA, 1301: _SEPOLIA,
    # Scroll and its test chain; ZKsync Era, Abstract, Lens, Sophon
    534352: _ETHEREUM, 534351: _SEPOLIA, 324: _ETHEREUM, 2741: _ETHEREUM, 232: _ETHEREUM, 50104: _ETHEREUM,
}  # fmt: skip
"""Chain id -> chain id of the parent whose contracts have aliases there."""

PLAIN = frozenset({1, 56, 100, 137, 250, 1284, 43114, 17000, 560048, 11155111, 1337, 31337})
"""Chains of which it is known that no other chain's contracts act there as such: Ethereum and its test chains, BNB
Smart Chain, Gnosis, Polygon, Fantom, Moonbeam, Avalanche, and the chains of local nodes."""


@dataclass(frozen=True)
class Away:
    """A contract that somebody names on another chain. `what` says what it is in their words; it may be empty."""

    chain_id: int
    address: str
    what: str = ""


def alias(address: str) -> str:
    """Return the account as which a contract of the parent chain calls; empty for none."""
    return f"0x{(int(address, 16) + ALIAS_OFFSET) % 2**160:040x}" if address else ""


def original(address: str) -> str:
    """Return the address on the parent chain of which this one is the alias, if it is one."""
    return f"0x{(int(address, 16) - ALIAS_OFFSET) % 2**160:040x}"


def aliases_of(named: Iterable[Away]) -> dict[str, tuple[Away, ...]]:
    """Return contracts of other chains by the accounts as which they act where there are aliases."""
    found: dict[str, tuple[Away, ...]] = {}
    for one in sorted(named, key=lambda one: (one.chain_id, one.address)):
        found[alias(one.address)] = (*found.get(alias(one.address), ()), one)
    return found
