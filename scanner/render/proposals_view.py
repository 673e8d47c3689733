"""Proposals: a row for each, a card with decoded actions for those that a finding is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.model.observation import Known, Unknown
from scanner.model.outcome import Finding
from scanner.model.proposals import Action, Proposal
from scanner.render.findings_view import grade, severity_order
from scanner.render.lookup import Lookup, Unit, anchor, finding_anchor
from scanner.render.quantities import day, grouped, percent, short, utc
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_answer, as_number, as_person, as_text, shown
from scanner.render.text import line
from scanner.render.words import EFFECTS

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
    return Unit("", None)


def _row(item: Proposal, findings: tuple[Finding, ...], lookup: Lookup) -> ProposalView:
    unit = _unit(item, lookup)
    return ProposalView(
        id=short(item.id),
        id_full=item.id,
        title=line(item.description) or "(no text)",
        created=shown(item.created_at, day, utc),
        state=as_text(item.state),
        proposer=item.proposer,
        effects=_effects(item),
        votes_for=unit.show(item.for_votes),
        votes_against=unit.show(item.against_votes),
        votes_abstain=unit.show(item.abstain_votes),
        bar=_bar(item),
        turnout=shown(item.turnout_bps, percent),
        card=anchor("proposal", f"{item.governor[:10]}-{item.id}") if findings else "",
        findings=tuple(_reference(finding) for finding in findings),
    )


def _reference(finding: Finding) -> FindingRef:
    tone, shape, word = grade(finding)
    return FindingRef(finding.title, tone, shape, word, finding.message, finding_anchor(finding.fingerprint))


def _effects(item: Proposal) -> str:
    if not item.actions:
        return "no action"
    kinds = dict.fromkeys(EFFECTS[action.effect] for action in item.actions)
    return ", ".join(kinds)


def _bar(item: Proposal) -> VoteBar | None:
    tallies = (item.for_votes, item.against_votes, item.abstain_votes)
    cast = [votes.value for votes in tallies if isinstance(votes, Known)]
    if len(cast) < 3 or sum(cast) <= 0 or min(cast) < 0:
        return None
    yes, no = (votes * 10000 // sum(cast) for votes in cast[:2])
    return VoteBar(yes, no, 10000 - yes - no if cast[2] else 0)


def _moment(observation: Known[int] | Unknown, otherwise: str) -> Shown:
    return shown(observation, lambda value: utc(value) if value else otherwise)


def _card(item: Proposal, row: ProposalView, lookup: Lookup) -> ProposalCard:
    unit = _unit(item, lookup)
    facts = (
        ("Created in block", Shown(grouped(item.created_block))),
        ("Executed", _moment(item.executed_at, "not executed")),
        ("Can be executed from", _moment(item.eta, "not queued")),
        ("Quorum", unit.show(item.quorum_votes)),
        ("Accounts that voted", as_number(item.voters)),
        ("Largest voter, of the votes for", shown(item.top_voter_bps, percent)),
        ("Most votes for came at the very end", as_answer(item.votes_moved_at_end)),
        ("Proposer gains from it", as_answer(item.proposer_is_beneficiary)),
        ("Same text, other calls, as proposal", as_text(item.twin_of)),
        ("Days without a proposal before", as_number(item.dormant_before_days)),
    )
    return ProposalCard(
        row=row,
        description=item.description,
        hidden=item.text_hidden_characters,
        facts=facts,
        actions=tuple(_action(action, lookup) for action in item.actions[:ACTIONS_SHOWN]),
        more_actions=max(len(item.actions) - ACTIONS_SHOWN, 0),
        evidence=lookup.register.cite(item.evidence),
    )


def _action(item: Action, lookup: Lookup) -> ActionView:
    facts = (
        ("Gains from it", as_person(item.beneficiary, lookup.label, item.beneficiary_kind)),
        ("Moves, of what the treasury holds", shown(item.treasury_share_bps, percent)),
        ("Target has code", as_answer(item.target_has_code)),
        ("Target's source is verified", as_answer(item.target_verified)),
        ("Runs the target's code as its own", as_answer(item.delegatecall)),
        ("Approves without limit", as_answer(item.unlimited_approval)),
        ("Lowers a protection", as_answer(item.lowers_protection)),
        ("Goes to a privacy system", as_answer(item.privacy_destination)),
    )
    return ActionView(
        number=item.index + 1,
        inside=item.inside,
        chain=item.chain,
        effect=EFFECTS[item.effect],
        target=item.target_label,
        target_address=item.target,
        function=shown(item.function, lambda name: name or "plain transfer"),
        decoded_by=item.decoded_by,
        value=lookup.native.words(item.value_wei) if item.value_wei else "",
        arguments=tuple(ArgumentView(each.name, each.type, each.value) for each in item.arguments[:ARGUMENTS_SHOWN]),
        more_arguments=max(len(item.arguments) - ARGUMENTS_SHOWN, 0),
        calldata=item.calldata,
        facts=facts,
    )
