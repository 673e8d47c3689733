"""State behind doors and forwarders: whether a list is set, and who is trusted to say who the caller is."""

from __future__ import annotations

import re

from scanner.discovery.account import Account, nonzero
from scanner.discovery.world import World
from scanner.model.code import CodeFacts
from scanner.model.evidence import Evidence
from scanner.model.kinds import Guard, Stage
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_LIST_NAME = re.compile(r"sanction|chainalysis|screen(er|ing)", re.I)
FORWARDERS = ("trustedForwarder()", "getTrustedForwarder()")
"""ERC-2771 recipients; the second is Aragon's and Baal's."""


def sanctions_gate(account: Account, code: CodeFacts, *, stranger: bool) -> Known[str] | Unknown:
    """Return how far a sanctions gate goes: reachable where no list is set, configured where one is (Stage)."""
    asks = code.sanctions_gate
    if isinstance(asks, Unknown):
        return asks
    if not asks.value:
        return Known(value=Stage.ABSENT.value, evidence=asks.evidence, derivation="no sanctions list is asked")
    if stranger:
        return Known(value=Stage.REACHABLE.value, evidence=asks.evidence, derivation=asks.derivation)
    found = _lists(account)
    if any(address != ZERO_ADDRESS for _, address, _ in found):
        names = ", ".join(name for name, address, _ in found if address != ZERO_ADDRESS)
        evidence = asks.evidence + tuple(item for _, _, items in found for item in items)
        return Known(value=Stage.CONFIGURED.value, evidence=evidence, derivation=f"a list is set: {names}")
    if found:
        evidence = asks.evidence + tuple(item for _, _, items in found for item in items)
        return Known(
            value=Stage.REACHABLE.value, evidence=evidence, derivation="no list is set: it lets everybody pass"
        )
    switch = code.gate_switch_guard
    if isinstance(switch, Known) and switch.value == Guard.ABSENT:
        return Known(value=Stage.CONFIGURED.value, evidence=asks.evidence, derivation="the list is fixed in the code")
    words = "which list is asked could not be read from its state"
    return Known(value=Stage.REACHABLE.value, evidence=asks.evidence, derivation=words)


def _lists(account: Account) -> list[tuple[str, str, tuple[Evidence, ...]]]:
    """Return the getters that name a list, with what they answer."""
    found = []
    for key, (outputs, _) in account.calls.items():
        if outputs != ("address",) or not _LIST_NAME.search(key):
            continue
        answer = account.address_of(key)
        if isinstance(answer, Known):
            found.append((key, answer.value, answer.evidence))
    return found


def forwarder_of(account: Account) -> Known[str] | Unknown:
    """Return the trusted forwarder; the zero address where the contract has the hook and none is set."""
    return account.address_of(*FORWARDERS)


def forwarder(world: World, account: Account) -> Known[str] | Unknown:
    """Return what the trusted forwarder is: none, key, verified-contract or unverified-contract.

    It says who the caller is (ERC-2771): a key can name any member, code only whom its own checks let it name.
    """
    answer = forwarder_of(account)
    if isinstance(answer, Unknown):
        if answer.reason in (Reason.REVERTED, Reason.NOT_READ, Reason.UNDECODABLE):
            words = "it names no trusted forwarder"
            return Known(value="none", evidence=answer.evidence or account.code.evidence, derivation=words)
        return answer
    address = nonzero(answer)
    if address is None:
        return Known(value="none", evidence=answer.evidence, derivation="no trusted forwarder is set")
    behind = world.get(address)
    if behind is None or isinstance(behind.code, Unknown):
        return Unknown(reason=Reason.NOT_READ, detail="the forwarder was not read", evidence=answer.evidence)
    evidence = answer.evidence + behind.code.evidence
    if behind.is_eoa:
        return Known(value="key", evidence=evidence, derivation="an account without code")
    if behind.verified is not None:
        return Known(value="verified-contract", evidence=evidence, derivation=behind.verified.bundle.contract_name)
    missing = behind.no_source
    if missing is not None and missing.reason is Reason.NOT_VERIFIED:
        return Known(value="unverified-contract", evidence=evidence, derivation=missing.detail)
    reason = missing.reason if missing is not None else Reason.NOT_READ
    return Unknown(reason=reason, detail="whether its source is published is not known", evidence=evidence)
