"""Which opcodes a contract can reach: by its control-flow graph, never by a linear sweep over data."""

from __future__ import annotations

from functools import lru_cache

import evmole

MAX_CODE_BYTES = 4 * 24_576
"""Four times the size limit of EIP-170: chains with a larger limit exist, code beyond this is not analysed."""


@lru_cache(maxsize=256)
def reachable_opcodes(runtime_code: str) -> frozenset[str] | None:
    """Return the mnemonics in reachable blocks of `runtime_code` (hex); None when it could not be analysed."""
    if len(runtime_code) // 2 > MAX_CODE_BYTES or len(runtime_code) <= 2:
        return None
    try:
        found = evmole.contract_info(runtime_code, control_flow_graph=True, disassemble=True)
    except (ValueError, RuntimeError, TypeError):
        return None
    if found.control_flow_graph is None or found.disassembled is None:
        return None
    spans = sorted((block.start, block.end) for block in found.control_flow_graph.blocks)
    opcodes: set[str] = set()
    index = 0
    for offset, text in found.disassembled:
        while index < len(spans) and spans[index][1] < offset:
            index += 1
        if index < len(spans) and spans[index][0] <= offset <= spans[index][1]:
            opcodes.add(text.partition(" ")[0])
    return frozenset(opcodes)
