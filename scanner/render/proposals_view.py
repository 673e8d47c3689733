"""Proposals: a row for each, and a card for those that need eyes: open ones first, then the worst findings.

What is over and has no more than remarks needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.observation import Known, Unknown
from scanner.model.outcome import Finding, Severity
from scanner.model.proposals import Proposal
from scanner.model.values import ZERO_ADDRESS
from scanner.render.findings_view import grade, severity_order
from scanner.render.lookup import Lookup, Unit, anchor, finding_anchor
from scanner.render.proposal_cards import ProposalCard, proposal_card
from scanner.render.proposal_time import Timeline, is_open, timeline
from scanner.render.quantities import day, percent, short, utc
from scanner.render.shown import Shown, shown
from scanner.render.text import line
from scanner.render.words import looked_up, words

CARDS = 24
"""Cards on a page; further proposals with findings have their row, and their findings stand among the findings."""
LONG_LIST = 60
"""Rows from which on the table scrolls by itself: what comes after it stays within reach."""
EFFECTS_SHOWN = 4
TITLE = 100


@dataclass(frozen=True)
class FindingRef:
    title: str
    tone: str
    shape: str
    word: str
    message: str
    target: str


@dataclass(frozen=True)
class VoteBar:
    """Widths of for, against and abstain in hundredths of a percent of the votes cast."""

    for_bps: int
    against_bps: int
    abstain_bps: int


@dataclass(frozen=True)
class ProposalView:
    """One proposal; `card` is the anchor of its card, empty when it has none. `kinds` are words to filter by."""

    id: str
    id_full: str
    title: str
    created: Shown
    order: int
    state: Shown
    proposer: str
    governor: str
    effects: str
    votes_for: Shown
    votes_against: Shown
    bar: VoteBar | None
    turnout: Shown
    turnout_bps: int
    card: str
    kinds: str
    findings: tuple[FindingRef, ...]


@dataclass(frozen=True)
class ProposalSection:
    """What the page says about proposals."""

    rows: tuple[ProposalView, ...]
    cards: tuple[tuple[ProposalView, ProposalCard], ...]
    open: int
    flagged: int
    without_card: int
    long: bool
    timeline: Timeline | None
    choices: tuple[tuple[str, str], ...]


def proposal_section(lookup: Lookup) -> ProposalSection:
    """Return every proposal, newest first, and cards for those that need eyes."""
    found = sorted(lookup.snapshot.proposals.items, key=lambda item: (-item.created_block, item.id))
    about = _findings(lookup)
    weighing = {key for key, findings in about.items() if _weigh(findings)}
    eyes = [item for item in found if item_subject(item, lookup) in weighing or _pending(item)]
    eyes.sort(key=lambda item: _urgency(item, about.get(item_subject(item, lookup), ())))
    chosen = {id(item) for item in eyes[:CARDS]}
    rows = {
        id(item): _row(item, about.get(item_subject(item, lookup), ()), lookup, id(item) in chosen) for item in found
    }
    flagged = frozenset(f"{item.governor} {item.id}" for item in found if item_subject(item, lookup) in weighing)
    states = dict.fromkeys(item.state.value for item in found if isinstance(item.state, Known))
    t = lookup.t
    choices: list[tuple[str, str]] = [("flagged", t("tools.flagged"))] if flagged else []
    choices += [("open", t("tools.open"))] if any(map(is_open, found)) else []
    choices += [
        (f"s-{state.lower()}", looked_up(t, "proposal_state", state)) for state in sorted(states) if state.isalpha()
    ]
    return ProposalSection(
        rows=tuple(rows[id(item)] for item in found),
        cards=tuple((rows[id(item)], proposal_card(item, _unit(item, lookup), lookup)) for item in eyes[:CARDS]),
        open=sum(map(is_open, found)),
        flagged=len(flagged),
        without_card=len(eyes) - len(chosen),
        long=len(found) > LONG_LIST,
        timeline=timeline(found, flagged, lookup),
        choices=tuple(choices),
    )


def item_subject(item: Proposal, lookup: Lookup) -> str:
    """Return the id under which rules speak of a proposal."""
    return f"eip155:{lookup.snapshot.target.chain_id}:{item.governor}#proposal:{item.id}"


def untitled(t: Locale, item: Proposal) -> str:
    """Return what stands where a text would: an order that waits in a module has none."""
    return t("proposals.order" if item.order else "proposals.no_text")


def _pending(item: Proposal) -> bool:
    return isinstance(item.state, Known) and is_open(item)


def _weigh(findings: tuple[Finding, ...]) -> bool:
    """Whether one of the findings is medium or worse: a remark about an old proposal needs no eyes."""
    return any(finding.severity is not None and finding.severity.rank >= Severity.MEDIUM.rank for finding in findings)


def _urgency(item: Proposal, findings: tuple[Finding, ...]) -> tuple[bool, int, int, str]:
    ranks = [finding.severity.rank for finding in findings if finding.severity is not None]
    return (not _pending(item), -max(ranks, default=-1), -item.created_block, item.id)


def _findings(lookup: Lookup) -> Mapping[str, tuple[Finding, ...]]:
    about: dict[str, list[Finding]] = {}
    for finding in sorted(lookup.assessment.findings, key=severity_order):
        if finding.subject.kind == "proposal":
            about.setdefault(finding.subject.id, []).append(finding)
    return {key: tuple(items) for key, items in about.items()}


def _unit(item: Proposal, lookup: Lookup) -> Unit:
    for governor in lookup.snapshot.governors.items:
        if governor.address == item.governor:
            return lookup.unit(governor.token)
    return Unit(lookup.t, "", None)


def _row(item: Proposal, findings: tuple[Finding, ...], lookup: Lookup, has_card: bool) -> ProposalView:
    t, unit = lookup.t, _unit(item, lookup)
    state = item.state.value if isinstance(item.state, Known) else ""
    kinds = (*(("flagged",) if _weigh(findings) else ()), *(("open",) if is_open(item) else ()))
    kinds += (f"s-{state.lower()}",) if state.isalpha() else ()
    return ProposalView(
        id=short(item.id),
        id_full=item.id,
        title=line(item.description, TITLE) or untitled(t, item),
        created=shown(t, item.created_at, lambda at: day(t, at), lambda at: utc(t, at)),
        order=item.created_block,
        state=shown(t, item.state, lambda state: looked_up(t, "proposal_state", state)),
        proposer="" if item.order and item.proposer == ZERO_ADDRESS else item.proposer,
        governor=item.governor,
        effects=_effects(t, item),
        votes_for=unit.show(item.for_votes),
        votes_against=unit.show(item.against_votes),
        bar=_bar(item),
        turnout=shown(t, item.turnout_bps, lambda bps: percent(t, bps)),
        turnout_bps=item.turnout_bps.value if isinstance(item.turnout_bps, Known) else -1,
        card=anchor("proposal", f"{item.governor[:10]}-{item.id}") if has_card else "",
        kinds=",".join(kinds),
        findings=tuple(_reference(t, finding) for finding in findings),
    )


def _reference(t: Locale, finding: Finding) -> FindingRef:
    tone, shape, word = grade(t, finding)
    return FindingRef(finding.title, tone, shape, word, finding.message, finding_anchor(finding.fingerprint))


def _effects(t: Locale, item: Proposal) -> str:
    if isinstance(item.actions_read, Unknown):
        return t("proposals.calls_not_read")
    if not item.actions:
        return t("proposals.no_action")
    said = list(dict.fromkeys(words(t, action.effect) for action in item.actions))
    more = [t("count.more", n=len(said) - EFFECTS_SHOWN)] if len(said) > EFFECTS_SHOWN else []
    return t.joined([*said[:EFFECTS_SHOWN], *more])


def _bar(item: Proposal) -> VoteBar | None:
    tallies = (item.for_votes, item.against_votes, item.abstain_votes)
    cast = [votes.value for votes in tallies if isinstance(votes, Known)]
    if len(cast) < 3 or sum(cast) <= 0 or min(cast) < 0:
        return None
    yes, no = (votes * 10000 // sum(cast) for votes in cast[:2])
    return VoteBar(yes, no, 10000 - yes - no if cast[2] else 0)
