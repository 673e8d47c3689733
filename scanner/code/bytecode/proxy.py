"""Minimal proxies (EIP-1167), whose target stands in the code itself and can never change."""

from __future__ import annotations

import re

_FORMS = tuple(
    re.compile(form, re.DOTALL)
    for form in (
        rb"\x36\x3d\x3d\x37\x3d\x3d\x3d\x36\x3d\x73(.{20})\x5a\xf4\x3d\x82\x80\x3e\x90\x3d\x91\x60\x2b\x57\xfd\x5b\xf3",
        rb"\x3d\x3d\x3d\x3d\x36\x3d\x3d\x37\x36\x3d\x73(.{20})\x5a\xf4\x3d\x3d\x93\x80\x3e\x60\x2a\x57\xfd\x5b\xf3",
        rb"\x36\x3d\x3d\x3d\x3d\x36\x3d\x3d\x37\x36\x3d\x73(.{20})\x5a\xf4\x3d\x3d\x93\x80\x3e\x60\x2a\x57\xfd\x5b\xf3",
        rb"\x36\x5f\x5f\x37\x5f\x5f\x36\x5f\x73(.{20})\x5a\xf4\x3d\x5f\x5f\x3e\x5f\x3d\x91\x60\x2a\x57\xfd\x5b\xf3",
        rb"\x36\x60\x00\x60\x00\x37\x61\x10\x00\x60\x00\x36\x60\x00\x73(.{20})\x5a\xf4\x60\x2c\x57\x60\x00\x80\xfd"
        rb"\x5b\x61\x10\x00\x60\x00\xf3",
    )
)
"""The canonical form, two shorter ones, the one with PUSH0 (ERC-7511), and Vyper's."""


def minimal_proxy_target(code: bytes) -> str | None:
    """Return the implementation of a minimal proxy; None for other code.

    Bytes behind the last instruction of the form are immutable arguments, which no execution reaches.
    """
    for form in _FORMS:
        if found := form.match(code):
            return "0x" + found.group(1).hex()
    return None
