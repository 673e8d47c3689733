"""Small questions that families of governors and of executors alike ask of what was read."""

from __future__ import annotations

from functools import lru_cache

from scanner.discovery.account import Account
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_CODES_KEPT = 128
"""Codes whose selectors are kept at hand, of at most 24 KB each (EIP-170)."""


def has_selector(code: str, selector: str) -> bool:
    """Whether a dispatcher compares with this selector (`PUSH4 selector`)."""
    return selector[2:] in _pushed(code)


@lru_cache(maxsize=_CODES_KEPT)
def _pushed(code: str) -> frozenset[str]:
    """Return the four bytes behind every `63` of the code, as hex."""
    found: set[str] = set()
    at = code.find("63")
    while at >= 0:
        found.add(code[at + 2 : at + 10])
        at = code.find("63", at + 1)
    return frozenset(found)


def absent_when_reverted(account: Account, *getters: str) -> Known[str] | Unknown:
    """Return the first getter that answers; the zero address when every one of them reverts.

    A revert is an answer: the contract has no such function. A node error is none, and stays unknown.
    """
    answer = account.address_of(*getters)
    if isinstance(answer, Known):
        return answer
    evidence: list[Evidence] = []
    for getter in getters:
        one = account.ask(getter)
        if not isinstance(one, Unknown) or one.reason is not Reason.REVERTED:
            return one if isinstance(one, Unknown) else answer
        evidence.extend(one.evidence)
    names = ", ".join(getters)
    return Known(value=ZERO_ADDRESS, evidence=tuple(evidence), derivation=f"no function {names}")


def nobody(account: Account, derivation: str) -> Known[str]:
    """Return the zero address, because the family has no such part; the code is the evidence."""
    return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation=derivation)
