"""An observation as a page shows it: words, or why there are none. Unknown never looks like a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.render.quantities import grouped, short
from scanner.render.words import ACTORS, REASONS, TERMS, by_value, looked_up

T = TypeVar("T")
_ROUNDED = ("≈", "about")


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


def why_unknown(observation: Unknown) -> str:
    """Return the reason in words, with its detail."""
    words = REASONS[observation.reason]
    return f"{words}: {observation.detail}" if observation.detail else words


def unknown(observation: Unknown) -> Shown:
    """Return an observation that has no value."""
    return Shown(f"not known ({why_unknown(observation)})", known=False, evidence=observation.evidence)


def shown(observation: Known[T] | Unknown, words: Callable[[T], str], exact: Callable[[T], str] | None = None) -> Shown:
    """Return `observation` with its value put into `words`; `exact` gives the number behind a rounded one."""
    if isinstance(observation, Unknown):
        return unknown(observation)
    text = words(observation.value)
    notes = [observation.derivation] if observation.derivation else []
    if exact is not None and text.startswith(_ROUNDED):
        notes.insert(0, f"exactly {exact(observation.value)}")
    return Shown(text, "; ".join(notes), evidence=observation.evidence)


def as_text(observation: Known[str] | Unknown) -> Shown:
    """Return text as it is; "none" when it is known to be empty."""
    return shown(observation, lambda value: value or "none")


def as_term(observation: Known[str] | Unknown) -> Shown:
    """Return a term of a closed vocabulary in words."""
    return shown(observation, lambda value: looked_up(TERMS, value) or "none")


def as_number(observation: Known[int] | Unknown) -> Shown:
    """Return a count with its digits grouped."""
    return shown(observation, grouped, str)


def as_answer(observation: Known[bool] | Unknown) -> Shown:
    """Return yes or no."""
    return shown(observation, lambda value: "yes" if value else "no")


def as_person(
    observation: Known[str] | Unknown, label: Callable[[str], str], kind: Known[str] | Unknown | None = None
) -> Shown:
    """Return an address with its label and, where given, what kind of actor it is; the zero address is nobody."""
    if isinstance(observation, Unknown):
        return unknown(observation)
    if observation.value == ZERO_ADDRESS:
        return Shown("nobody", observation.derivation, evidence=observation.evidence)
    words = [label(observation.value)]
    if kind is not None:
        words.append(as_actor(kind).text if isinstance(kind, Known) else f"kind {unknown(kind).text}")
    evidence = observation.evidence + (kind.evidence if kind is not None else ())
    person = (", ".join(word for word in words if word), observation.value)
    return Shown("", observation.derivation, evidence=evidence, people=(person,))


def as_actor(observation: Known[str] | Unknown) -> Shown:
    """Return an ActorKind in words."""
    return shown(observation, lambda value: by_value(ACTORS, value))


def as_names(observation: Known[tuple[str, ...]] | Unknown) -> Shown:
    """Return names as a list in a line; "none" when there are known to be none."""
    return shown(observation, lambda value: "; ".join(value) or "none")


def value_of(observation: Known[T] | Unknown) -> T | None:
    """Return the value for code that handles the unknown case itself, else None."""
    return observation.value if isinstance(observation, Known) else None


def name_actor(address: str, kind: ActorKind, label: str) -> str:
    """Return a short name for who acts: its label, else what it is and its short address."""
    if kind is ActorKind.ANYONE:
        return "anyone"
    if label:
        return label
    return f"{ACTORS[kind]} {short(address)}"
