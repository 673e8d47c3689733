"""The functions of every contract in scope, each with what it asks about its caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanner.code.interface import CodeResult
from scanner.discovery.account import Account, nonzero
from scanner.discovery.guards.coded import Coded, coded
from scanner.discovery.world import World, only_a_target
from scanner.model.code import FunctionFact, StorageVariable
from scanner.model.evidence import Evidence
from scanner.model.guards import CallerCheck
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS

STANDING = frozenset({"is", "in", "asked", "open", "self", "fixed", "state", "other"})
"""Forms of check whose holder stands in the state, whatever the arguments of the call are."""

INITIALIZER = "initializer"
"""What a function that can run a single time is said to be guarded by."""

MAX_OUTSIDE = 60
"""Functions of one contract without source that are tried in the names of others."""


@dataclass(frozen=True)
class Held:
    """An address that a check lets pass. `delay` is what the guard itself makes it wait, in seconds."""

    address: str
    evidence: tuple[Evidence, ...] = ()
    delay: int = 0


@dataclass(frozen=True)
class Named:
    """Whom one check, or all of a function's together, let pass. Not complete, for `reason`: there may be others."""

    holders: tuple[Held, ...] = ()
    anyone: bool = False
    complete: bool = True
    exact: bool = True
    """Whether all that the guard asks was looked at; where not, some of the holders may be refused."""

    reason: str = ""
    source: str = ""
    evidence: tuple[Evidence, ...] = ()
    word: str = ""
    """What a call has to give as bytes32 (0x-hex) for these holders to be those who pass; empty for zeros."""


@dataclass(frozen=True)
class Door:
    """One function of one contract. `outside` are the types of its arguments where there is no source, and `coded` is
    what its bytecode asks then."""

    account: str
    signature: str
    selector: str
    checks: tuple[CallerCheck, ...] = ()
    fact: FunctionFact | None = None
    outside: str = ""
    coded: Coded = field(default=Coded(), compare=False)
    storage: tuple[StorageVariable, ...] = field(default=(), compare=False)

    @property
    def standing(self) -> bool:
        """Whether every clause of the guard is about the state alone, so that its holder can be named."""
        return bool(self.checks) and any(self.clause_stands(number) for number in self.clauses)

    @property
    def clauses(self) -> tuple[int, ...]:
        return tuple(sorted({check.clause for check in self.checks}))

    def clause(self, number: int) -> tuple[CallerCheck, ...]:
        return tuple(check for check in self.checks if check.clause == number)

    def clause_stands(self, number: int) -> bool:
        """Whether one clause names its holders by state alone, and is about the caller at all."""
        checks = self.clause(number)
        stands = all(check.form in STANDING for check in checks)
        return stands and any(check.form not in ("state", "open") for check in checks)


def in_scope(world: World) -> Iterator[Account]:
    """Yield the DAO's own contracts: no stranger's that only a proposal calls, no code that proxies run."""
    behind = {one for account in world.accounts.values() for one, _ in _running(account) if one != account.address}
    for address in sorted(world.accounts):
        account = world.accounts[address]
        if not account.has_code or only_a_target(account) or address == ZERO_ADDRESS:
            continue
        if address in behind and account.proxy is None and account.depth > 0:
            continue
        yield account


def doors_of(world: World, results: Mapping[str, CodeResult]) -> tuple[Door, ...]:
    """Return the functions of the contracts in scope by address and signature; the code that a proxy runs counts."""
    return tuple(door for account in in_scope(world) for door in _doors(account, results))


def unread_of(world: World, results: Mapping[str, CodeResult]) -> tuple[str, ...]:
    """Return the contracts in scope whose functions are not known at all: their code was not analysed."""
    found = []
    for account in in_scope(world):
        known = [results[one].facts for one, _ in _running(account) if one in results]
        if not any(facts.functions.complete or facts.outside.complete for facts in known):
            found.append(account.address)
    return tuple(found)


def _running(account: Account) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the code that runs at an address, with the selectors that lead there; none where every one does."""
    for facet in account.proxy.facets if account.proxy else ():
        yield facet.address, frozenset(facet.selectors)
    if account.proxy and not account.proxy.facets and (target := nonzero(account.proxy.implementation)):
        yield target, frozenset()
    yield account.address, frozenset()


def _doors(account: Account, results: Mapping[str, CodeResult]) -> Iterator[Door]:
    seen: set[str] = set()
    for one, leading in _running(account):
        facts = results[one].facts if one in results else None
        if facts is None:
            continue
        for fact in facts.functions.items:
            if fact.selector not in seen and (not leading or fact.selector in leading):
                seen.add(fact.selector)
                yield Door(
                    account.address, fact.signature, fact.selector, fact.checks, fact, storage=facts.storage.items
                )
        code = _code(account, one)
        for found in facts.outside.items[:MAX_OUTSIDE]:
            if found.mutability in ("view", "pure") or (leading and found.selector not in leading):
                continue
            if found.selector not in seen:
                seen.add(found.selector)
                types, asks = f"({found.arguments})", coded(code, found.selector)
                yield Door(account.address, found.selector, found.selector, outside=types, coded=asks)


def _code(account: Account, address: str) -> str:
    """Return the code that runs: the contract's own, or that of what it is a proxy for."""
    behind = account if address == account.address else account.met.get(address)
    return behind.code.value if behind is not None and isinstance(behind.code, Known) else "0x"
