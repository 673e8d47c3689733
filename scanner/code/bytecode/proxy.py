"""Minimal proxies (EIP-1167), whose whole code is known."""

from __future__ import annotations

_HEADS = (bytes.fromhex("363d3d373d3d3d363d73"), bytes.fromhex("3d3d3d3d363d3d37363d73"))
_TAILS = (bytes.fromhex("5af43d82803e903d91602b57fd5bf3"), bytes.fromhex("5af43d3d93803e602a57fd5bf3"))
_PUSH0 = (bytes.fromhex("365f5f375f5f365f73"), bytes.fromhex("5af43d5f5f3e5f3d91602a57fd5bf3"))
_ADDRESS = 20


def minimal_proxy_target(code: bytes) -> str | None:
    """Return the implementation of an EIP-1167 proxy (also in its PUSH0 form, ERC-7511); None for other code."""
    pairs = [(head, tail) for head in _HEADS for tail in _TAILS] + [_PUSH0]
    for head, tail in pairs:
        if len(code) == len(head) + _ADDRESS + len(tail) and code.startswith(head) and code.endswith(tail):
            return "0x" + code[len(head) : len(head) + _ADDRESS].hex()
    return None
