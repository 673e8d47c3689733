"""Chains by name, and the numbers under which bridges count them.

Where the numbers are from: EIP-155 ids, each chain's own documentation; Wormhole, `wormhole.com/docs`, reference of
chain ids; LayerZero, its list of deployed contracts (version 2 counts from 30,000, version 1 without that); Chainlink,
the CCIP directory and `smartcontractkit/chain-selectors`; Axelar, the chain names of its documentation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ETHEREUM = "Ethereum"
ARBITRUM_ONE = "Arbitrum One"
ARBITRUM_NOVA = "Arbitrum Nova"
OP_MAINNET = "OP Mainnet"
BASE = "Base"
UNICHAIN = "Unichain"
MANTLE = "Mantle"
POLYGON = "Polygon"
SCROLL = "Scroll"
LINEA = "Linea"
ZKSYNC_ERA = "ZKsync Era"
ELSEWHERE = "another chain"
"""A message leaves, and where it goes is not known here."""

CHAIN_NAMES: Mapping[int, str] = {
    1: ETHEREUM,
    10: OP_MAINNET,
    56: "BNB Smart Chain",
    100: "Gnosis",
    130: UNICHAIN,
    137: POLYGON,
    250: "Fantom",
    324: ZKSYNC_ERA,
    1284: "Moonbeam",
    5000: MANTLE,
    8453: BASE,
    42161: ARBITRUM_ONE,
    42170: ARBITRUM_NOVA,
    42220: "Celo",
    43114: "Avalanche",
    59144: LINEA,
    534352: SCROLL,
}
"""EIP-155 id -> name."""

_WORMHOLE: Mapping[int, int] = {
    2: 1, 4: 56, 5: 137, 6: 43114, 10: 250, 14: 42220, 16: 1284, 23: 42161, 24: 10, 25: 100, 30: 8453, 34: 534352,
    35: 5000, 38: 59144,
}  # fmt: skip
_LAYER_ZERO: Mapping[int, int] = {
    101: 1, 102: 56, 106: 43114, 109: 137, 110: 42161, 111: 10, 112: 250, 145: 100, 165: 324, 181: 5000, 183: 59144,
    184: 8453,
}  # fmt: skip
_LAYER_ZERO_2 = 30_000
_CCIP: Mapping[int, int] = {
    465200170687744372: 100,
    1346049177634351622: 42220,
    3734403246176062136: 10,
    4051577828743386545: 137,
    4949039107694359620: 42161,
    5009297550715157269: 1,
    6433500567565415381: 43114,
    11344663589394136015: 56,
    15971525489660198786: 8453,
}
_AXELAR: Mapping[str, int] = {
    "arbitrum": 42161, "avalanche": 43114, "base": 8453, "binance": 56, "celo": 42220, "ethereum": 1, "fantom": 250,
    "linea": 59144, "mantle": 5000, "moonbeam": 1284, "optimism": 10, "polygon": 137, "scroll": 534352,
}  # fmt: skip
_PLAIN = re.compile(r"[a-z0-9-]{1,32}\Z")


def by_id(number: int) -> str:
    """Return the chain with this EIP-155 id; one that has no name here by its number."""
    return CHAIN_NAMES.get(number, f"chain {number}")


def wormhole(number: int) -> str:
    """Return the chain that Wormhole counts as `number`; the known ones by name."""
    return _named(_WORMHOLE, number, "Wormhole")


def layer_zero(number: int) -> str:
    """Return the chain of a LayerZero endpoint, of version 1 or 2; the known ones by name."""
    plain = number - _LAYER_ZERO_2 if number > _LAYER_ZERO_2 else number
    return _named(_LAYER_ZERO, plain, "LayerZero") if plain in _LAYER_ZERO else f"LayerZero chain {number}"


def layer_zero_id(number: int) -> int:
    """Return the EIP-155 id of the chain of a LayerZero endpoint, of version 1 or 2; 0 where it is not known here."""
    return _LAYER_ZERO.get(number - _LAYER_ZERO_2 if number > _LAYER_ZERO_2 else number, 0)


def axelar_id(name: str) -> int:
    """Return the EIP-155 id of the chain that Axelar knows under `name`; 0 where it is not known here."""
    return _AXELAR.get(name.lower(), 0)


def ccip(number: int) -> str:
    """Return the chain that Chainlink's CCIP selects by `number`; the known ones by name."""
    return _named(_CCIP, number, "CCIP")


def axelar(name: str) -> str:
    """Return the chain that Axelar knows under `name`, upper or lower case; `another chain` where it is no name."""
    plain = name.lower()
    if plain in _AXELAR:
        return CHAIN_NAMES[_AXELAR[plain]]
    return f"Axelar chain {plain}" if _PLAIN.match(plain) else ELSEWHERE


def _named(table: Mapping[int, int], number: int, bridge: str) -> str:
    return CHAIN_NAMES[table[number]] if number in table else f"{bridge} chain {number}"
