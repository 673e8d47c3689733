"""Modules that execute what an oracle answers, as tables of parameters beside the Safe that enabled them."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model.oracle_module import OracleModule
from scanner.render.controls_view import seconds_shown
from scanner.render.lookup import Lookup
from scanner.render.shown import Shown, as_number, as_person


def oracle_facts(item: OracleModule, lookup: Lookup) -> Iterable[tuple[str, Shown]]:
    """Return what is known of such a module, each with the key of its name."""
    t = lookup.t
    return (
        ("oracle", as_person(t, item.oracle, lookup.label)),
        ("arbitrator", as_person(t, item.arbitrator, lookup.label)),
        ("answer_timeout", seconds_shown(t, item.timeout_seconds)),
        ("answer_cooldown", seconds_shown(t, item.cooldown_seconds)),
        ("answer_expiration", seconds_shown(t, item.expiration_seconds)),
        ("minimum_bond", as_number(t, item.minimum_bond_wei)),
        ("question_template", as_number(t, item.template)),
    )
