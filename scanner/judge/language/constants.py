"""The named constants of the condition language."""

from __future__ import annotations

from scanner.model.values import ZERO_ADDRESS

CONSTANTS: dict[str, int | str] = {
    "MINUTE": 60,
    "HOUR": 3_600,
    "DAY": 86_400,
    "gwei": 10**9,
    "ether": 10**18,
    "ZERO_ADDRESS": ZERO_ADDRESS,
}
