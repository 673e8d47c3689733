"""What a contract says of itself: an owner, an administrator, holders of roles. Do its functions treat them so?

A view may say anything. Whoever it names is called for at every guard; where all of them are refused just as a stranger
is, and in words that speak of who may call, the view and the code do not agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.discovery.account import Account, nonzero
from scanner.discovery.control.roles import HAS_ROLE, read_roles, role_name
from scanner.discovery.guards.calls import Answer, Trial, shape
from scanner.discovery.guards.doors import in_scope
from scanner.discovery.world import World
from scanner.model.evidence import Evidence
from scanner.model.values import ZERO_ADDRESS

MAX_CLAIMS = 6
"""Claims of one contract that are held against its functions."""

_OFFICES = ("owner()", "admin()")
_REFUSAL = re.compile(r"owner|author|admin|govern|permission|forbid|denied|role|caller|sender|only|allowed")


@dataclass(frozen=True)
class Claim:
    """Somebody whom a view names. `office` is the view; for a role with its name."""

    account: str
    office: str
    address: str
    evidence: tuple[Evidence, ...]


def claims_of(world: World) -> dict[str, tuple[Claim, ...]]:
    """Return, by contract, whom its views name as those in charge."""
    return {account.address: found for account in in_scope(world) if (found := tuple(_claims(account))[:MAX_CLAIMS])}


def _claims(account: Account) -> Iterable[Claim]:
    for office in _OFFICES:
        answer = account.address_of(office)
        if found := nonzero(answer):
            yield Claim(account.address, office, found, answer.evidence)
    for member in read_roles(account).members:
        if member.address not in (ZERO_ADDRESS, account.address):
            office = f"{HAS_ROLE} {role_name(member.role)}"
            yield Claim(account.address, office, member.address, member.evidence)


def contradicted(
    claims: Iterable[Claim], trials: Sequence[Trial], refusals: frozenset[str]
) -> Iterable[tuple[Claim, tuple[Evidence, ...]]]:
    """Yield the claims that no function of the contract bears out, each with the calls that show it."""
    holders = {held.address for trial in trials for held in trial.named.holders}
    # Without source nobody knows which functions ask for a role, and a role that only gives others lets nobody pass.
    known = all(trial.door.fact is not None for trial in trials)
    unread = known and any(not trial.named.complete and not trial.named.holders for trial in trials)
    for claim in claims:
        if claim.address in holders or (claim.office not in _OFFICES and not unread):
            continue
        pairs = [
            (trial.stranger, trial.answers[claim.address])
            for trial in trials
            if trial.stranger is not None and claim.address in trial.answers
        ]
        if any(not mine.like(base) for base, mine in pairs if base.read and mine.read):
            continue
        refused = [(base, mine) for base, mine in pairs if base.read and mine.read and _refuses(base, refusals)]
        if refused:
            calls = tuple(piece for pair in refused[:3] for one in pair for piece in one.evidence)
            yield claim, (*claim.evidence, *calls)


def _refuses(answer: Answer, refusals: frozenset[str]) -> bool:
    """Whether a revert speaks of who may call."""
    if answer.passed:
        return False
    return answer.names_caller or shape(answer.said) in refusals or bool(_REFUSAL.search(answer.said))
