"""Modules that execute what an oracle answers: their parameters beside the Safe, and how their questions stand."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.locale.locale import Locale
from scanner.model.observation import Known, Unknown
from scanner.model.oracle_module import OracleModule
from scanner.model.oracle_question import OracleQuestion
from scanner.model.proposals import Proposal
from scanner.render.controls_view import seconds_shown
from scanner.render.lookup import Lookup
from scanner.render.quantities import utc
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_answer, as_number, as_person, shown


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


_ANSWERS = frozenset({"none", "yes", "no", "invalid", "too-soon"})


def question_facts(item: Proposal, lookup: Lookup) -> tuple[tuple[str, Shown, Cited], ...]:
    """Return how what the oracle is asked stands: name, value, evidence of each fact; nothing where nobody is asked."""
    t = lookup.t
    return tuple(
        (t(f"oracle.{key}"), value, lookup.register.cite(value.evidence))
        for one in item.oracle_questions
        for key, value in _facts(one, lookup)
    )


def _facts(one: OracleQuestion, lookup: Lookup) -> Iterable[tuple[str, Shown]]:
    t = lookup.t
    return (
        (
            "answer",
            shown(t, one.answer, lambda text: t(f"oracle.is_{text.replace('-', '_')}") if text in _ANSWERS else text),
        ),
        ("answered_by", as_person(t, one.answered_by, lookup.label)),
        ("answers", as_number(t, one.answers)),
        ("answerers", as_number(t, one.answerers)),
        ("bond", as_number(t, one.bond_wei)),
        ("bond_needed", as_number(t, one.bond_needed_wei)),
        ("minimum_bond", as_number(t, one.minimum_bond_wei)),
        ("opens", _moment(t, one.opens_at, "oracle.at_once")),
        ("timeout", seconds_shown(t, one.timeout_seconds)),
        ("final", as_answer(t, one.final)),
        ("final_at", _moment(t, one.final_at, "oracle.is_none")),
        ("executable_at", _moment(t, one.executable_at, "oracle.not_as_it_stands")),
        ("void_at", _moment(t, one.void_at, "oracle.never")),
        ("arbitrator", as_person(t, one.arbitrator, lookup.label)),
        ("arbitration_pending", as_answer(t, one.arbitration_pending)),
    )


def _moment(t: Locale, observation: Known[int] | Unknown, otherwise: str) -> Shown:
    return shown(t, observation, lambda value: utc(t, value) if value else t(otherwise))
