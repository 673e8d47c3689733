"""Who may call what, contract by contract, and the answers that the map of control gives: both in few words."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase
from scanner.model.answers import Answer
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Unknown
from scanner.model.passages import GuardHolder, Passage
from scanner.render.controls_view import time
from scanner.render.lookup import Lookup
from scanner.render.words import words

NAMES_SHOWN = 6
HOLDERS_SHOWN = 3
LINES_SHOWN = 3
_QUESTIONS = ("fastest", "cheapest", "bypass-vote", "bypass-delay", "mint", "veto", "confiscate", "nobody")
_TOLD = {"passed", "refused", "contradicted", "not-checkable"}


@dataclass(frozen=True)
class PassageRow:
    """Functions behind one guard: their names, who may call them, and what calls in the holders' names said."""

    functions: str
    who: str
    checked: str
    tone: str


@dataclass(frozen=True)
class Question:
    """One question with its shortest answers."""

    asked: str
    lines: tuple[str, ...]
    more: int
    nothing: str


def passage_rows(lookup: Lookup) -> dict[str, tuple[PassageRow, ...]]:
    """Return, by contract, its functions with who may call them; those that anybody may call stand last."""
    found: dict[str, list[Passage]] = {}
    for passage in lookup.snapshot.passages.items:
        found.setdefault(passage.contract, []).append(passage)
    return {
        address: tuple(_row(lookup, one) for one in sorted(passages, key=_standing_first))
        for address, passages in found.items()
    }


def _standing_first(passage: Passage) -> tuple[bool, bool, str]:
    return passage.checked != "contradicted", passage.guard != "caller", passage.functions[0]


def _row(lookup: Lookup, passage: Passage) -> PassageRow:
    t = lookup.t
    names = [one.partition("(")[0] or one for one in passage.functions]
    functions: Phrase = t.joined(dict.fromkeys(names[:NAMES_SHOWN]))
    if len(names) > NAMES_SHOWN:
        functions = t("passages.more_functions", names=functions, n=len(names) - NAMES_SHOWN)
    told = passage.checked in _TOLD
    checked = t(f"passages.checked.{passage.checked}") if told else ""
    return PassageRow(functions, _who(lookup, passage), checked, passage.checked)


def _who(lookup: Lookup, passage: Passage) -> str:
    t = lookup.t
    if passage.guard != "caller" and not (passage.guard == "claim" and passage.holders):
        return t(f"passages.guard.{passage.guard}")
    if not passage.holders:
        return t("answer.nobody") if passage.complete else t("passages.guard.unknown")
    shown = [_holder(t, one) for one in passage.holders[:HOLDERS_SHOWN]]
    if len(passage.holders) > HOLDERS_SHOWN:
        shown.append(t("passages.more_holders", n=len(passage.holders) - HOLDERS_SHOWN))
    return t.joined(shown, "semicolon")


def _holder(t: Locale, holder: GuardHolder) -> str:
    delay = holder.delay_seconds
    after = t("answer.not_known") if isinstance(delay, Unknown) else time(t, delay.value)
    kind = words(t, holder.kind)
    if isinstance(delay, Known) and not delay.value:
        return t("passages.holder_at_once", name=holder.label, kind=kind)
    return t("passages.holder", name=holder.label, kind=kind, delay=after)


def questions(lookup: Lookup) -> tuple[Question, ...]:
    """Return what the map answers, question by question; one without an answer says that nothing was found."""
    answers = lookup.snapshot.dao.answers
    if not answers.items and not answers.complete:
        return ()
    made = []
    nothing = lookup.t("passages.nothing" if answers.complete else "passages.nothing_read")
    for question in _QUESTIONS:
        mine = [one for one in answers.items if one.question == question]
        if question != "nobody":
            lines = tuple(dict.fromkeys(_line(lookup, one) for one in mine))
        else:
            lines = tuple(_unheld(lookup, one) for one in mine)
        asked = lookup.t(f"passages.question.{question}")
        made.append(Question(asked, lines[:LINES_SHOWN], max(0, len(lines) - LINES_SHOWN), nothing))
    return tuple(made)


def _line(lookup: Lookup, one: Answer) -> str:
    t, delay = lookup.t, one.delay_seconds
    actor = t("answer.anyone") if one.actor_kind is ActorKind.ANYONE else one.actor_label
    after = t("answer.not_known") if isinstance(delay, Unknown) else time(t, delay.value)
    return t("passages.line", subject=one.subject_label, actor=actor, delay=after, cost=_cost(lookup, one))


def _cost(lookup: Lookup, one: Answer) -> str:
    t = lookup.t
    if one.actor_kind.is_vote:
        if isinstance(one.votes, Unknown):
            return t("controls.keys_vote")
        token = next((item.token for item in lookup.snapshot.governors.items if item.address == one.actor), None)
        return t("passages.votes", votes=lookup.unit(token).show(one.votes).text) if token else t("controls.keys_vote")
    if one.actor_kind is ActorKind.ANYONE:
        return t("controls.keys_anyone")
    return t("answer.not_known") if isinstance(one.keys, Unknown) else t("count.key", n=one.keys.value)


def _unheld(lookup: Lookup, one: Answer) -> str:
    if not one.path:
        return lookup.t("passages.no_office", subject=one.subject_label)
    names = lookup.t.joined(name.partition("(")[0] or name for name in one.path[:NAMES_SHOWN])
    return lookup.t("passages.unheld", subject=one.subject_label, names=names)
