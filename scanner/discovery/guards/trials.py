"""All guards of a DAO: who holds each, and which calls check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.chain.interface import AccountRead, CallRead, CodeRead
from scanner.code.interface import CodeResult
from scanner.discovery.guards.book import Book, as_address
from scanner.discovery.guards.calls import (
    CANDIDATES_TRIED,
    HOLDERS_TRIED,
    MAX_CALLS,
    OTHERS_TRIED,
    TOLD_TRIED,
    Trial,
    Verdict,
    answer_of,
    judge,
    plan_calls,
    refusal_shapes,
)
from scanner.discovery.guards.claims import Claim, claims_of, contradicted
from scanner.discovery.guards.doors import Door, Named, doors_of, unread_of
from scanner.discovery.guards.naming import named_by
from scanner.discovery.world import Link, World, is_key
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS

_ROUNDS = 4
"""Levels of reads in a row: a view that names a contract, then that contract, then whom it names."""

_NOT_READ = Named(complete=False, reason="what its guard reads leads too far")
_NO_SOURCE = Named(complete=False, reason="without source its guard is not known")
_LOOKS_AT_NOBODY = "nothing in its bytecode looks at who calls"
HELD_BY = "held by"


@dataclass
class Guards:
    """Every function of the DAO's contracts with whom its guard names, and the calls that check it."""

    doors: tuple[Door, ...] = ()
    named: dict[Door, Named] = field(default_factory=dict)
    trials: list[Trial] = field(default_factory=list)
    verdicts: dict[Door, Verdict] = field(default_factory=dict)
    pointed: dict[Door, tuple[str, ...]] = field(default_factory=dict)
    """Whom the code of functions without source points at: read from the slots that it compares the caller with."""

    unread: tuple[str, ...] = ()
    """Contracts in scope of whose functions nothing is known."""

    claims: dict[str, tuple[Claim, ...]] = field(default_factory=dict)
    lies: list[tuple[Claim, tuple[Evidence, ...]]] = field(default_factory=list)
    """Views that name somebody whom every function refuses, each with the calls that show it."""

    @property
    def reads(self) -> list[CallRead]:
        """The calls to be made, all in one level."""
        return [read for trial in self.trials for read in trial.reads]

    def take(self, answers: Sequence[Known[Any] | Unknown]) -> None:
        """Take the answers to `reads`, and judge by them."""
        place = 0
        for trial in self.trials:
            for read in trial.reads:
                trial.answers[read.sender] = answer_of(read, answers[place])
                place += 1
        by_contract: dict[str, list[Trial]] = {}
        for trial in self.trials:
            by_contract.setdefault(trial.door.account, []).append(trial)
        for account, trials in sorted(by_contract.items()):
            refusals = refusal_shapes(trials)
            for trial in trials:
                self.verdicts[trial.door] = judge(trial, refusals)
            self.lies += contradicted(self.claims.get(account, ()), trials, refusals)


def read_guards(world: World, results: Mapping[str, CodeResult]) -> Guards:
    """Read what the guards read, as far as the crawl has not, and name their holders."""
    guards = Guards(doors=doors_of(world, results), unread=unread_of(world, results))
    book = Book(world)
    for _ in range(_ROUNDS):
        _name(guards, world, book)
        _point(guards, world, book)
        if not book.read():
            break
    for door in guards.doors:
        if door.standing:
            guards.named.setdefault(door, _NOT_READ)
    guards.claims = claims_of(world)
    guards.trials = _trials(guards, world, book)
    return guards


def _name(guards: Guards, world: World, book: Book) -> None:
    """Name holders once for each guard of a contract, however many functions stand behind it."""
    made: dict[tuple[Any, ...], Named | None] = {}
    for door in guards.doors:
        if not door.standing or door in guards.named:
            continue
        asks_selector = any("selector" in check.arguments for check in door.checks)
        key = (door.account, door.checks, door.selector if asks_selector else "")
        if key not in made:
            made[key] = named_by(door, world.accounts[door.account], book)
        found = made[key]
        if found is not None:
            guards.named[door] = found


def _point(guards: Guards, world: World, book: Book) -> None:
    """Note whom the code of functions without source compares the caller with."""
    for door in guards.doors:
        if door.fact is not None:
            continue
        code = world.accounts[door.account].code
        if door.coded.nobody:
            guards.named[door] = Named(source=_LOOKS_AT_NOBODY, evidence=code.evidence)
            continue
        read = [
            (as_address(answer, shift // 8))
            for slot, shift in door.coded.slots
            if (answer := book.slot(door.account, slot))
        ]
        found = [one for one in read if isinstance(one, Known) and one.value != ZERO_ADDRESS]
        pointed = dict.fromkeys((*(one.value for one in found), *door.coded.fixed))
        guards.pointed[door] = (*pointed, *([door.account] if door.coded.itself else ()))
        if guards.pointed[door]:
            evidence = tuple(piece for one in found for piece in one.evidence) or code.evidence
            guards.named[door] = replace(_NO_SOURCE, source=door.coded.words, evidence=evidence)


def hidden_holders(guards: Guards, world: World) -> tuple[Link, ...]:
    """Return the holders that the crawl did not meet, since no view names them."""
    found: dict[str, Link] = {}
    for door, named in sorted(guards.named.items(), key=lambda item: (item[0].account, item[0].signature)):
        for held in named.holders:
            if held.address not in world.accounts and int(held.address, 16) > 0xFFFF:
                found.setdefault(held.address, Link(held.address, f"{HELD_BY} guard of {door.account}"))
    for door, pointed in sorted(guards.pointed.items(), key=lambda item: (item[0].account, item[0].signature)):
        for address in pointed:
            if address not in world.accounts:
                found.setdefault(address, Link(address, f"{HELD_BY} guard of {door.account}"))
    return tuple(found[address] for address in sorted(found))


def meet_found(world: World, guards: Guards) -> None:
    """Read the accounts that only the calls showed to pass a guard; those that are keys are met, in one level."""
    found = {one: door for door, verdict in guards.verdicts.items() for one in verdict.found}
    fresh = sorted(one for one in found if one not in world.accounts)
    if not fresh:
        return
    reads = [read for one in fresh for read in (CodeRead(one), AccountRead(one))]
    answers = world.chain.read(reads)
    for place, one in enumerate(fresh):
        code, state = answers[2 * place], answers[2 * place + 1]
        if is_key(code):
            for account in world.meet([Link(one, f"{HELD_BY} guard of {found[one].account}")], 1):
                account.code, account.state = code, state
                account.logs = Known(value=(), evidence=code.evidence, derivation="a key logs nothing")


def _trials(guards: Guards, world: World, book: Book) -> list[Trial]:
    by_contract: dict[str, list[Door]] = {}
    for door in guards.doors:
        by_contract.setdefault(door.account, []).append(door)
    made: list[Trial] = []
    for account, doors in by_contract.items():
        standing = [door for door in doors if door.standing]
        names = sorted({held.address for door in standing for held in guards.named[door].holders})
        claimed = [claim.address for claim in guards.claims.get(account, ())]
        unnamed = [one for one in dict.fromkeys(claimed) if one not in names]
        names = [*unnamed, *names]
        likely = dict.fromkeys((*claimed, *book.candidates(world.accounts[account])))
        tied = list(likely)[:CANDIDATES_TRIED]
        told = [one for one in book.told(world.accounts[account]) or () if one not in tied][:TOLD_TRIED]
        candidates = (*tied, *told, ZERO_ADDRESS)
        for door in doors:
            if door.standing:
                made.append(_trial(door, guards.named[door], names, candidates))
            elif door.fact is not None and door.fact.opens:
                made.append(Trial(door, Named(anyone=True)))
            elif door.fact is None and not door.coded.nobody:
                pointed = guards.pointed.get(door, ())[:CANDIDATES_TRIED]
                named = guards.named.get(door, _NO_SOURCE)
                made.append(Trial(door, named, candidates=tuple(dict.fromkeys((*pointed, *candidates)))))
    room = MAX_CALLS
    for trial in made:
        plan_calls(trial)
        room -= len(trial.reads)
        if room < 0:
            trial.reads, trial.reason = (), "there are more guards than calls that are made to check them"
    return made


def _trial(door: Door, named: Named, names: Sequence[str], candidates: tuple[str, ...]) -> Trial:
    holders = tuple(held.address for held in named.holders)[:HOLDERS_TRIED]
    everyone = {held.address for held in named.holders}
    others = tuple(one for one in names if one not in everyone)[:OTHERS_TRIED]
    if named.anyone:
        return Trial(door, named)
    if not named.holders and not named.complete:
        return Trial(door, named, others=others, candidates=candidates)
    if not named.holders and _names_zero(door):
        holders = (ZERO_ADDRESS,)
    return Trial(door, named, holders=holders, others=others)


def _names_zero(door: Door) -> bool:
    """Whether an empty guard compares with an address that is zero: a call from there would pass it."""
    return any(check.form == "is" for check in door.checks)
