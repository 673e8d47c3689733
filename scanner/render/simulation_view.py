"""What open proposals did on a local fork: balances, rights, control, parameters, storage by name, events, code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.model.kinds import ActorKind
from scanner.model.observation import Collection, Known, Unknown
from scanner.model.proposals import Proposal
from scanner.model.simulation import (
    NOT_ASKED,
    BalanceChange,
    ControlChange,
    FiredEvent,
    RightChange,
    Simulation,
    SimulationPath,
    SlotChange,
    Turn,
)
from scanner.model.values import ZERO_ADDRESS
from scanner.render.lookup import Lookup, Unit, anchor
from scanner.render.quantities import duration, percent, short, utc
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_answer, shown, value_of
from scanner.render.text import line
from scanner.render.words import words

ROWS = 40
"""Rows of each table; report.json holds all."""


HEADS: dict[str, tuple[str, ...]] = {
    "balances": ("account", "party", "change", "before", "after"),
    "rights": ("account", "right", "contract", "kind"),
    "controls": ("account", "deed", "contract", "delay", "path"),
    "parameters": ("contract", "parameter", "before", "after"),
    "storage": ("contract", "variable", "before", "after"),
    "events": ("contract", "event", "arguments"),
    "created": ("contract", "creator", "size"),
    "delegatecalls": ("account", "code", "verified"),
    "replaceable": ("contract", "how", "detail"),
}
"""The columns of each table, by the words of a locale file (simulation.head_…)."""


@dataclass(frozen=True)
class Row:
    """One line of a table: its head with an address (empty for none), and its cells."""

    head: str
    address: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One kind of change. `note` says what is missing; `none` stands there where nothing changed."""

    key: str
    rows: tuple[Row, ...]
    more: int
    note: str
    complete: bool


@dataclass(frozen=True)
class SimulationCard:
    """One proposal as it was executed on the fork."""

    anchor: str
    title: str
    id: str
    outcome: Shown
    path: str
    path_note: str
    facts: tuple[tuple[str, Shown], ...]
    after: tuple[str, ...]
    tables: tuple[Table, ...]
    unchanged: str
    failed: bool
    evidence: Cited


@dataclass(frozen=True)
class SimulationSection:
    """All of them. `asked`: --simulate was given; `reason` says why there may be more open proposals."""

    asked: bool
    complete: bool
    reason: str
    cards: tuple[SimulationCard, ...]


def simulation_section(lookup: Lookup) -> SimulationSection:
    """Return what the page says of simulations, in the order in which the proposals would be executed."""
    all_of = lookup.snapshot.simulations
    proposals = {(one.governor, one.id): one for one in lookup.snapshot.proposals.items}
    cards = tuple(_card(one, proposals.get((one.governor, one.proposal)), lookup) for one in all_of.items)
    asked = bool(all_of.items) or all_of.complete or all_of.reason != NOT_ASKED
    return SimulationSection(asked, all_of.complete, all_of.reason, cards)


def _card(item: Simulation, proposal: Proposal | None, lookup: Lookup) -> SimulationCard:
    t = lookup.t
    outcome = shown(t, item.succeeds, lambda good: t("simulation.succeeds") if good else t("simulation.fails"))
    if isinstance(item.succeeds, Known) and not item.succeeds.value and isinstance(item.revert_reason, Known):
        outcome = Shown(outcome.text, item.revert_reason.value)
    path = value_of(item.path)
    tables = _tables(item, lookup) if isinstance(item.path, Known) else ()
    empty = (t(f"simulation.{table.key}") for table in tables if table.complete and not table.rows)
    facts = (
        (t("simulation.at"), shown(t, item.executed_at, lambda at: utc(t, at))),
        (t("simulation.gas"), shown(t, item.gas_used, t.number)),
        (t("simulation.outflow"), shown(t, item.treasury_outflow_bps, lambda bps: percent(t, bps))),
        (t("simulation.same_now"), as_answer(t, item.same_now)),
        (t("simulation.same_after"), as_answer(t, item.same_after)),
    )
    return SimulationCard(
        anchor=anchor("simulation", f"{item.governor[:10]}-{item.proposal}"),
        title=(line(proposal.description) if proposal else "") or t("proposals.no_text"),
        id=short(item.proposal),
        outcome=outcome,
        path=t(f"simulation.path_{path}") if path in set(SimulationPath) else "",
        path_note=item.path_note,
        facts=facts if isinstance(item.path, Known) else (),
        after=tuple(short(one) for one in item.after),
        tables=tables,
        unchanged=t.joined(empty, "semicolon"),
        failed=not (isinstance(item.succeeds, Known) and item.succeeds.value),
        evidence=lookup.register.cite(item.evidence),
    )


def _tables(item: Simulation, lookup: Lookup) -> tuple[Table, ...]:
    t = lookup.t
    return (
        _table("balances", item.balances, (_balance(one, lookup) for one in item.balances.items)),
        _table("rights", item.rights, (_right(one, lookup) for one in item.rights.items)),
        _table("controls", item.controls, (_control(one, lookup) for one in item.controls.items)),
        _table(
            "parameters",
            item.parameters,
            (
                Row(
                    one.contract_label,
                    one.contract,
                    (
                        one.name,
                        t.number(one.before),
                        t("simulation.lowered", value=t.number(one.after)) if one.lowered else t.number(one.after),
                    ),
                )
                for one in item.parameters.items
            ),
        ),
        _table("storage", item.storage, (_slot(one, lookup) for one in item.storage.items)),
        _table("events", item.events, (_event(one) for one in item.events.items)),
        _table(
            "created",
            item.created,
            (
                Row(short(one.address), one.address, (one.creator_label, t.number(one.size_bytes)))
                for one in item.created.items
            ),
        ),
        _table(
            "delegatecalls",
            item.delegatecalls,
            (
                Row(
                    one.account_label,
                    one.account,
                    (
                        one.code_label,
                        t("simulation.own_code") if one.own_implementation else as_answer(t, one.code_verified).text,
                    ),
                )
                for one in item.delegatecalls.items
            ),
        ),
        _table(
            "replaceable",
            item.replaceable,
            (
                Row(one.label, one.address, (t(f"replacement.{one.how.value}"), one.detail))
                for one in item.replaceable.items
            ),
        ),
    )


def _table(key: str, items: Collection, rows: Iterable[Row]) -> Table:  # type: ignore[type-arg]
    made = tuple(rows)
    note = "" if items.complete else items.reason
    return Table(key, made[:ROWS], max(0, len(made) - ROWS), note, items.complete)


def _balance(one: BalanceChange, lookup: Lookup) -> Row:
    t = lookup.t
    native = one.token == ZERO_ADDRESS
    decimals = value_of(one.decimals)
    unit = lookup.native if native else Unit(t, value_of(one.symbol) or short(one.token), decimals)
    who = (
        t("simulation.others", n=one.accounts) if one.accounts > 1 or one.account == ZERO_ADDRESS else one.account_label
    )
    change = value_of(one.change)
    if change is None:
        moved = unit.show(one.change).text
    elif change < 0:
        share = percent(t, one.lost_bps.value) if isinstance(one.lost_bps, Known) else "?"
        moved = t("simulation.loses", amount=unit.words(-change), share=share)
    else:
        moved = t("simulation.gains", amount=unit.words(change))
    cells = (t(f"party.{one.party.value}"), moved, unit.show(one.before).text, unit.show(one.after).text)
    return Row(who, "" if one.account == ZERO_ADDRESS else one.account, cells)


def _right(one: RightChange, lookup: Lookup) -> Row:
    t = lookup.t
    held = "gained_right" if one.turn is Turn.GAINED else "lost_right"
    kind = words(t, one.holder_kind)
    return Row(
        one.holder_label,
        "" if one.holder == ZERO_ADDRESS else one.holder,
        (t(f"simulation.{held}", right=one.right), one.contract_label, kind),
    )


def _control(one: ControlChange, lookup: Lookup) -> Row:
    t = lookup.t
    said = t(f"turn.{one.turn.value}", deed=words(t, one.capability))
    delay: str
    if one.turn is Turn.CHANGED:
        before, after = (_seconds(value, lookup) for value in (one.delay_before_seconds, one.delay_after_seconds))
        delay = t("simulation.delay_changed", before=before, after=after)
    else:
        delay = _seconds(one.delay_after_seconds if one.turn is Turn.GAINED else one.delay_before_seconds, lookup)
    actor = one.actor_label or f"{words(t, one.actor_kind)} {short(one.actor)}"
    if one.actor_kind is ActorKind.ANYONE:
        actor = words(t, one.actor_kind)
    address = "" if one.actor == ZERO_ADDRESS else one.actor
    return Row(actor, address, (said, one.contract_label, delay, " → ".join(one.path)))


def _seconds(value: Known[int] | Unknown, lookup: Lookup) -> str:
    return shown(lookup.t, value, lambda seconds: duration(lookup.t, seconds)).text


def _slot(one: SlotChange, lookup: Lookup) -> Row:
    name = one.variable or lookup.t("simulation.slot", slot=f"{one.slot[:10]}…{one.slot[-4:]}")
    return Row(one.contract_label, one.contract, (name, one.before, one.after))


def _event(one: FiredEvent) -> Row:
    said = ", ".join(f"{item.name} {item.value}".strip() for item in one.arguments)
    return Row(one.contract_label, one.contract, (one.event, said))
