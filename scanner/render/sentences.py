"""The three sentences that a busy reader needs, each with links to what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase, joined
from scanner.model.contracts import Governor
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Capability, Guard, VoteTime
from scanner.model.observation import BoolObs, Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.render.controls_view import STOPPING, STRONG, bypasses, control_anchors, known_delay, ordered
from scanner.render.lookup import Lookup, anchor
from scanner.render.quantities import duration, share, short
from scanner.render.shown import value_of, voting
from scanner.render.text import line
from scanner.render.words import by_value, term, why_unknown, words

_LINKS = 4
NAME_LIMIT = 48
"""A name in a sentence; a longer one is cut there and whole in the table."""


@dataclass(frozen=True)
class Link:
    """A place on the page that carries a sentence."""

    text: str
    target: str


@dataclass(frozen=True)
class Answer:
    """A question and its generated answer. `open` says what is not decided; empty when nothing is."""

    question: str
    text: str
    open: str
    links: tuple[Link, ...]


def answers(lookup: Lookup) -> tuple[Answer, ...]:
    """Return who can move the money or change the rules, how fast, and what stops them."""
    decisive = [item for item in ordered(lookup.snapshot.controls.items) if item.capability in STRONG]
    return (_who(decisive, lookup), _how_fast(decisive, lookup), _what_stops(decisive, lookup))


def _who(decisive: Sequence[Control], lookup: Lookup) -> Answer:
    t = lookup.t
    gaps = _undecided(decisive, lookup)
    around = _around(decisive)
    votes = [item for item in decisive if item.actor_kind.is_vote]
    doors = [item for item in decisive if _is_door(item)]
    borrowed = value_of(lookup.snapshot.membership.vote_time) == VoteTime.CALL_TIME
    said: list[Phrase] = []
    if around:
        first = _strongest(around)
        others = {item.actor for item in around} - {first.actor}
        said.append(t("answers.around", actor=_actor(t, first, "actor"), deeds=_deeds(t, around, first)))
        if others:
            said.append(t("answers.others_too", n=len(others)))
        if votes:
            said.append(t("answers.vote_too"))
    elif votes and not gaps:
        unread = value_of(lookup.snapshot.dao.unverified_core_count)
        said.append(t("answers.only_vote" if unread == 0 and not borrowed else "answers.vote_found"))
        if unread is None:
            gaps = t("answers.source_not_known")
        elif unread:
            gaps = t("answers.source_missing", n=unread)
    else:
        said.append(t("answers.vote_open" if votes else "answers.nothing_known"))
    admits = _ADMITTED_BY.get(value_of(lookup.snapshot.membership.gatekeeper_kind) or "")
    if votes and admits:
        said.append(t(admits))
    said += _doors(t, doors)
    if votes and borrowed:
        said.append(t("answers.borrowed"))
    links = _links((around[:_LINKS] or votes[:1]) + doors[:1], lookup)
    return Answer(t("answers.who"), joined("", said), gaps, links)


def _is_door(control: Control) -> bool:
    """Whether it is a way to become a member: who gets votes there still has to win one."""
    return control.capability is Capability.MINT and control.actor_kind is ActorKind.ANYONE


def _around(decisive: Sequence[Control]) -> list[Control]:
    return [item for item in decisive if bypasses(item) and not _is_door(item)]


def _doors(t: Locale, doors: Sequence[Control]) -> list[Phrase]:
    """Return who may get votes without a vote, and what is asked of them: one sentence for each kind of door."""
    where: dict[str, dict[str, None]] = {}
    for item in doors:
        key = _DOORS.get(value_of(item.guard) or "", "answers.door_open")
        where.setdefault(key, {})[line(item.contract_label, NAME_LIMIT)] = None
    return [t(key, where=_listed(t, list(where[key]), 2)) for key in sorted(where)]


_DOORS = {
    Guard.NONE.value: "answers.door_free",
    Guard.PAYMENT.value: "answers.door_paid",
    Guard.PROOF.value: "answers.door_asked",
    Guard.IDENTITY.value: "answers.door_asked",
    Guard.MEMBER.value: "answers.door_asked",
}

_ADMITTED_BY = {
    ActorKind.EOA.value: "answers.admitted_by_key",
    ActorKind.MULTISIG.value: "answers.admitted_by_multisig",
}


def _strongest(around: Sequence[Control]) -> Control:
    """Return a line of the actor who can do most among those who are as easy to act through as the first."""
    reach: dict[str, set[tuple[str, str]]] = {}
    for item in around:
        reach.setdefault(item.actor, set()).add((item.capability.value, item.contract))
    equals = [item for item in around if item.actor_kind is around[0].actor_kind]
    return max(equals, key=lambda item: len(reach[item.actor]))


def _actor(t: Locale, control: Control, place: str) -> Phrase:
    """Return who acts; `place` is actor at the beginning of a sentence and stopper inside one."""
    named = line(control.actor_label, NAME_LIMIT) or (short(control.actor) if control.actor != ZERO_ADDRESS else "")
    keys = value_of(control.signers_needed)
    if control.actor_kind is ActorKind.ANYONE:
        return t(f"answers.{place}_anyone")
    if control.actor_kind is ActorKind.EOA:
        return t(f"answers.{place}_key", name=named)
    if control.actor_kind is ActorKind.MULTISIG:
        if keys:
            return t(f"answers.{place}_multisig_keys", name=named, keys=t("count.key", n=keys))
        return t(f"answers.{place}_multisig", name=named)
    return t(f"answers.{place}_unresolved", name=named)


def _deeds(t: Locale, controls: Sequence[Control], of: Control) -> Phrase:
    mine = [item for item in controls if item.actor == of.actor]
    where: dict[Capability, dict[str, None]] = {}
    for item in mine:
        own = item.contract == item.actor
        label = t("answers.its_own") if own else line(item.contract_label, NAME_LIMIT)
        where.setdefault(item.capability, {})[label] = None
    said = [t("answers.deed", deed=words(t, deed), where=_listed(t, list(labels), 2)) for deed, labels in where.items()]
    return _listed(t, said, 3)


def _listed(t: Locale, said: Sequence[str], most: int) -> Phrase:
    """Return "a, b and c", or "a, b and 4 more"."""
    more = [t("count.more", n=len(said) - most)] if len(said) > most else []
    return t.listed([*said[:most], *more])


def _undecided(decisive: Sequence[Control], lookup: Lookup) -> str:
    t = lookup.t
    parts = []
    if any(item.actor_kind is ActorKind.UNRESOLVED or bypasses(item) is None for item in decisive):
        parts.append(t("answers.open_unresolved"))
    controls = lookup.snapshot.controls
    if not controls.complete:
        parts.append(t("answers.open_incomplete", reason=controls.reason or t("answer.no_reason")))
    effective = lookup.snapshot.dao.effective_controller_kind
    if isinstance(effective, Unknown) and not parts:
        parts.append(t("answers.open_weakest", why=why_unknown(t, effective)))
    around = bool(_around(decisive))
    if isinstance(effective, Known) and effective.value != ActorKind.NOBODY and not around:
        parts.append(t("answers.open_elsewhere", kind=by_value(t, ActorKind, effective.value)))
    return t.joined(parts, "semicolon")


def _how_fast(decisive: Sequence[Control], lookup: Lookup) -> Answer:
    t = lookup.t
    around = _around(decisive)
    delays = [delay for item in around if (delay := known_delay(item)) is not None]
    sentences: list[Phrase] = []
    gaps: list[Phrase] = []
    if delays:
        sentences += _around_in(t, around, min(delays))
    if len(delays) < len(around):
        gaps.append(t("answers.fast_open"))
    for governor in voting(lookup.snapshot):
        said, missing = _through_the_vote(t, governor)
        sentences.append(said)
        if _holds(governor.decides_early):
            sentences.append(t("answers.vote_early"))
        if _in_haste(governor, lookup):
            sentences.append(t("answers.vote_in_haste"))
        gaps.extend(missing)
    if not sentences:
        sentences.append(t("answers.fast_not_known"))
    fastest = [item for item in around if delays and known_delay(item) == min(delays)]
    links = _links(fastest[:2], lookup) + tuple(
        Link(t("answers.times_of_vote"), anchor("governor", item.address)) for item in voting(lookup.snapshot)[:1]
    )
    text = t.joined(sentences, "space")
    return Answer(t("answers.how_fast"), text, t.joined(dict.fromkeys(gaps), "semicolon"), links)


def _around_in(t: Locale, around: Sequence[Control], soonest: int) -> list[Phrase]:
    """Return how soon the first acts around the vote; who that is, where it is not the one who is named before all."""
    named = _strongest(around).actor
    fastest = [item for item in around if known_delay(item) == soonest]
    time = {"time": duration(t, soonest)} if soonest else {}
    key = "answers.fast_in" if soonest else "answers.fast_at_once"
    if any(item.actor == named for item in fastest):
        return [t(key, **time)]
    said = [t(f"{key}_by", who=_actor(t, fastest[0], "stopper"), **time)]
    own = [delay for item in around if item.actor == named and (delay := known_delay(item)) is not None]
    return [*said, t("answers.fast_named", time=duration(t, min(own)))] if own else said


def _in_haste(governor: Governor, lookup: Lookup) -> bool:
    """Whether its code has a way past the usual time for votes that meet further conditions."""
    contracts = lookup.snapshot.contracts.items
    return any(one.address == governor.address and _holds(one.code.emergency_execution) for one in contracts)


def _holds(observation: BoolObs) -> bool:
    return isinstance(observation, Known) and observation.value


def _through_the_vote(t: Locale, governor: Governor) -> tuple[Phrase, tuple[Phrase, ...]]:
    steps = (
        ("step_delay", governor.voting_delay_seconds),
        ("step_period", governor.voting_period_seconds),
        ("step_execution", governor.execution_delay_seconds),
    )
    known = [(key, item.value) for key, item in steps if isinstance(item, Known)]
    missing = tuple(t(f"answers.{key}_open") for key, item in steps if isinstance(item, Unknown))
    if not known:
        return t("answers.vote_time_open"), missing
    total = duration(t, sum(seconds for _, seconds in known))
    each = t.joined((_step(t, key, seconds) for key, seconds in known), "plus")
    return t("answers.vote_time_least" if missing else "answers.vote_time", time=total, steps=each), missing


def _step(t: Locale, key: str, seconds: int) -> Phrase:
    return t(f"answers.{key}", time=duration(t, seconds) if seconds else t("answers.no_time"))


def _what_stops(decisive: Sequence[Control], lookup: Lookup) -> Answer:
    t, snapshot = lookup.t, lookup.snapshot
    stoppers = [item for item in ordered(snapshot.controls.items) if item.capability in STOPPING]
    stops = [_stop(t, item) for item in stoppers[:_LINKS]]
    gaps: list[Phrase] = []
    links = list(_links(stoppers[:_LINKS], lookup))
    for governor in voting(snapshot):
        if value_of(governor.quorum_votes) == 0:
            continue
        quorum = _quorum(governor, lookup)
        if quorum:
            stops.append(quorum)
            links.append(Link(t("answers.quorum"), anchor("governor", governor.address)))
        else:
            gaps.append(t("answers.quorum_open"))
    exit_right = snapshot.membership.exit_right
    if isinstance(exit_right, Unknown):
        gaps.append(t("answers.exit_open"))
    elif exit_right.value != "none":
        stops.append(t("answers.exit", way=term(t, exit_right.value)))
        links.append(Link(t("answers.exit_right"), "membership"))
    if not snapshot.controls.complete:
        gaps.append(t("answers.stops_open"))
    said = [_sentence(t, stops) if stops else t("answers.nothing_stops")]
    immediate = any(known_delay(item) == 0 for item in _around(decisive))
    if stops and immediate and not any(item.capability is Capability.PAUSE for item in stoppers):
        said.append(t("answers.immediate"))
    open_points = t.joined(dict.fromkeys(gaps), "semicolon")
    return Answer(t("answers.what_stops"), joined("", said), open_points, tuple(dict.fromkeys(links)))


def _stop(t: Locale, control: Control) -> Phrase:
    who = t("answers.stopper_vote") if control.actor_kind.is_vote else _actor(t, control, "stopper")
    where = line(control.contract_label, NAME_LIMIT)
    return t("answers.stop", actor=who, deed=words(t, control.capability), where=where)


def _quorum(governor: Governor, lookup: Lookup) -> Phrase | None:
    t = lookup.t
    if isinstance(governor.quorum_bps, Known):
        return t("answers.quorum_share", share=share(t, governor.quorum_bps.value))
    if isinstance(governor.quorum_votes, Known):
        return t("answers.quorum_votes", votes=lookup.unit(governor.token).words(governor.quorum_votes.value))
    return None


def _sentence(t: Locale, parts: Sequence[str]) -> Phrase:
    """Return the parts as one sentence that begins with a capital letter, where the language has such."""
    said = t.joined(parts, "semicolon").parts
    (first, foreign), rest = said[0], said[1:]
    return t("sentence", text=Phrase(((first[:1].upper() + first[1:], foreign), *rest)))


def _links(controls: Sequence[Control], lookup: Lookup) -> tuple[Link, ...]:
    t, places = lookup.t, control_anchors(lookup)
    return tuple(
        Link(t("answers.control", number=t.own(places[item].removeprefix("control-"))), places[item])
        for item in controls
    )
