"""Contracts in raw bytecode that waste, loop, and behave otherwise later."""

from __future__ import annotations

LOOP = "5b5f56"
"""Jumps until the gas is gone."""

EVENTS = "612710" + "5b" + "5f5fa0" + "6001900380600357" + "00"
"""10,000 logs without topics."""

CREATIONS = "6360015ff35f52" + "6103e8" + "5b" + "6004601c5ff050" + "6001900380600a57" + "00"
"""1,000 contracts of one byte of code."""

CALLS = "5b" + "5f5f5f5f60045afa50" + "5f56"
"""Calls the identity precompile until the gas is gone."""

ARBSYS = "5f5f60045f5f60645af100"
"""Calls ArbSys with four bytes of input, as a contract on Arbitrum does."""


def too_late(after: int) -> str:
    """Return code that reverts once the clock stands after `after`."""
    return f"63{after:08x}4211600b57005b5f5ffd"


def says(reason: str) -> str:
    """Return code that reverts with a reason (Error(string)) of at most 32 characters."""
    text = reason.encode().ljust(32, b"\0").hex()
    head = "6308c379a05f52"  # memory 0..32 ends with the selector at 28
    return f"{head}6020602052" + f"60{len(reason):02x}604052" + f"7f{text}606052" + "6064601cfd"


GATED = "0x12345678"


def gate(target: str) -> str:
    """Return code that calls `target` when it is called with GATED, and fails if that does; else it reverts.

    A crawl asks every contract dozens of questions: behind a gate only the proposal itself meets what is hostile.
    """
    guard = f"5f3560e01c63{GATED[2:]}14601157" + "5f5ffd" + "5b"
    return guard + f"5f5f5f5f5f73{target[2:].lower()}5af1603457" + "5f5ffd" + "5b00"


def creation(runtime: str) -> str:
    """Return the creation code of a contract with this code."""
    return f"0x61{len(runtime) // 2:04x}80600a5f395ff3{runtime}"
