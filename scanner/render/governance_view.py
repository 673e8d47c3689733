"""Governors, timelocks, tokens and Safes as tables of parameters; membership as class and attributes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.model.contracts import Governor, Safe, Timelock, Token
from scanner.model.controls import Holder
from scanner.model.kinds import ActorKind
from scanner.model.numbers import share as rounded_share
from scanner.model.observation import Collection, Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.render.lookup import Lookup, anchor
from scanner.render.quantities import duration, grouped
from scanner.render.register import Cited
from scanner.render.shown import (
    Shown,
    as_actor,
    as_answer,
    as_names,
    as_number,
    as_person,
    as_term,
    as_text,
    shown,
)
from scanner.render.words import ACTORS, MEMBERSHIP, by_value


@dataclass(frozen=True)
class Parameter:
    """One fact with the evidence behind it; `bar` is a share in hundredths of a percent, -1 for none."""

    name: str
    value: Shown
    bar: int
    evidence: Cited


@dataclass(frozen=True)
class ParameterTable:
    """The parameters of one contract."""

    anchor: str
    title: str
    address: str
    kind: str
    parameters: tuple[Parameter, ...]


def parameter_tables(lookup: Lookup) -> tuple[ParameterTable, ...]:
    """Return a table for each governor, timelock, voting token and Safe."""
    snapshot = lookup.snapshot
    return (
        *(_table("Governor", item, _governor(item, lookup), lookup) for item in snapshot.governors.items),
        *(_table("Timelock", item, _timelock(item, lookup), lookup) for item in snapshot.timelocks.items),
        *(_table("Voting token", item, _token(item, lookup), lookup) for item in snapshot.tokens.items),
        *(_table("Safe", item, _safe(item, lookup), lookup) for item in snapshot.safes.items),
    )


def _table(
    kind: str, item: Governor | Timelock | Token | Safe, facts: Iterable[tuple[str, Shown]], lookup: Lookup
) -> ParameterTable:
    return ParameterTable(
        anchor=anchor("governor" if kind == "Governor" else "parameters", item.address),
        title=lookup.label(item.address) or item.address,
        address=item.address,
        kind=kind,
        parameters=tuple(parameter(name, value, lookup) for name, value in facts),
    )


def parameter(name: str, value: Shown, lookup: Lookup, bar: int = -1) -> Parameter:
    """Return one row."""
    return Parameter(name, value, bar, lookup.register.cite(value.evidence))


def seconds(observation: Known[int] | Unknown) -> Shown:
    """Return a time in human units with the seconds behind it."""
    return shown(observation, _time, lambda value: f"{grouped(value)} s")


def _time(value: int) -> str:
    return duration(value) if value else "none"


def share(observation: Known[int] | Unknown) -> Shown:
    """Return hundredths of a percent as a percentage."""
    return shown(observation, rounded_share)


def clock(observation: Known[int] | Unknown, mode: Known[str] | Unknown) -> Shown:
    """Return a number of the governor's own clock with its unit (ERC-6372)."""
    if not isinstance(mode, Known):
        return shown(observation, lambda value: f"{grouped(value)} ticks of its clock, whose unit is not known")
    if mode.value == "timestamp":
        return shown(observation, _time, lambda value: f"{grouped(value)} s")
    return shown(observation, lambda value: f"{grouped(value)} blocks" if value else "none")


def _governor(item: Governor, lookup: Lookup) -> Iterable[tuple[str, Shown]]:
    unit = lookup.unit(item.token)
    return (
        ("Family", as_term(item.family)),
        ("Who votes", as_actor(item.kind)),
        ("Voting token", as_person(item.token, lookup.label)),
        ("Executor", as_person(item.executor, lookup.label)),
        ("Timelock", as_person(item.timelock, lookup.label)),
        ("Voting delay", seconds(item.voting_delay_seconds)),
        ("Voting period", seconds(item.voting_period_seconds)),
        ("Delay before execution", seconds(item.execution_delay_seconds)),
        ("Late quorum extension", clock(item.late_quorum_extension, item.clock_mode)),
        ("Clock", as_term(item.clock_mode)),
        ("Votes needed to propose", unit.show(item.proposal_threshold_votes)),
        ("… as a share of supply", share(item.proposal_threshold_bps)),
        ("Quorum", unit.show(item.quorum_votes)),
        ("… as a share of supply", share(item.quorum_bps)),
        ("Delegates who together reach quorum", as_number(item.delegates_for_quorum)),
        ("Guardian", as_person(item.guardian, lookup.label, item.guardian_kind)),
        ("Admin", as_person(item.admin, lookup.label, item.admin_kind)),
        ("Pending admin", as_person(item.pending_admin, lookup.label)),
        ("Days since the last proposal", as_number(item.days_since_last_proposal)),
    )


def _timelock(item: Timelock, lookup: Lookup) -> Iterable[tuple[str, Shown]]:
    return (
        ("Kind", as_term(item.kind)),
        ("Minimum delay", seconds(item.min_delay_seconds)),
        ("Grace period", seconds(item.grace_period_seconds)),
        ("Proposers", holders(item.proposers, lookup)),
        ("Executors", holders(item.executors, lookup)),
        ("Cancellers", holders(item.cancellers, lookup)),
        ("Administrators besides itself", holders(item.admins, lookup)),
        ("Admin", as_person(item.admin, lookup.label, item.admin_kind)),
        ("Pending admin", as_person(item.pending_admin, lookup.label)),
        ("Anyone may execute", as_answer(item.open_executor)),
        ("Somebody outside the vote can schedule", as_answer(item.proposer_outside_vote)),
        ("Somebody outside the vote administers roles", as_answer(item.admin_outside_vote)),
    )


def _token(item: Token, lookup: Lookup) -> Iterable[tuple[str, Shown]]:
    unit = lookup.units[item.address]
    return (
        ("Name", as_text(item.name)),
        ("Symbol", as_text(item.symbol)),
        ("Kind", as_term(item.kind)),
        ("Total supply", unit.show(item.total_supply)),
        ("Decimals", as_number(item.decimals)),
        ("Owner", as_person(item.owner, lookup.label, item.owner_kind)),
        ("Minters", holders(item.minters, lookup)),
        ("Who can create units", as_actor(item.minter_kind)),
        ("Who can pause", as_actor(item.pauser_kind)),
        ("Who can take or freeze units", as_actor(item.confiscator_kind)),
        ("Freely transferable", as_answer(item.transferable)),
        ("Paused now", as_answer(item.paused)),
    )


def _safe(item: Safe, lookup: Lookup) -> Iterable[tuple[str, Shown]]:
    return (
        ("Version", as_text(item.version)),
        ("Keys needed", as_number(item.threshold)),
        ("Owners", as_number(item.owner_count)),
        ("Keys needed, of owners", share(item.threshold_bps)),
        ("Owners by address", holders(item.owners, lookup)),
        ("Modules", holders(item.modules, lookup)),
        ("Modules without verified source", as_number(item.unverified_module_count)),
        ("Guard", as_person(item.guard, lookup.label)),
        ("Module guard", as_person(item.module_guard, lookup.label)),
        ("Fallback handler", as_person(item.fallback_handler, lookup.label)),
    )


def holders(found: Collection[Holder], lookup: Lookup) -> Shown:
    """Return who holds a role; a partial list says so."""
    people = tuple(_person(item, lookup) for item in found.items)
    evidence = tuple(piece for item in found.items for piece in item.evidence)
    if found.complete:
        return Shown("" if people else "nobody", evidence=evidence, people=people)
    more = f"not known whether there are {'more' if people else 'any'} ({found.reason or 'no reason given'})"
    return Shown(more, known=False, evidence=evidence, people=people)


def _person(item: Holder, lookup: Lookup) -> tuple[str, str]:
    if item.kind is ActorKind.ANYONE or item.address == ZERO_ADDRESS:
        return ("anyone", "")
    return (item.label or lookup.label(item.address) or ACTORS[item.kind], item.address)


def membership_class(lookup: Lookup) -> Shown:
    """Return the class of membership with what it means."""
    return shown(lookup.snapshot.membership.kind, lambda value: f"{value}: {by_value(MEMBERSHIP, value)}")


def membership_parameters(lookup: Lookup) -> tuple[Parameter, ...]:
    """Return the attributes of membership."""
    item = lookup.snapshot.membership
    facts = (
        ("Class", membership_class(lookup)),
        ("Ways to voting power", as_names(item.paths)),
        ("Who admits members", as_actor(item.gatekeeper_kind)),
        ("Members (an aggregate)", as_number(item.member_count)),
        ("Transferable", as_term(item.transferable)),
        ("Can be revoked by", as_term(item.revocable_by)),
        ("Right to leave with a share", as_term(item.exit_right)),
        ("One person, one membership is enforced", as_answer(item.sybil_gate)),
        ("Identity is checked", as_answer(item.identity_gate)),
        ("A sanctions list is checked", as_answer(item.sanctions_gate)),
        ("Vote weight follows", as_term(item.vote_weight)),
        ("Delegation", as_term(item.delegation)),
        ("Members prove membership without showing who they are", as_answer(item.anonymous_set)),
    )
    return tuple(parameter(name, value, lookup) for name, value in facts)
