"""Small questions that families of governors and of executors alike ask of what was read."""

from __future__ import annotations

from scanner.discovery.account import Account
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


def has_selector(code: str, selector: str) -> bool:
    """Whether a dispatcher compares with this selector (`PUSH4 selector`)."""
    return f"63{selector[2:]}" in code


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
