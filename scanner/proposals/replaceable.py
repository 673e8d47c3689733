"""Whether what a proposal runs or puts in place can still become something else before or after the vote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scanner.code.bytecode.opcodes import reachable_opcodes
from scanner.discovery.account import Account
from scanner.discovery.contracts import code_at
from scanner.discovery.control.holders import short
from scanner.discovery.discover import Found
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.ends import Ends
from scanner.proposals.makers import Making, maker_among

_HELD_BY_A_VOTE = (ActorKind.NOBODY, ActorKind.TOKEN_VOTE, ActorKind.NFT_VOTE, ActorKind.SHARE_VOTE)
Answer = Known[bool] | Unknown


def replaceable(ends: Ends, addresses: Iterable[str], made: Mapping[str, Making]) -> Answer:
    """Return whether the code at any of these addresses can be destroyed, or replaced by other than a vote.

    Where there is none yet, it is what `made` says that a proposal makes there, or anybody's choice. Since EIP-6780
    (Cancun) a contract is only destroyed in the transaction that makes it; chains differ, so that the instruction
    counts wherever it can be reached.
    """
    unknown: Unknown | None = None
    fixed = Known(value=False, evidence=(), derivation="nothing that runs can be destroyed or replaced")
    for address in addresses:
        answer = _one(ends, address, made.get(address))
        if isinstance(answer, Unknown):
            unknown = unknown or answer
        elif answer.value:
            return answer
        elif address in made:
            fixed = answer
    return unknown or fixed


def _one(ends: Ends, address: str, making: Making | None) -> Answer:
    account = ends.account(address)
    if account is None:
        return Unknown(reason=Reason.NOT_READ, detail=f"{short(address)} was not read")
    if isinstance(account.code, Unknown):
        return account.code
    if not account.has_code:
        if making is None:
            derivation = f"{short(address)} has no code yet: whoever puts code there decides what runs"
            return Known(value=True, evidence=account.code.evidence, derivation=derivation)
        derivation = f"{short(address)} has no code yet: {making.words}"
        return Known(value=not making.bound, evidence=account.code.evidence, derivation=derivation)
    met = account.address in ends.found.world.accounts
    answer = _met(ends.found, account) if met else _stranger(account)
    return _with_maker(ends, address, answer) if isinstance(answer, Known) and answer.value else answer


def _with_maker(ends: Ends, address: str, answer: Known[bool]) -> Known[bool]:
    """Say who made what can be destroyed, where that is one of the accounts that were read.

    A maker that can be destroyed and made again counts its nonces from the beginning, so that CREATE fills the same
    address once more, with any code (as with Tornado Cash's governance in May 2023).
    """
    known = [one for one in (*ends.found.world.accounts, *ends.strangers) if one != address]
    found = maker_among(address, sorted(known))
    if found is None:
        return answer
    maker, nonce = found
    account = ends.account(maker)
    mortal = _one(ends, maker, None) if account is not None and account.has_code else None
    again = ", and can be destroyed and made again itself" if isinstance(mortal, Known) and mortal.value else ""
    derivation = f"{answer.derivation}; {short(maker)} made it (CREATE, nonce {nonce}){again}"
    return Known(value=True, evidence=answer.evidence, derivation=derivation)


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
