"""What governance and payloads controller of Aave, version 3, share: chains, access levels and their executors."""

from __future__ import annotations

from scanner.chain.abi import topic
from scanner.discovery.account import Account
from scanner.model.evidence import CodeEvidence
from scanner.model.observation import Known, Unknown

PAYLOAD_EXECUTED = topic("PayloadExecuted(uint40)")
LEVELS = (1, 2)


def chain_of(account: Account) -> int:
    """Return the chain that an account was read on; 0 where its code was not read."""
    return next((item.chain_id for item in account.code.evidence if isinstance(item, CodeEvidence)), 0)


def settings(controller: Account) -> dict[int, Known[tuple[str, int]] | Unknown]:
    """Return, by level, the executor and its delay in seconds; levels without an executor are left out."""
    found: dict[int, Known[tuple[str, int]] | Unknown] = {}
    for level in LEVELS:
        answer = controller.ask(f"level {level}")
        if isinstance(answer, Unknown):
            found[level] = answer
        elif int(answer.value[0], 16):
            value = (str(answer.value[0]).lower(), int(answer.value[1]))
            found[level] = Known(value=value, evidence=answer.evidence)
    return found
