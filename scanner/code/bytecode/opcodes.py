"""Which opcodes a contract can reach: by its control-flow graph, never by a linear sweep over data."""

from __future__ import annotations

from functools import lru_cache

from scanner.code.bytecode.graph import Graph

MAX_CODE_BYTES = 4 * 24_576
"""Four times the size limit of EIP-170: chains with a larger limit exist, code beyond this is not analysed."""


@lru_cache(maxsize=256)
def reachable_opcodes(runtime_code: str) -> frozenset[str] | None:
    """Return the mnemonics in reachable blocks of `runtime_code` (0x-hex); None when it could not be analysed."""
    if len(runtime_code) // 2 > MAX_CODE_BYTES or len(runtime_code) <= 2:
        return None
    try:
        return Graph(bytes.fromhex(runtime_code[2:])).names
    except (ValueError, RuntimeError, TypeError, IndexError):
        return None
