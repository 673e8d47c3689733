"""Powers over units that lie in another contract: whoever changes what a transfer asks there decides what moves.

The token's code says what is asked and of whom; the other contract's code says which functions change its answer, and
their guards who passes. What leads on from there, or cannot be read, is unknown: never absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver, weakest
from scanner.discovery.guards.rights import ANSWERS
from scanner.discovery.tokens.sought import Sought, kind_with_power
from scanner.discovery.world import only_a_target
from scanner.model.asked import Asked
from scanner.model.contracts import Contract
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Guard
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_DEPTH = 3

Contracts = Mapping[str, Contract]


@dataclass(frozen=True)
class Elsewhere:
    """Who changes one answer: the guard there, the weakest actor that passes it, and where that is."""

    guard: Known[str] | Unknown
    holder: Known[str] | Unknown
    account: Account | None = None
    sought: Sought | None = None


def weakest_elsewhere(resolver: Resolver, token: Account, power: str, contracts: Contracts) -> Elsewhere | None:
    """Return the easiest way to a power over the units of `token` by what other contracts answer; None for none.

    An unknown way counts as the easiest, unless a key or anyone can use another.
    """
    own = contracts.get(token.address)
    if own is None:
        return None
    asked = {(one.question, one.target): one for one in own.code.asks.items if one.power == power}
    found = [way for one in asked.values() for way in _ways(resolver, token, one, contracts, _DEPTH)]
    return easiest(found) if found else None


def easiest(ways: list[Elsewhere]) -> Elsewhere:
    """Return the way that is open to the weakest actor; an unknown one, where no actor is the weakest there is."""
    kinds = {way.holder.value: way for way in reversed(ways) if isinstance(way.holder, Known)}
    kind = weakest(ActorKind(one) for one in kinds)
    unknown = next((way for way in ways if isinstance(way.holder, Unknown)), None)
    if unknown is not None and kind not in (ActorKind.ANYONE, ActorKind.EOA):
        return unknown
    return kinds[kind.value]


def _ways(resolver: Resolver, asking: Account, asked: Asked, contracts: Contracts, depth: int) -> Iterator[Elsewhere]:
    """Yield who changes what `asked` is answered by; nobody where none is set to be asked."""
    target = _target(asking, asked)
    if isinstance(target, Known) and target.value == ZERO_ADDRESS:
        return
    evidence = asked.evidence + target.evidence
    contract = contracts.get(target.value) if isinstance(target, Known) else None
    account = resolver.world.get(target.value) if isinstance(target, Known) else None
    if contract is None or account is None or only_a_target(account):
        yield _unknown(f"{asked.question} is asked of a contract that was not looked at", evidence)
        return
    code = contract.code
    if not isinstance(code.analysed_from, Known) or code.analysed_from.value != "source":
        yield _unknown(f"{asked.question} is asked of a contract without published source", evidence)
        return
    settling = [fact for fact in code.functions.items if asked.question in fact.settles]
    guards = {fact.guard for fact in settling}
    for guard in sorted(guards):
        sought = Sought((f"{ANSWERS}{asked.question}",), views=())
        known = Known(value=guard, evidence=tuple(item for fact in settling for item in fact.evidence))
        yield Elsewhere(known, kind_with_power(resolver, account, known, sought), account, sought)
    if isinstance(contract.upgrade_admin_kind, Unknown) or contract.upgrade_admin_kind.value != ActorKind.NOBODY:
        by_code = Known(value=Guard.CALLER.value, evidence=evidence, derivation="by another code of the contract asked")
        yield Elsewhere(by_code, contract.upgrade_admin_kind)
    further = [one for one in code.asks.items if one.power == "answer" and one.within == asked.question]
    if not code.asks.complete or (further and not depth):
        yield _unknown(f"{asked.question}: what is asked in turn was not followed", evidence)
    for one in further if depth else ():
        yield from _ways(resolver, account, one, contracts, depth - 1)
    if not settling and not further:
        yield _unknown(f"{asked.question}: nothing tells who changes the answer", evidence)


def _target(asking: Account, asked: Asked) -> Known[str] | Unknown:
    if asked.target.startswith("0x"):
        return Known(value="0x" + asked.target[-40:].lower(), evidence=asked.evidence)
    if not asked.target:
        return Unknown(reason=Reason.UNRESOLVED, detail="no view names the contract that is asked")
    return asking.address_of(asked.target)


def _unknown(detail: str, evidence: tuple[Evidence, ...]) -> Elsewhere:
    unknown = Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
    return Elsewhere(unknown, unknown)
