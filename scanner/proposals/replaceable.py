"""Whether what a proposal runs or puts in place can still become something else before or after the vote."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account
from scanner.discovery.contracts import code_at
from scanner.discovery.discover import Found
from scanner.discovery.holders import short
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.ends import Ends

_HELD_BY_A_VOTE = (ActorKind.NOBODY, ActorKind.TOKEN_VOTE, ActorKind.NFT_VOTE, ActorKind.SHARE_VOTE)
Answer = Known[bool] | Unknown


def replaceable(ends: Ends, addresses: Iterable[str]) -> Answer:
    """Return whether the code at any of these addresses can be destroyed, or replaced by other than a vote.

    Since EIP-6780 (Cancun) a contract is only destroyed in the transaction that makes it; chains differ, so that the
    instruction counts wherever it can be reached.
    """
    unknown: Unknown | None = None
    for address in addresses:
        answer = _one(ends, address)
        if isinstance(answer, Unknown):
            unknown = unknown or answer
        elif answer.value:
            return answer
    return unknown or Known(value=False, evidence=(), derivation="nothing that runs can be destroyed or replaced")


def _one(ends: Ends, address: str) -> Answer:
    account = ends.account(address)
    if account is None:
        return Unknown(reason=Reason.NOT_READ, detail=f"{short(address)} was not read")
    if isinstance(account.code, Unknown):
        return account.code
    if not account.has_code:
        return Known(value=False, evidence=account.code.evidence, derivation="no code")
    if account.address in ends.found.world.accounts:
        return _met(ends.found, account)
    return _stranger(account)


def _met(found: Found, account: Account) -> Answer:
    if account.proxy is not None and account.proxy.kind != "safe":
        kind = found.resolver.kind_behind(account.proxy.admin)
        if isinstance(kind, Unknown):
            return kind
        if kind.value not in _HELD_BY_A_VOTE:
            derivation = f"{short(account.address)} is a proxy: {kind.derivation or kind.value} may replace its code"
            return Known(value=True, evidence=kind.evidence, derivation=derivation)
    destroyed = code_at(found.world, found.results, account.address).selfdestruct_reachable
    if isinstance(destroyed, Unknown):
        return destroyed
    return Known(
        value=destroyed.value,
        evidence=destroyed.evidence,
        derivation=f"{short(account.address)}: {destroyed.derivation or 'SELFDESTRUCT'}",
    )


def _stranger(account: Account) -> Answer:
    """A contract outside the crawl: by the instructions that its code can reach."""
    assert isinstance(account.code, Known)
    names = reachable_opcodes(account.code.value)
    evidence = account.code.evidence
    if names is None:
        return Unknown(reason=Reason.UNDECODABLE, detail="its code could not be followed", evidence=evidence)
    if "SELFDESTRUCT" in names:
        return Known(value=True, evidence=evidence, derivation=f"{short(account.address)} can reach SELFDESTRUCT")
    if names & {"DELEGATECALL", "CALLCODE"}:
        detail = "it runs other contracts' code; whether that can be replaced was not followed"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
    return Known(value=False, evidence=evidence, derivation="its code holds neither SELFDESTRUCT nor DELEGATECALL")
