"""Permissions as logs tell them and as the contract that keeps them confirms them.

Any contract can log what it likes: a log only says what to ask about. The question decides, also for what a log says
was taken back. Where a condition is attached the question cannot decide: its code is asked about every single call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.chain.abi import selector
from scanner.discovery.account import Account
from scanner.discovery.control.grants import Grant
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Unknown

MAX_CLAIMS = 500
"""Permissions of one contract that are asked about; a contract can log more of them than anyone can read."""


@dataclass(frozen=True)
class Claim:
    """The last that logs say of one permission of one holder. `condition` is in words, empty for none."""

    where: str
    who: str
    permission: str
    stands: bool
    condition: str
    log: LogEvidence


@dataclass(frozen=True)
class Ledger:
    """What an authority keeps, of any contract: what stands, what is not certain and why."""

    grants: tuple[Grant, ...] = ()
    complete: bool = True
    reason: str = ""
    evidence: tuple[Evidence, ...] = ()


def dispatches(code: str, *signatures: str) -> bool:
    """Whether the running code (hex) compares with the selectors of all these functions."""
    return all(f"63{selector(signature)[2:]}" in code for signature in signatures)


def chosen(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return the claims to ask about: those that stand first, at most 500."""
    ordered = sorted(claims, key=lambda one: (not one.stands, one.where, one.permission, one.who))
    return tuple(ordered[:MAX_CLAIMS])


def question(claim: Claim) -> str:
    """Return the key under which the authority keeps its answer about a claim."""
    return f"hasPermission {claim.where} {claim.who} {claim.permission}"


def confirmed(authority: Account, claims: Iterable[Claim], names: Mapping[str, str]) -> Ledger:
    """Return what of the claims holds: what logs say until the authority was asked, then what it answers.

    What could not be asked stands as said, and the ledger is not complete: it may be more.
    """
    if isinstance(authority.logs, Unknown):
        reason = f"the logs of permissions could not be read: {authority.logs.detail}"
        return Ledger(complete=False, reason=reason, evidence=authority.logs.evidence)
    every = tuple(claims)
    asked = chosen(every)
    reason = f"its logs tell of {len(every)} permissions: not all were looked at" if len(every) > len(asked) else ""
    grants: list[Grant] = []
    began = any(question(claim) in authority.calls for claim in asked)
    for claim in asked:
        answer = authority.ask(question(claim)) if began else None
        evidence: tuple[Evidence, ...] = (claim.log, *(answer.evidence if answer is not None else ()))
        if isinstance(answer, Unknown):
            reason = reason or "not every permission that logs tell of could be confirmed"
            held = claim.stands
        else:
            held = claim.stands if answer is None else bool(answer.value)
        by_condition = claim.stands and bool(claim.condition)
        if held or by_condition:
            words = names.get(claim.permission, f"permission {claim.permission[:10]}…")
            grants.append(Grant(claim.where, claim.who, claim.permission, words, claim.condition, evidence))
    return Ledger(tuple(grants), complete=not reason, reason=reason, evidence=authority.logs.evidence)


def logs_of(account: Account) -> tuple[LogEvidence, ...]:
    """Return all logs that were read, in chain order; empty when they could not be read."""
    return account.logs.value if isinstance(account.logs, Known) else ()
