"""An observation as a page shows it: words, or why there are none. Unknown never looks like a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from scanner.locale.locale import Locale
from scanner.model.contracts import Governor
from scanner.model.controls import Control
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from scanner.model.snapshot import Snapshot
from scanner.model.values import ZERO_ADDRESS
from scanner.render.quantities import short
from scanner.render.words import by_value, term, why_unknown, words

T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """`text` for the page, `note` for what stands behind it, and whether it is known at all.

    `people` are (words, address) pairs that stand before the text; the text may be empty then.
    """

    text: str
    note: str = ""
    known: bool = True
    evidence: tuple[Evidence, ...] = ()
    people: tuple[tuple[str, str], ...] = ()


def voting(snapshot: Snapshot) -> tuple[Governor, ...]:
    """Return the governors in which a vote decides; where listed signers do, there is no vote to time or to win."""
    return tuple(
        one
        for one in snapshot.governors.items
        if not (isinstance(one.kind, Known) and one.kind.value == ActorKind.MULTISIG)
    )


def unknown(t: Locale, observation: Unknown) -> Shown:
    """Return an observation that has no value."""
    return Shown(t("answer.unknown", why=why_unknown(t, observation)), known=False, evidence=observation.evidence)


def shown(
    t: Locale, observation: Known[T] | Unknown, said: Callable[[T], str], exact: Callable[[T], str] | None = None
) -> Shown:
    """Return `observation` with its value put into words by `said`; `exact` gives the number behind a rounded one."""
    if isinstance(observation, Unknown):
        return unknown(t, observation)
    text = said(observation.value)
    notes = [observation.derivation] if observation.derivation else []
    if exact is not None and t.rounded(text):
        notes.insert(0, t("quantity.exactly", value=t.own(exact(observation.value))))
    return Shown(text, t.joined(notes, "semicolon"), evidence=observation.evidence)


def as_text(t: Locale, observation: Known[str] | Unknown) -> Shown:
    """Return text as it is; "none" when it is known to be empty."""
    return shown(t, observation, lambda value: value or t("answer.none"))


def as_term(t: Locale, observation: Known[str] | Unknown) -> Shown:
    """Return a term of a closed vocabulary in words."""
    return shown(t, observation, lambda value: term(t, value) if value else t("answer.none"))


def as_number(t: Locale, observation: Known[int] | Unknown) -> Shown:
    """Return a count with its digits grouped."""
    return shown(t, observation, t.number, str)


def as_answer(t: Locale, observation: Known[bool] | Unknown) -> Shown:
    """Return yes or no."""
    return shown(t, observation, lambda value: t("answer.yes") if value else t("answer.no"))


def as_person(
    t: Locale,
    observation: Known[str] | Unknown,
    label: Callable[[str], str],
    kind: Known[str] | Unknown | None = None,
) -> Shown:
    """Return an address with its label and, where given, what kind of actor it is; the zero address is nobody."""
    if isinstance(observation, Unknown):
        return unknown(t, observation)
    if observation.value == ZERO_ADDRESS:
        return Shown(t("answer.nobody"), observation.derivation, evidence=observation.evidence)
    about = [label(observation.value)]
    if kind is not None:
        is_known = isinstance(kind, Known)
        about.append(as_actor(t, kind).text if is_known else t("parameter.kind_open", why=as_actor(t, kind).text))
    evidence = observation.evidence + (kind.evidence if kind is not None else ())
    person = (t.joined(word for word in about if word), observation.value)
    return Shown("", observation.derivation, evidence=evidence, people=(person,))


def as_actor(t: Locale, observation: Known[str] | Unknown) -> Shown:
    """Return an ActorKind in words."""
    return shown(t, observation, lambda value: by_value(t, ActorKind, value))


def as_names(t: Locale, observation: Known[tuple[str, ...]] | Unknown) -> Shown:
    """Return names as a list in a line; "none" when there are known to be none."""
    return shown(t, observation, lambda value: t.joined(value, "semicolon") or t("answer.none"))


def value_of(observation: Known[T] | Unknown) -> T | None:
    """Return the value for code that handles the unknown case itself, else None."""
    return observation.value if isinstance(observation, Known) else None


def name_actor(t: Locale, control: Control) -> str:
    """Return a short name for who acts: its label, else what it is and its short address."""
    if control.actor_kind is ActorKind.ANYONE:
        return t("answer.anyone")
    if control.actor_label:
        return control.actor_label
    return t("actor_named", kind=words(t, control.actor_kind), address=short(control.actor))
