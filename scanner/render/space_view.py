"""Snapshot spaces as tables of settings: votes off chain, which bind nobody unless a module on chain executes them."""

from __future__ import annotations

from scanner.model.kinds import MembershipKind
from scanner.model.offchain import SnapshotSpace
from scanner.render.controls_view import seconds_shown
from scanner.render.governance_view import Facts, ParameterTable, parameter
from scanner.render.lookup import Lookup
from scanner.render.shown import Shown, as_answer, as_names, as_text, shown
from scanner.render.words import by_value


def space_tables(lookup: Lookup) -> tuple[ParameterTable, ...]:
    """Return a table for each space that the user named."""
    return tuple(
        ParameterTable(
            anchor=f"space-{number}",
            title=item.name or item.id,
            address="",
            kind=lookup.t("governance.space"),
            parameters=tuple(
                parameter(lookup.t(f"parameter.{key}"), value, lookup) for key, value in _facts(item, lookup)
            ),
        )
        for number, item in enumerate(lookup.snapshot.dao.spaces.items, start=1)
    )


def _facts(item: SnapshotSpace, lookup: Lookup) -> Facts:
    t = lookup.t
    strategies = ", ".join(f"{one.name} ({one.membership})" for one in item.strategies)
    treasuries = ", ".join(item.treasuries)
    return (
        ("space_binding", as_answer(t, item.binding)),
        ("space_id", Shown(item.id, evidence=item.evidence)),
        ("space_membership", shown(t, item.membership, lambda kind: by_value(t, MembershipKind, kind))),
        ("space_sybil", shown(t, item.sybil_gate, lambda word: t(f"space_sybil.{word}"))),
        ("space_strategies", Shown(strategies or t("term.none"))),
        ("space_validation", as_text(t, item.validation)),
        ("space_vote_validation", as_text(t, item.vote_validation)),
        ("space_only_members", as_answer(t, item.only_members)),
        ("space_privacy", shown(t, item.privacy, lambda word: t(f"space_privacy.{word}"))),
        ("space_aliases", as_answer(t, item.aliases)),
        ("space_bribes", as_answer(t, item.bribes)),
        ("space_delay", seconds_shown(t, item.delay_seconds)),
        ("space_period", seconds_shown(t, item.period_seconds)),
        ("space_quorum", as_text(t, item.quorum)),
        ("space_admins", Shown(_admins(item, lookup))),
        ("space_moderators", Shown(str(item.moderators))),
        ("space_treasuries", Shown(treasuries or t("term.none"))),
        ("space_modules", Shown(", ".join(item.modules) or t("term.none"))),
        ("space_in_scope", as_names(t, item.treasuries_in_scope)),
    )


def _admins(item: SnapshotSpace, lookup: Lookup) -> str:
    """Say who can change the settings: those who are listed, and always whoever holds the name of the space."""
    t = lookup.t
    said = [lookup.label(one) or one for one in item.admins]
    said += [t("space_admins.unread", n=item.admins_unread)] if item.admins_unread else []
    return t.joined([*said, t("space_admins.holder", name=item.id)])
