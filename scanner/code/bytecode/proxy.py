"""Minimal proxies, whose target stands in the code itself and can never change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class MinimalProxy:
    """A minimal proxy: the form that its code has, and the implementation that stands in it."""

    form: str
    target: str


@dataclass(frozen=True)
class _Form:
    """`head`, then PUSHn with the target, then `tail`. `{jump}` in the tail is a jump target, `jump` its value where
    the target has all of its 20 bytes; `??` is any byte (a length)."""

    name: str
    head: str
    tail: str
    jump: int = 0


FORMS: tuple[_Form, ...] = (
    _Form("EIP-1167", "363d3d373d3d3d363d", "5af43d82803e903d9160{jump}57fd5bf3", 0x2B),
    _Form("shorter EIP-1167 (0age)", "3d3d3d3d363d3d37363d", "5af43d3d93803e60{jump}57fd5bf3", 0x2A),
    _Form("shorter EIP-1167", "363d3d3d3d363d3d37363d", "5af43d3d93803e60{jump}57fd5bf3", 0x2B),
    _Form("EIP-1167 that logs received Ether", "36602c57343d527f" + "??" * 32 + "593da1005b363d3d373d3d3d3d61????"
          "806062363936013d", "5af43d3d93803e606057fd5bf3"),
    _Form("ERC-7511 (PUSH0)", "365f5f375f5f365f", "5af43d5f5f3e5f3d9160{jump}57fd5bf3", 0x2A),
    _Form("PUSH0 (Solady)", "5f5f365f5f37365f", "5af43d5f5f3e60{jump}573d5ffd5b3d5ff3", 0x29),
    _Form("Vyper", "3660006000376110006000366000", "5af4602c57600080fd5b6110006000f3"),
    _Form("with immutable arguments in the calldata", "3d3d3d3d363d3d3761????603736393661????013d",
          "5af43d3d93803e60{jump}57fd5bf3", 0x35),
    _Form("EIP-3448 (MetaProxy)", "363d3d373d3d3d3d60368038038091363936013d", "5af43d3d93803e60{jump}57fd5bf3", 0x34),
)  # fmt: skip
"""Forms by who wrote them down first. Bytes behind the last instruction are arguments, which no execution reaches."""


def minimal_proxy(code: bytes) -> MinimalProxy | None:
    """Return form and implementation of a minimal proxy; None for other code.

    A target with leading zero bytes may be pushed without them (EIP-1167, "vanity address optimization").
    """
    if len(code) < 2:
        return None
    for form in FORMS:
        head = len(form.head) // 2
        if not _fits(code, 0, form.head) or len(code) <= head:
            continue
        size = code[head] - 0x5F
        if not 1 <= size <= 20 or (size < 20 and not form.jump):
            continue
        jump = form.jump - (20 - size) if form.jump else 0
        if _fits(code, head + 1 + size, form.tail.replace("{jump}", f"{jump:02x}")):
            target = code[head + 1 : head + 1 + size].rjust(20, b"\0")
            return MinimalProxy(form.name, "0x" + target.hex())
    return None


def minimal_proxy_target(code: bytes) -> str | None:
    """Return the implementation of a minimal proxy; None for other code."""
    found = minimal_proxy(code)
    return found.target if found else None


def _fits(code: bytes, start: int, form: str) -> bool:
    wanted = tuple(_bytes(form))
    here = code[start : start + len(wanted)]
    return len(here) == len(wanted) and all(
        want is None or want == byte for want, byte in zip(wanted, here, strict=True)
    )


def _bytes(form: str) -> Iterator[int | None]:
    for index in range(0, len(form), 2):
        pair = form[index : index + 2]
        yield None if pair == "??" else int(pair, 16)
