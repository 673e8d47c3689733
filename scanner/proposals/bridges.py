"""Messages between chains: the contracts that send them, and the chain that they send to.

Where the addresses are from: Arbitrum's and the OP stack's own documentation and specifications (precompiles,
predeploys, inboxes, executors); Compound's Comet, `deployments/mainnet/usdc/roots.json` (messengers, one inbox, the
root of Polygon); the lists of deployed contracts of Scroll, Linea and ZKsync.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.chain.numbers import (
    ARBITRUM_NOVA,
    ARBITRUM_ONE,
    BASE,
    ELSEWHERE,
    ETHEREUM,
    LINEA,
    MANTLE,
    OP_MAINNET,
    POLYGON,
    SCROLL,
    UNICHAIN,
    ZKSYNC_ERA,
)

ARB_SYS = "0x0000000000000000000000000000000000000064"
OP_MESSENGER = "0x4200000000000000000000000000000000000007"

_ARBITRUM_CHAINS = frozenset({42161, 42170, 421614})
_ETHEREUM_PRECOMPILES = 0x11
_ARBITRUM_PRECOMPILES = range(0x64, 0x75)

RETRYABLE_MAGIC = "0xa723c008e76e379c55599d2e4d93879beafda79c"
"""L1ArbitrumTimelock.RETRYABLE_TICKET_MAGIC: no contract; a call scheduled to it becomes a retryable ticket."""

_SENDERS: Mapping[tuple[str, str], str] = {
    (ARBITRUM_ONE, ARB_SYS): ETHEREUM,
    (ARBITRUM_NOVA, ARB_SYS): ETHEREUM,
    (ETHEREUM, "0x4dbd4fc535ac27206064b68ffcf827b0a60bab3f"): ARBITRUM_ONE,
    (ETHEREUM, "0xc4448b71118c9071bcb9734a0eac55d18a153949"): ARBITRUM_NOVA,
    (OP_MAINNET, OP_MESSENGER): ETHEREUM,
    (BASE, OP_MESSENGER): ETHEREUM,
    (UNICHAIN, OP_MESSENGER): ETHEREUM,
    (MANTLE, OP_MESSENGER): ETHEREUM,
    (ETHEREUM, "0x25ace71c97b33cc4729cf772ae268934f7ab5fa1"): OP_MAINNET,
    (ETHEREUM, "0x866e82a600a1414e583f7f13623f1ac5d58b0afa"): BASE,
    (ETHEREUM, "0x9a3d64e386c18cb1d6d5179a9596a4b5736e98a6"): UNICHAIN,
    (ETHEREUM, "0x676a795fe6e43c17c668de16730c3f690feb7120"): MANTLE,
    (ETHEREUM, "0xfe5e5d361b2ad62c541bab87c45a0b9b018389a2"): POLYGON,
    (ETHEREUM, "0x6774bcbd5cecef1336b5300fb5186a12ddd8b367"): SCROLL,
    (ETHEREUM, "0xd19d4b5d358258f05d7b411e21a1460d11b0876f"): LINEA,
    (ETHEREUM, "0x32400084c286cf3e17e7b677ea9583e60a000324"): ZKSYNC_ERA,
}

UPGRADE_EXECUTORS = frozenset(
    {
        (ETHEREUM, "0x3fffbadaf827559da092217e474760e2b2c3cedd"),
        (ARBITRUM_ONE, "0xcf57572261c7c2bcf21ffd220ea7d1a27d40a827"),
        (ARBITRUM_NOVA, "0x86a02dd71363c440b21f4c0e5b2ad01ffe1a7482"),
    }
)
"""Arbitrum's UpgradeExecutor: `execute(address,bytes)` delegatecalls, `executeCall(address,bytes)` calls."""


def destination(chain: str, sender: str) -> str:
    """Return the chain that a known contract on `chain` sends messages to, else `another chain`."""
    return _SENDERS.get((chain, sender), ELSEWHERE)


def is_precompile(chain_id: int, address: str) -> bool:
    """Return whether an address is a precompiled contract: Ethereum's (up to 0x11) or Arbitrum's own."""
    number = int(address, 16)
    return 0 < number <= _ETHEREUM_PRECOMPILES or (chain_id in _ARBITRUM_CHAINS and number in _ARBITRUM_PRECOMPILES)
