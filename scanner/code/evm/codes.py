"""The EVM's instructions by number (Yellow Paper, appendix H; EIP-1153, 3855, 4844, 5656, 7516)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

_ROWS = {
    0x00: "STOP ADD MUL SUB DIV SDIV MOD SMOD ADDMOD MULMOD EXP SIGNEXTEND",
    0x10: "LT GT SLT SGT EQ ISZERO AND OR XOR NOT BYTE SHL SHR SAR",
    0x20: "KECCAK256",
    0x30: "ADDRESS BALANCE ORIGIN CALLER CALLVALUE CALLDATALOAD CALLDATASIZE CALLDATACOPY CODESIZE CODECOPY GASPRICE "
    "EXTCODESIZE EXTCODECOPY RETURNDATASIZE RETURNDATACOPY EXTCODEHASH",
    0x40: "BLOCKHASH COINBASE TIMESTAMP NUMBER PREVRANDAO GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBHASH BLOBBASEFEE",
    0x50: "POP MLOAD MSTORE MSTORE8 SLOAD SSTORE JUMP JUMPI PC MSIZE GAS JUMPDEST TLOAD TSTORE MCOPY PUSH0",
    0xA0: "LOG0 LOG1 LOG2 LOG3 LOG4",
    0xF0: "CREATE CALL CALLCODE RETURN DELEGATECALL CREATE2",
    0xFA: "STATICCALL",
    0xFD: "REVERT INVALID SELFDESTRUCT",
}
PUSH1, PUSH32, DUP1, SWAP1, MANY = 0x60, 0x7F, 0x80, 0x90, 16
JUMPDEST = 0x5B

NAMES: Mapping[int, str] = {
    **{start + at: name for start, row in _ROWS.items() for at, name in enumerate(row.split())},
    **{DUP1 + at: "DUP" for at in range(MANY)},
    **{SWAP1 + at: "SWAP" for at in range(MANY)},
}
"""Instructions by number; those that push bytes of the code are not among them."""


@lru_cache(maxsize=64)
def jump_targets(code: bytes) -> frozenset[int]:
    """Return where a jump may lead: each JUMPDEST that is no pushed byte (Yellow Paper, 9.4.3)."""
    found: set[int] = set()
    at = 0
    while at < len(code):
        number = code[at]
        if number == JUMPDEST:
            found.add(at)
        at += number - PUSH1 + 2 if PUSH1 <= number <= PUSH32 else 1
    return frozenset(found)
