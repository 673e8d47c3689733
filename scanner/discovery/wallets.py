"""Multisignature wallets that are no Safes: the MultiSigWallet of ConsenSys and Gnosis (2015 to 2018) and its copies.

An owner submits a transaction, others confirm it, and it is carried out when `required()` of `getOwners()` have.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import selector
from scanner.discovery.account import Account
from scanner.discovery.asking import has_selector
from scanner.discovery.world import Getter
from scanner.model.evidence import Evidence
from scanner.model.observation import Known

_OWNERS, _REQUIRED = "getOwners()", "required()"
_FUNCTIONS = (
    _OWNERS,
    _REQUIRED,
    "submitTransaction(address,uint256,bytes)",
    "confirmTransaction(uint256)",
    "executeTransaction(uint256)",
    "isConfirmed(uint256)",
)
_MARKS = tuple(selector(one) for one in _FUNCTIONS)


def wallet_questions(account: Account, code: str) -> Iterator[Getter]:
    """Yield what such a wallet is asked; `code` is what runs there."""
    if all(has_selector(code, mark) for mark in _MARKS):
        yield Getter(account.address, _OWNERS, ("address[]",))
        yield Getter(account.address, _REQUIRED, ("uint256",))


def signers_of(account: Account) -> tuple[int, int, tuple[Evidence, ...]] | None:
    """Return how many owners a wallet needs and has, with evidence; None for what is no such wallet."""
    owners, required = account.ask(_OWNERS), account.ask(_REQUIRED)
    if not isinstance(owners, Known) or not isinstance(required, Known):
        return None
    needed, count = int(required.value), len(set(owners.value))
    return (needed, count, owners.evidence + required.evidence) if 1 <= needed <= count else None
