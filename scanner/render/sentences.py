"""The three sentences that a busy reader needs, each with links to what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model.contracts import Governor
from scanner.model.controls import Control
from scanner.model.kinds import ActorKind, Capability
from scanner.model.numbers import share
from scanner.model.observation import Known, Unknown
from scanner.model.values import ZERO_ADDRESS
from scanner.render.controls_view import STOPPING, STRONG, bypasses, control_anchors, known_delay, ordered
from scanner.render.lookup import Lookup, anchor
from scanner.render.quantities import duration, plural, short
from scanner.render.shown import value_of, why_unknown
from scanner.render.text import line
from scanner.render.words import ACTORS, CAPABILITIES, TERMS, by_value, looked_up

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
    question = "Who can move the money or change the rules?"
    gaps = _undecided(decisive, lookup)
    around = [item for item in decisive if bypasses(item)]
    votes = [item for item in decisive if item.actor_kind.is_vote]
    if around:
        first = _strongest(around)
        others = {item.actor for item in around} - {first.actor}
        text = f"{_actor(first)} can {_deeds(around, first)} without a vote of the members."
        if others:
            each = ", each in its own way" if len(others) > 1 else ", in its own way"
            text += f" So can {plural(len(others), 'other actor')}{each}."
        if votes:
            text += " A passed vote can act too."
    elif votes and not gaps:
        text = "Only a passed vote of the members. Every line of control was followed and no way around it found."
        unread = value_of(lookup.snapshot.dao.unverified_core_count)
        if unread is None:
            text = "A passed vote of the members. No way around it was found."
            gaps = "whether every core contract has source is not known"
        elif unread:
            text = "A passed vote of the members. No way around it was found."
            gaps = f"{plural(unread, 'core contract')} without source: what their code allows could not be read in full"
    elif votes:
        text = "A passed vote of the members can. Whether anybody can act without one is not decided."
    else:
        text = "Not known: no line of control that moves money or changes rules could be established."
    if votes:
        text += _ADMITTED_BY.get(value_of(lookup.snapshot.membership.gatekeeper_kind) or "", "")
    return Answer(question, text, gaps, _links(around[:_LINKS] or votes[:1], lookup))


_ADMITTED_BY = {
    ActorKind.EOA.value: " Who may vote is decided by a single key.",
    ActorKind.MULTISIG.value: " Who may vote is decided by a multisig.",
}


def _strongest(around: Sequence[Control]) -> Control:
    """Return a line of the actor who can do most among those who are as easy to act through as the first."""
    reach: dict[str, set[tuple[str, str]]] = {}
    for item in around:
        reach.setdefault(item.actor, set()).add((item.capability.value, item.contract))
    equals = [item for item in around if item.actor_kind is around[0].actor_kind]
    return max(equals, key=lambda item: len(reach[item.actor]))


def _actor(control: Control) -> str:
    named = line(control.actor_label, NAME_LIMIT) or (short(control.actor) if control.actor != ZERO_ADDRESS else "")
    keys = value_of(control.signers_needed)
    if control.actor_kind is ActorKind.ANYONE:
        return "Anyone"
    if control.actor_kind is ActorKind.EOA:
        return f"One key ({named})"
    if control.actor_kind is ActorKind.MULTISIG:
        needed = f", {plural(keys, 'key')} needed" if keys else ""
        return f"A multisig ({named}{needed})"
    return f"An actor that was not resolved ({named})"


def _deeds(controls: Sequence[Control], of: Control) -> str:
    mine = [item for item in controls if item.actor == of.actor]
    where: dict[Capability, dict[str, None]] = {}
    for item in mine:
        label = "its own" if item.contract == item.actor else line(item.contract_label, NAME_LIMIT)
        where.setdefault(item.capability, {})[label] = None
    said = [f"{CAPABILITIES[deed]} ({_listed(list(labels), 2)})" for deed, labels in where.items()]
    return _listed(said, 3)


def _listed(words: Sequence[str], most: int) -> str:
    """Return "a, b and c", or "a, b and 4 more"."""
    kept = list(words[:most])
    if len(words) > most:
        kept.append(f"{len(words) - most} more")
    return " and ".join((", ".join(kept[:-1]), kept[-1]) if len(kept) > 1 else kept)


def _undecided(decisive: Sequence[Control], lookup: Lookup) -> str:
    parts = []
    if any(item.actor_kind is ActorKind.UNRESOLVED or bypasses(item) is None for item in decisive):
        parts.append("at least one line of control ends in an actor that could not be resolved")
    controls = lookup.snapshot.controls
    if not controls.complete:
        parts.append(f"the list of controls is not complete ({controls.reason or 'no reason given'})")
    effective = lookup.snapshot.dao.effective_controller_kind
    if isinstance(effective, Unknown) and not parts:
        parts.append(f"the weakest controller is not known ({why_unknown(effective)})")
    around = any(bypasses(item) for item in decisive)
    if isinstance(effective, Known) and effective.value != ActorKind.NOBODY and not around:
        kind = by_value(ACTORS, effective.value)
        parts.append(f"somebody can act without a vote ({kind}), by a way that the list does not hold")
    return "; ".join(parts)


def _how_fast(decisive: Sequence[Control], lookup: Lookup) -> Answer:
    around = [item for item in decisive if bypasses(item)]
    delays = [delay for item in around if (delay := known_delay(item)) is not None]
    sentences: list[str] = []
    gaps: list[str] = []
    if delays:
        soonest = min(delays)
        when = f"in {duration(soonest)}" if soonest else "at once, nothing delays it"
        sentences.append(f"Around the vote: {when}.")
    if len(delays) < len(around):
        gaps.append("the delay of at least one way around the vote is not known")
    for governor in lookup.snapshot.governors.items:
        said, missing = _through_the_vote(governor)
        sentences.append(said)
        gaps.extend(missing)
    if not sentences:
        sentences.append("Not known: neither a governor's times nor a delay could be read.")
    fastest = [item for item in around if delays and known_delay(item) == min(delays)]
    links = _links(fastest[:2], lookup) + tuple(
        Link("times of the vote", anchor("governor", item.address)) for item in lookup.snapshot.governors.items[:1]
    )
    return Answer("How fast?", " ".join(sentences), "; ".join(dict.fromkeys(gaps)), links)


def _through_the_vote(governor: Governor) -> tuple[str, tuple[str, ...]]:
    steps = (
        ("before voting opens", governor.voting_delay_seconds),
        ("of voting", governor.voting_period_seconds),
        ("until execution", governor.execution_delay_seconds),
    )
    known = [(words, item.value) for words, item in steps if isinstance(item, Known)]
    missing = tuple(f"the time {words} is not known" for words, item in steps if isinstance(item, Unknown))
    if not known:
        return "Through the vote: not known.", missing
    total = sum(seconds for _, seconds in known)
    least = "at least " if missing else ""
    parts = " + ".join(f"{duration(seconds) if seconds else 'no time'} {words}" for words, seconds in known)
    return f"Through the vote: {least}{duration(total)} from proposal to effect ({parts}).", missing


def _what_stops(decisive: Sequence[Control], lookup: Lookup) -> Answer:
    snapshot = lookup.snapshot
    stops: list[str] = []
    gaps: list[str] = []
    links: list[Link] = []
    stoppers = [item for item in ordered(snapshot.controls.items) if item.capability in STOPPING]
    for item in stoppers[:_LINKS]:
        stops.append(f"{_stopper(item)} can {CAPABILITIES[item.capability]} ({line(item.contract_label, NAME_LIMIT)})")
    links.extend(_links(stoppers[:_LINKS], lookup))
    for governor in snapshot.governors.items:
        if value_of(governor.quorum_votes) == 0:
            continue
        if isinstance(governor.quorum_bps, Known):
            stops.append(f"a vote needs a quorum of {share(governor.quorum_bps.value)} of supply")
            links.append(Link("quorum", anchor("governor", governor.address)))
        elif isinstance(governor.quorum_votes, Known):
            stops.append(f"a vote needs a quorum of {lookup.unit(governor.token).words(governor.quorum_votes.value)}")
            links.append(Link("quorum", anchor("governor", governor.address)))
        else:
            gaps.append("the quorum is not known")
    exit_right = snapshot.membership.exit_right
    if isinstance(exit_right, Known):
        if exit_right.value != "none":
            stops.append(f"members can leave with their share ({looked_up(TERMS, exit_right.value)})")
            links.append(Link("exit right", "membership"))
    else:
        gaps.append("whether members can leave with their share is not known")
    if not snapshot.controls.complete:
        gaps.append("the list of controls is not complete: there may be other brakes")
    text = _sentence(stops) if stops else "Nothing that was found."
    immediate = any(bypasses(item) and known_delay(item) == 0 for item in decisive)
    if stops and immediate and not any(item.capability is Capability.PAUSE for item in stoppers):
        text += " Nothing that was found stops an actor who needs neither vote nor delay."
    return Answer("What stops them?", text, "; ".join(dict.fromkeys(gaps)), tuple(dict.fromkeys(links)))


def _stopper(control: Control) -> str:
    who = "the vote" if control.actor_kind.is_vote else _actor(control)
    return f"{who[:1].lower()}{who[1:]}"


def _sentence(parts: Sequence[str]) -> str:
    joined = "; ".join(parts)
    return f"{joined[:1].upper()}{joined[1:]}."


def _links(controls: Sequence[Control], lookup: Lookup) -> tuple[Link, ...]:
    places = control_anchors(lookup)
    return tuple(Link(f"control {places[item].removeprefix('control-')}", places[item]) for item in controls)
