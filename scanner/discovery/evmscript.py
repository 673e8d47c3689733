"""Aragon's EVM scripts: a number for the kind, then what that kind means. Kind 1 (CallsScript) is a list of calls."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import DecodeError

_CALLS = "00000001"


def script_calls(script: str) -> Iterator[tuple[str, str]]:
    """Yield (target, calldata) of a script in hex: after the number, packed address, length (4 bytes) and data.

    Raises DecodeError for a script of another kind, and where one is cut short.
    """
    packed = script[2:]
    if packed[:8] != _CALLS:
        raise DecodeError("a script of another kind than calls")
    at = 8
    while at < len(packed):
        size = 2 * int(packed[at + 40 : at + 48] or "0", 16)
        data = packed[at + 48 : at + 48 + size]
        if at + 48 > len(packed) or len(data) < size:
            raise DecodeError("the script is cut short")
        yield "0x" + packed[at : at + 40], "0x" + data
        at += 48 + size
