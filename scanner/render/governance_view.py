"""Governors, timelocks, tokens and Safes as tables of parameters; membership as class and attributes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.contracts import Governor, Safe, Timelock, Token
from scanner.model.controls import Holder
from scanner.model.kinds import ActorKind, MembershipKind
from scanner.model.observation import Collection, Known, Unknown
from scanner.model.oracle_module import OracleModule
from scanner.model.values import ZERO_ADDRESS
from scanner.render.controls_view import seconds_shown
from scanner.render.lookup import Lookup, anchor
from scanner.render.oracle_view import oracle_facts
from scanner.render.quantities import share, utc
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
from scanner.render.words import by_value, words

Facts = Iterable[tuple[str, Shown]]
"""(key of the name, value)"""


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
    """Return a table for each governor, timelock, voting token, Safe and module that believes an oracle."""
    snapshot = lookup.snapshot
    return (
        *(_table("governor", item, _governor(item, lookup), lookup) for item in snapshot.governors.items),
        *(_table("timelock", item, _timelock(item, lookup), lookup) for item in snapshot.timelocks.items),
        *(_table("token", item, _token(item, lookup), lookup) for item in snapshot.tokens.items),
        *(_table("safe", item, _safe(item, lookup), lookup) for item in snapshot.safes.items),
        *(
            _table("oracle_module", item, oracle_facts(item, lookup), lookup)
            for safe in snapshot.safes.items
            for item in safe.oracle_modules.items
        ),
    )


def _table(
    kind: str, item: Governor | Timelock | Token | Safe | OracleModule, facts: Facts, lookup: Lookup
) -> ParameterTable:
    return ParameterTable(
        anchor=anchor("governor" if kind == "governor" else "parameters", item.address),
        title=lookup.label(item.address) or item.address,
        address=item.address,
        kind=lookup.t(f"governance.{kind}"),
        parameters=tuple(parameter(lookup.t(f"parameter.{key}"), value, lookup) for key, value in facts),
    )


def parameter(name: str, value: Shown, lookup: Lookup, bar: int = -1) -> Parameter:
    """Return one row."""
    return Parameter(name, value, bar, lookup.register.cite(value.evidence))


def shares(t: Locale, observation: Known[int] | Unknown) -> Shown:
    """Return hundredths of a percent as a percentage."""
    return shown(t, observation, lambda bps: share(t, bps))


def clock(t: Locale, observation: Known[int] | Unknown, mode: Known[str] | Unknown) -> Shown:
    """Return a number of the governor's own clock with its unit (ERC-6372)."""
    if not isinstance(mode, Known):
        return shown(t, observation, lambda value: t("parameter.ticks", number=value))
    if mode.value == "timestamp":
        return seconds_shown(t, observation)
    return shown(t, observation, lambda value: t("count.block", n=value) if value else t("duration.none"))


def _governor(item: Governor, lookup: Lookup) -> Facts:
    t, unit = lookup.t, lookup.unit(item.token)
    return (
        ("family", as_term(t, item.family)),
        ("who_votes", as_actor(t, item.kind)),
        ("voting_token", as_person(t, item.token, lookup.label)),
        ("executor", as_person(t, item.executor, lookup.label)),
        ("timelock", as_person(t, item.timelock, lookup.label)),
        ("voting_delay", seconds_shown(t, item.voting_delay_seconds)),
        ("voting_period", seconds_shown(t, item.voting_period_seconds)),
        ("execution_delay", seconds_shown(t, item.execution_delay_seconds)),
        ("late_quorum", clock(t, item.late_quorum_extension, item.clock_mode)),
        ("clock", as_term(t, item.clock_mode)),
        ("proposal_threshold", unit.show(item.proposal_threshold_votes)),
        ("as_share", shares(t, item.proposal_threshold_bps)),
        ("quorum", unit.show(item.quorum_votes)),
        ("as_share", shares(t, item.quorum_bps)),
        ("delegates_for_quorum", as_number(t, item.delegates_for_quorum)),
        ("guardian", as_person(t, item.guardian, lookup.label, item.guardian_kind)),
        *_until(t, item.guardian_until),
        ("admin", as_person(t, item.admin, lookup.label, item.admin_kind)),
        ("pending_admin", as_person(t, item.pending_admin, lookup.label)),
        ("days_since_proposal", as_number(t, item.days_since_last_proposal)),
    )


def _until(t: Locale, until: Known[int] | Unknown) -> Facts:
    """The end of the guardian's right, where there is one."""
    return (
        [("guardian_until", shown(t, until, lambda at: utc(t, at)))] if isinstance(until, Known) and until.value else []
    )


def _timelock(item: Timelock, lookup: Lookup) -> Facts:
    t = lookup.t
    return (
        ("kind", as_term(t, item.kind)),
        ("minimum_delay", seconds_shown(t, item.min_delay_seconds)),
        ("grace_period", seconds_shown(t, item.grace_period_seconds)),
        ("proposers", holders(item.proposers, lookup)),
        ("executors", holders(item.executors, lookup)),
        ("cancellers", holders(item.cancellers, lookup)),
        ("admins", holders(item.admins, lookup)),
        ("admin", as_person(t, item.admin, lookup.label, item.admin_kind)),
        ("pending_admin", as_person(t, item.pending_admin, lookup.label)),
        ("open_executor", as_answer(t, item.open_executor)),
        ("proposer_outside_vote", as_answer(t, item.proposer_outside_vote)),
        ("admin_outside_vote", as_answer(t, item.admin_outside_vote)),
    )


def _token(item: Token, lookup: Lookup) -> Facts:
    t, unit = lookup.t, lookup.units[item.address]
    return (
        ("name", as_text(t, item.name)),
        ("symbol", as_text(t, item.symbol)),
        ("kind", as_term(t, item.kind)),
        ("total_supply", unit.show(item.total_supply)),
        ("decimals", as_number(t, item.decimals)),
        ("owner", as_person(t, item.owner, lookup.label, item.owner_kind)),
        ("minters", holders(item.minters, lookup)),
        ("minter_kind", as_actor(t, item.minter_kind)),
        ("pauser_kind", as_actor(t, item.pauser_kind)),
        ("confiscator_kind", as_actor(t, item.confiscator_kind)),
        ("freely_transferable", as_answer(t, item.transferable)),
        ("paused", as_answer(t, item.paused)),
    )


def _safe(item: Safe, lookup: Lookup) -> Facts:
    t = lookup.t
    return (
        ("version", as_text(t, item.version)),
        ("threshold", as_number(t, item.threshold)),
        ("owner_count", as_number(t, item.owner_count)),
        ("threshold_share", shares(t, item.threshold_bps)),
        ("owners", holders(item.owners, lookup)),
        ("modules", holders(item.modules, lookup)),
        ("unverified_modules", as_number(t, item.unverified_module_count)),
        ("guard", as_person(t, item.guard, lookup.label)),
        ("module_guard", as_person(t, item.module_guard, lookup.label)),
        ("fallback_handler", as_person(t, item.fallback_handler, lookup.label)),
    )


def holders(found: Collection[Holder], lookup: Lookup) -> Shown:
    """Return who holds a role; a partial list says so."""
    people = tuple(_person(item, lookup) for item in found.items)
    evidence = tuple(piece for item in found.items for piece in item.evidence)
    if found.complete:
        return Shown("" if people else lookup.t("answer.nobody"), evidence=evidence, people=people)
    t = lookup.t
    key = "parameter.more_holders" if people else "parameter.any_holders"
    more = t(key, reason=found.reason or t("answer.no_reason"))
    return Shown(more, known=False, evidence=evidence, people=people)


def _person(item: Holder, lookup: Lookup) -> tuple[str, str]:
    if item.kind is ActorKind.ANYONE or item.address == ZERO_ADDRESS:
        return (lookup.t("answer.anyone"), "")
    return (item.label or lookup.label(item.address) or words(lookup.t, item.kind), item.address)


def membership_class(lookup: Lookup) -> Shown:
    """Return the class of membership with what it means."""
    t = lookup.t

    def said(value: str) -> Phrase:
        meaning = by_value(t, MembershipKind, value)
        return t("membership.class_of", **{"class": t.own(value), "meaning": meaning})

    return shown(t, lookup.snapshot.membership.kind, said)


def membership_parameters(lookup: Lookup) -> tuple[Parameter, ...]:
    """Return the attributes of membership."""
    t, item = lookup.t, lookup.snapshot.membership
    facts = (
        ("class", membership_class(lookup)),
        ("paths", as_names(t, item.paths)),
        ("gatekeeper", as_actor(t, item.gatekeeper_kind)),
        ("members", as_number(t, item.member_count)),
        ("transferable", as_term(t, item.transferable)),
        ("revocable_by", as_term(t, item.revocable_by)),
        ("exit_right", as_term(t, item.exit_right)),
        ("sybil_gate", as_answer(t, item.sybil_gate)),
        ("identity_gate", as_answer(t, item.identity_gate)),
        ("sanctions_gate", as_answer(t, item.sanctions_gate)),
        ("vote_weight", as_term(t, item.vote_weight)),
        ("delegation", as_term(t, item.delegation)),
        ("anonymous_set", as_answer(t, item.anonymous_set)),
    )
    return tuple(parameter(t(f"membership.{key}"), value, lookup) for key, value in facts)
