"""The ten largest holders of a token: contracts named for what they are, people only counted.

An account without code is an ordinary member until a role says otherwise: its address is never kept here, neither as a
holder nor in evidence. What a contract says of itself counts once somebody else, its known code or the token's own
books say the same; else it is what it claims to be, and its kind is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any

from scanner.chain.abi import encode_call
from scanner.chain.interface import CallRead, CodeRead, Read
from scanner.discovery.account import Account, combine
from scanner.discovery.control.holders import Resolver, short
from scanner.discovery.parts import Parts
from scanner.discovery.tokens.escrows import is_escrow
from scanner.discovery.tokens.labels import labelled
from scanner.discovery.tokens.shapes import NONSENSE, Question, Seen, first_questions, next_questions, shapes_of
from scanner.discovery.tokens.voting_power import Power, share_bps
from scanner.discovery.world import World, running_code
from scanner.model.evidence import Evidence
from scanner.model.holders import HolderBasis, HolderKind, TopHolder
from scanner.model.observation import Collection, Known, Reason, Unknown

LARGEST = 10
BURNT = frozenset({"0x000000000000000000000000000000000000dead", "0x0000000000000000000000000000000000000001"})
"""Addresses that units are sent to so that they are gone: nobody has a key of them."""

_BALANCE_OF = "balanceOf(address)"
_NOT_READ = Unknown(reason=Reason.NOT_READ, detail="transfer logs were not read")


@dataclass
class Largest:
    """The largest holders of one token, with what was read of each; their units by the logs."""

    units: dict[str, int]
    evidence: tuple[Evidence, ...]
    readers: dict[str, Account] = field(default_factory=dict)


Holders = Mapping[str, Largest]
"""By token."""


@dataclass
class Plan:
    """Whom to ask about which token, and the reads of it."""

    holders: dict[str, Largest] = field(default_factory=dict)
    asked: list[tuple[Account, Question]] = field(default_factory=list)
    codes: list[Account] = field(default_factory=list)

    @property
    def reads(self) -> list[Read]:
        return [*(CodeRead(one.address) for one in self.codes), *(question.read for _, question in self.asked)]


def plan_holders(world: World, parts: Parts, powers: Mapping[str, Power]) -> Plan:
    """Return what to ask of the largest holders of each voting token."""
    plan = Plan()
    for token in sorted(parts.tokens):
        balances = powers[token].balances if token in powers else _NOT_READ
        if isinstance(balances, Unknown):
            continue
        units = nsmallest(LARGEST, balances.value.items(), key=lambda one: (-one[1], one[0]))
        largest = plan.holders[token] = Largest(dict(units), balances.evidence)
        decaying = is_escrow(running_code(world, world.accounts[token]))
        for address in largest.units:
            met = world.get(address)
            if address in BURNT or (met is not None and met.is_eoa):
                continue
            reader = largest.readers[address] = Account(address, code=met.code) if met else Account(address)
            if met is None:
                plan.codes.append(reader)
            if not decaying:
                read = CallRead(token, encode_call(_BALANCE_OF, (address,)), _BALANCE_OF)
                plan.asked.append((reader, Question(_BALANCE_OF, ("uint256",), read)))
            if _part(parts, token, address) is None:
                plan.asked += [(reader, question) for question in first_questions(address, token)]
    return plan


def take_holders(world: World, plan: Plan, answers: Sequence[Known[Any] | Unknown]) -> Holders:
    """Return the largest holders with what they answered; claims that others can confirm are checked in one batch."""
    codes, said = answers[: len(plan.codes)], answers[len(plan.codes) :]
    for reader, answer in zip(plan.codes, codes, strict=True):
        reader.code = answer
    _learn(plan.asked, said)
    asked: list[tuple[Account, Question]] = []
    for token, largest in plan.holders.items():
        for reader in largest.readers.values():
            if reader.has_code:
                asked += [(reader, one) for one in next_questions(_seen(world, token, reader))]
    if asked:
        _learn(asked, world.chain.read([question.read for _, question in asked]))
    return plan.holders


def _learn(asked: Sequence[tuple[Account, Question]], answers: Sequence[Known[Any] | Unknown]) -> None:
    for (reader, question), answer in zip(asked, answers, strict=True):
        reader.learn(question.key, question.outputs, answer)


def holder_facts(
    resolver: Resolver, token: Account, supply: Known[int] | Unknown, holders: Holders, power: Power | None
) -> dict[str, Any]:
    """Return the facts of a token about its ten largest holders; `supply` is what shares are counted of."""
    balances = power.balances if power is not None else _NOT_READ
    largest = holders.get(token.address)
    if isinstance(balances, Unknown) or largest is None:
        return _nothing(balances if isinstance(balances, Unknown) else _NOT_READ)
    unread = [one for one in largest.readers.values() if isinstance(one.code, Unknown)]
    shown = [
        _holder(resolver, token, largest, address=address, supply=supply)
        for address in largest.units
        if address in BURNT or (address in largest.readers and largest.readers[address].has_code)
    ]
    people = [
        units
        for address, units in largest.units.items()
        if address not in BURNT and (address not in largest.readers or largest.readers[address].is_eoa)
    ]
    reason = f"{len(unread)} of the ten largest holders could not be read" if unread else ""
    if unread:
        resolver.world.gap(token.address, "the ten largest holders", unread[0].code.reason, reason)  # type: ignore[union-attr]
    doubt = Unknown(reason=Reason.UNRESOLVED, detail=reason) if reason else None
    return {
        "top_holders": Collection[TopHolder](items=tuple(shown), complete=not reason, reason=reason),
        "top_accounts": doubt
        or Known(value=len(people), evidence=largest.evidence, derivation="accounts without code"),
        "top_accounts_bps": doubt or _of_supply(sum(people), supply, largest.evidence),
        **_sums(shown, doubt, largest.evidence, people=bool(people)),
    }


def _nothing(why: Unknown) -> dict[str, Any]:
    facts: dict[str, Any] = dict.fromkeys(
        ("top_accounts", "top_accounts_bps", *_SUMS, "exchange_bps", "top_contract_unknown_bps"), why
    )
    facts["top_holders"] = Collection[TopHolder](items=(), complete=False, reason=why.detail or why.reason.value)
    return facts


_SUMS: Mapping[str, frozenset[str]] = {
    "pool_bps": frozenset({HolderKind.POOL}),
    "locked_bps": frozenset({HolderKind.ESCROW, HolderKind.STAKING, HolderKind.VESTING}),
}


def _sums(
    shown: Sequence[TopHolder], doubt: Unknown | None, ranked: tuple[Evidence, ...], *, people: bool
) -> dict[str, Any]:
    """Add shares up by kind. While what one of the contracts is stays unknown, it may be any of them.

    `ranked` is the evidence for who the ten largest are.
    """
    open_ones = [one for one in shown if isinstance(one.kind, Unknown)]
    untold = doubt or _added(open_ones, ranked, "contracts of which nothing tells what they are")
    facts: dict[str, Any] = {"top_contract_unknown_bps": untold}
    for name, kinds in {**_SUMS, "exchange_bps": frozenset({HolderKind.EXCHANGE.value})}.items():
        fitting = [one for one in shown if isinstance(one.kind, Known) and one.kind.value in kinds]
        found = _added(fitting, ranked, "added up")
        if doubt is None and open_ones:
            least = f"{found.value} hundredths of a percent or more: " if isinstance(found, Known) else ""
            detail = f"{least}what {len(open_ones)} of the contracts among the ten largest holders are is not known"
            found = Unknown(reason=Reason.UNRESOLVED, detail=detail)
        facts[name] = doubt or found
    if doubt is None and people:
        detail = "no account without code is named or looked up: some of the largest may be an exchange's"
        facts["exchange_bps"] = Unknown(reason=Reason.OFF_CHAIN, detail=detail)
    return facts


def _added(shown: Sequence[TopHolder], ranked: tuple[Evidence, ...], words: str) -> Known[int] | Unknown:
    evidence = [] if shown else list(ranked)
    total = 0
    for one in shown:
        if isinstance(one.share_bps, Unknown):
            return one.share_bps
        total += one.share_bps.value
        evidence += [piece for piece in one.share_bps.evidence if piece not in evidence]
    return Known(value=total, evidence=tuple(evidence), derivation=words if shown else "none of them is one")


def _of_supply(units: int, supply: Known[int] | Unknown, evidence: tuple[Evidence, ...]) -> Known[int] | Unknown:
    part = Known(value=units, evidence=evidence)
    return combine({"part": part, "whole": supply}, share_bps, "share of total supply")


# ------------------------------------------------------------------------------------------------ one holder


def _part(parts: Parts, token: str, address: str) -> HolderKind | None:
    """Return what a part of this DAO is as a holder; None for what the crawl only passed by."""
    if address == token:
        return HolderKind.TOKEN
    if address in parts.governors:
        return HolderKind.GOVERNOR
    if address in parts.timelocks:
        return HolderKind.TIMELOCK
    if address in parts.safes:
        return HolderKind.SAFE
    return HolderKind.TREASURY if address in parts.treasuries else None


def _seen(world: World, token: str, reader: Account) -> Seen:
    return Seen(reader, token, reader.ask(_BALANCE_OF), world.chain.chain_id)


@dataclass(frozen=True)
class _What:
    kind: Known[str] | Unknown
    basis: HolderBasis
    label: str
    claims: str = ""


def _holder(
    resolver: Resolver, token: Account, largest: Largest, *, address: str, supply: Known[int] | Unknown
) -> TopHolder:
    units = _units(largest, address, supply)
    what = _what(resolver, token.address, largest, address)
    return TopHolder(
        address=address,
        units=units,
        share_bps=combine({"part": units, "whole": supply}, share_bps, "share of total supply"),
        kind=what.kind,
        basis=Known(value=what.basis.value, evidence=what.kind.evidence or largest.evidence),
        claims=what.claims,
        label=what.label,
        in_scope=address in resolver.world.accounts,
        treasury=address in resolver.parts.treasuries,
        evidence=what.kind.evidence,
    )


def _units(largest: Largest, address: str, supply: Known[int] | Unknown) -> Known[int] | Unknown:
    """Return what the token says that it holds, but none that is more than all units; else what the logs add up to."""
    reader = largest.readers.get(address)
    if reader is None or _BALANCE_OF not in reader.calls:
        return Known(value=largest.units[address], evidence=largest.evidence, derivation="transfer logs added up")
    balance = reader.ask(_BALANCE_OF)
    if isinstance(balance, Known) and isinstance(supply, Known) and balance.value > supply.value:
        detail = "the token tells of a balance that is more than its whole supply"
        return Unknown(reason=Reason.UNDECODABLE, detail=detail, evidence=balance.evidence)
    return balance


def _what(resolver: Resolver, token: str, largest: Largest, address: str) -> _What:
    """Say what a holder is: a part of this DAO, a constant, on the list, or what its answers tell."""
    world = resolver.world
    reader = largest.readers.get(address)
    if reader is None:
        kind = Known(value=HolderKind.BURN.value, evidence=largest.evidence, derivation="nobody has a key of it")
        return _What(kind, HolderBasis.CONSTANT, "burn address")
    name = resolver.label(address) if address in world.accounts else f"contract {short(address)}"
    part = _part(resolver.parts, token, address)
    if part is not None:
        return _What(Known(value=part.value, evidence=reader.code.evidence, derivation=name), HolderBasis.PART, name)
    listed = labelled(world.chain.chain_id, address)
    if listed is not None:
        words = f"on the list of labelled addresses: {listed.label}; source: {listed.source}"
        kind = Known(value=listed.kind.value, evidence=reader.code.evidence, derivation=words)
        return _What(kind, HolderBasis.LIST, listed.label)
    seen = _seen(world, token, reader)
    told = shapes_of(seen)
    if told and (told[0].checked or told[0].agrees):
        best = told[0]
        basis = HolderBasis.CHECKED if best.checked else HolderBasis.ANSWERS
        label = f"{best.words} ({short(address)})" if best.kind is HolderKind.SAFE else name
        return _What(Known(value=best.kind.value, evidence=best.evidence, derivation=best.words), basis, label)
    if told:
        detail = f"it claims to be {told[0].words}; nothing else confirms it"
        untold = Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=told[0].evidence)
        return _What(untold, HolderBasis.NONE, name, claims=told[0].kind.value)
    return _What(_untold(reader), HolderBasis.NONE, name)


def _untold(reader: Account) -> Unknown:
    """Say why nothing is told: it could not be asked, it answers anything, or none of the known shapes fits."""
    if isinstance(reader.ask(NONSENSE), Known):
        evidence = reader.ask(NONSENSE).evidence
        return Unknown(reason=Reason.UNRESOLVED, detail="it answers whatever it is asked", evidence=evidence)
    for key in reader.calls:
        answer = reader.ask(key)
        if isinstance(answer, Unknown) and answer.reason not in (Reason.REVERTED, Reason.UNDECODABLE):
            return Unknown(reason=answer.reason, detail="it could not be asked what it is")
    detail = "no pool, Safe, vault, wrapper, escrow, staking or vesting contract that is known, and on no list"
    return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=reader.code.evidence)
