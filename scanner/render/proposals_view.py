"""Proposals: a row for each, a card with decoded actions for those that a finding is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.observation import Known, Unknown
from scanner.model.outcome import Finding
from scanner.model.proposals import Action, Proposal
from scanner.render.findings_view import grade, severity_order
from scanner.render.lookup import Lookup, Unit, anchor, finding_anchor
from scanner.render.quantities import day, percent, short, utc
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_answer, as_number, as_person, as_text, shown
from scanner.render.text import line
from scanner.render.words import looked_up, words

ACTIONS_SHOWN = 25
ARGUMENTS_SHOWN = 20


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
class ArgumentView:
    name: str
    type: str
    value: str


@dataclass(frozen=True)
class ActionView:
    """One decoded call. `inside` names the calls around an inner one, `chain` where it runs when not on this chain."""

    number: int
    inside: str
    chain: str
    effect: str
    target: str
    target_address: str
    function: Shown
    decoded_by: str
    value: str
    arguments: tuple[ArgumentView, ...]
    more_arguments: int
    calldata: str
    facts: tuple[tuple[str, Shown], ...]


@dataclass(frozen=True)
class ProposalView:
    """One proposal; `card` is the anchor of its card, empty when it has none."""

    id: str
    id_full: str
    title: str
    created: Shown
    state: Shown
    proposer: str
    effects: str
    votes_for: Shown
    votes_against: Shown
    votes_abstain: Shown
    bar: VoteBar | None
    turnout: Shown
    card: str
    findings: tuple[FindingRef, ...]


@dataclass(frozen=True)
class ProposalCard:
    """A proposal in full."""

    row: ProposalView
    description: str
    hidden: bool
    facts: tuple[tuple[str, Shown], ...]
    actions: tuple[ActionView, ...]
    more_actions: int
    evidence: Cited


def proposal_views(lookup: Lookup) -> tuple[tuple[ProposalView, ...], tuple[ProposalCard, ...]]:
    """Return every proposal, newest first, and cards for those with findings."""
    found = sorted(lookup.snapshot.proposals.items, key=lambda item: (-item.created_block, item.id))
    about = _findings(lookup)
    rows, cards = [], []
    for item in found:
        row = _row(item, about.get(_subject(item, lookup), ()), lookup)
        rows.append(row)
        if row.findings:
            cards.append(_card(item, row, lookup))
    return tuple(rows), tuple(cards)


def _subject(item: Proposal, lookup: Lookup) -> str:
    return f"eip155:{lookup.snapshot.target.chain_id}:{item.governor}#proposal:{item.id}"


def _findings(lookup: Lookup) -> Mapping[str, tuple[Finding, ...]]:
    about: dict[str, tuple[Finding, ...]] = {}
    for finding in sorted(lookup.assessment.findings, key=severity_order):
        if finding.subject.kind == "proposal":
            about[finding.subject.id] = (*about.get(finding.subject.id, ()), finding)
    return about


def _unit(item: Proposal, lookup: Lookup) -> Unit:
    for governor in lookup.snapshot.governors.items:
        if governor.address == item.governor:
            return lookup.unit(governor.token)
    return Unit(lookup.t, "", None)


def _row(item: Proposal, findings: tuple[Finding, ...], lookup: Lookup) -> ProposalView:
    t, unit = lookup.t, _unit(item, lookup)
    return ProposalView(
        id=short(item.id),
        id_full=item.id,
        title=line(item.description) or t("proposals.no_text"),
        created=shown(t, item.created_at, lambda at: day(t, at), lambda at: utc(t, at)),
        state=shown(t, item.state, lambda state: looked_up(t, "proposal_state", state)),
        proposer=item.proposer,
        effects=_effects(t, item),
        votes_for=unit.show(item.for_votes),
        votes_against=unit.show(item.against_votes),
        votes_abstain=unit.show(item.abstain_votes),
        bar=_bar(item),
        turnout=shown(t, item.turnout_bps, lambda bps: percent(t, bps)),
        card=anchor("proposal", f"{item.governor[:10]}-{item.id}") if findings else "",
        findings=tuple(_reference(t, finding) for finding in findings),
    )


def _reference(t: Locale, finding: Finding) -> FindingRef:
    tone, shape, word = grade(t, finding)
    return FindingRef(finding.title, tone, shape, word, finding.message, finding_anchor(finding.fingerprint))


def _effects(t: Locale, item: Proposal) -> str:
    if not item.actions:
        return t("proposals.no_action")
    return t.joined(dict.fromkeys(words(t, action.effect) for action in item.actions))


def _bar(item: Proposal) -> VoteBar | None:
    tallies = (item.for_votes, item.against_votes, item.abstain_votes)
    cast = [votes.value for votes in tallies if isinstance(votes, Known)]
    if len(cast) < 3 or sum(cast) <= 0 or min(cast) < 0:
        return None
    yes, no = (votes * 10000 // sum(cast) for votes in cast[:2])
    return VoteBar(yes, no, 10000 - yes - no if cast[2] else 0)


def _moment(t: Locale, observation: Known[int] | Unknown, otherwise: str) -> Shown:
    return shown(t, observation, lambda value: utc(t, value) if value else t(otherwise))


def _card(item: Proposal, row: ProposalView, lookup: Lookup) -> ProposalCard:
    t, unit = lookup.t, _unit(item, lookup)
    facts = (
        ("created_block", Shown(t.number(item.created_block))),
        ("executed", _moment(t, item.executed_at, "proposals.not_executed")),
        ("eta", _moment(t, item.eta, "proposals.not_queued")),
        ("quorum", unit.show(item.quorum_votes)),
        ("voters", as_number(t, item.voters)),
        ("top_voter", shown(t, item.top_voter_bps, lambda bps: percent(t, bps))),
        ("moved_at_end", as_answer(t, item.votes_moved_at_end)),
        ("proposer_gains", as_answer(t, item.proposer_is_beneficiary)),
        ("twin", as_text(t, item.twin_of)),
        ("dormant", as_number(t, item.dormant_before_days)),
    )
    return ProposalCard(
        row=row,
        description=item.description,
        hidden=item.text_hidden_characters,
        facts=_named(t, facts),
        actions=tuple(_action(action, lookup) for action in item.actions[:ACTIONS_SHOWN]),
        more_actions=max(len(item.actions) - ACTIONS_SHOWN, 0),
        evidence=lookup.register.cite(item.evidence),
    )


def _action(item: Action, lookup: Lookup) -> ActionView:
    t = lookup.t
    facts = (
        ("beneficiary", as_person(t, item.beneficiary, lookup.label, item.beneficiary_kind)),
        ("treasury_share", shown(t, item.treasury_share_bps, lambda bps: percent(t, bps))),
        ("target_has_code", as_answer(t, item.target_has_code)),
        ("target_verified", as_answer(t, item.target_verified)),
        ("delegatecall", as_answer(t, item.delegatecall)),
        ("unlimited_approval", as_answer(t, item.unlimited_approval)),
        ("lowers_protection", as_answer(t, item.lowers_protection)),
        ("privacy_destination", as_answer(t, item.privacy_destination)),
    )
    return ActionView(
        number=item.index + 1,
        inside=item.inside,
        chain=item.chain,
        effect=words(t, item.effect),
        target=item.target_label,
        target_address=item.target,
        function=shown(t, item.function, lambda name: name or t("proposals.plain_transfer")),
        decoded_by=item.decoded_by,
        value=lookup.native.words(item.value_wei) if item.value_wei else "",
        arguments=tuple(ArgumentView(each.name, each.type, each.value) for each in item.arguments[:ARGUMENTS_SHOWN]),
        more_arguments=max(len(item.arguments) - ARGUMENTS_SHOWN, 0),
        calldata=item.calldata,
        facts=_named(t, facts),
    )


def _named(t: Locale, facts: Iterable[tuple[str, Shown]]) -> tuple[tuple[str, Shown], ...]:
    return tuple((t(f"proposals.{key}"), value) for key, value in facts)
