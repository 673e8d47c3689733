"""One proposal for itself: what the report says about it, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.evidence import DocumentEvidence, Evidence
from scanner.model.observation import Known
from scanner.model.outcome import Assessment
from scanner.model.proposals import Proposal
from scanner.model.simulation import NOT_ASKED
from scanner.model.snapshot import Snapshot
from scanner.model.subjects import SUBJECT_KINDS
from scanner.render.evidence_view import EvidenceView, evidence_views
from scanner.render.findings_view import RuleFindings, dimension_findings
from scanner.render.lookup import Lookup, Unit, look_up
from scanner.render.proposal_cards import ProposalCard, proposal_card
from scanner.render.proposals_view import untitled
from scanner.render.quantities import percent, short, utc
from scanner.render.shown import Shown, shown
from scanner.render.simulation_view import SimulationCard, simulation_section
from scanner.render.text import Exact
from scanner.render.text import line as first_line
from scanner.render.unchecked_view import UndecidedView, undecided_views
from scanner.render.words import chain_name, looked_up

TITLE = 100


@dataclass(frozen=True)
class OneProposal:
    """What is said of one proposal; `file` and `file_sha256` are a draft's and empty otherwise."""

    lookup: Lookup
    item: Proposal
    card: ProposalCard
    title: str
    heading: str
    read_at: str
    made: Shown
    state: Shown
    left: str
    votes_for: Shown
    votes_against: Shown
    turnout: Shown
    quorum: Shown
    file: str
    file_sha256: str
    simulation: SimulationCard | None
    not_simulated: str
    rules: tuple[RuleFindings, ...]
    undecided: tuple[UndecidedView, ...]
    evidence: tuple[EvidenceView, ...]
    command: str
    snapshot_sha256: str


def alone(snapshot: Snapshot, assessment: Assessment, item: Proposal) -> tuple[Snapshot, Assessment]:
    """Return both with this proposal as the only one, and with what was decided about it and nothing else."""
    (kind,) = (one for one in SUBJECT_KINDS if one.name == "proposal")
    subject = kind.identify(snapshot, item).id
    simulations = tuple(
        one for one in snapshot.simulations.items if (one.governor, one.proposal) == (item.governor, item.id)
    )
    return (
        snapshot.model_copy(
            update={
                "proposals": snapshot.proposals.model_copy(update={"items": (item,)}),
                "simulations": snapshot.simulations.model_copy(update={"items": simulations}),
            }
        ),
        assessment.model_copy(
            update={
                "findings": tuple(one for one in assessment.findings if one.subject.id == subject),
                "outcomes": tuple(one for one in assessment.outcomes if one.subject.id == subject),
            }
        ),
    )


def one_proposal(
    snapshot: Snapshot, assessment: Assessment, snapshot_sha256: str, t: Locale, *, actions: int
) -> OneProposal:
    """Return the view of the only proposal of `snapshot` (see `alone`), with so many of its calls in full."""
    lookup = look_up(snapshot, assessment, t)
    (item,) = snapshot.proposals.items
    unit = _unit(item, lookup)
    card = proposal_card(item, unit, lookup, actions)
    tried = simulation_section(lookup)
    document = next((one for one in item.evidence if isinstance(one, DocumentEvidence)), None)
    return OneProposal(
        lookup=lookup,
        item=item,
        card=card,
        title=first_line(item.description, TITLE) or untitled(t, item),
        heading=_heading(item, lookup),
        read_at=_read_at(lookup),
        made=shown(t, item.created_at, lambda at: utc(t, at)),
        state=shown(t, item.state, lambda state: looked_up(t, "proposal_state", state)),
        left=card.left,
        votes_for=unit.show(item.for_votes),
        votes_against=unit.show(item.against_votes),
        turnout=shown(t, item.turnout_bps, lambda bps: percent(t, bps)),
        quorum=unit.show(item.quorum_votes),
        file=document.uri if document and item.draft else "",
        file_sha256=document.sha256.removeprefix("0x") if document and item.draft else "",
        simulation=tried.cards[0] if tried.cards else None,
        not_simulated="" if tried.cards else _why_not(item, lookup),
        rules=tuple(rule for dimension in dimension_findings(lookup) for rule in dimension.rules),
        undecided=undecided_views(lookup),
        evidence=evidence_views(() if item.draft else _evidence(item, card), lookup),
        command=_command(item, snapshot),
        snapshot_sha256=snapshot_sha256.removeprefix("0x"),
    )


def _evidence(item: Proposal, card: ProposalCard) -> tuple[Evidence, ...]:
    """Return what shows that it was made, and how an oracle's answer stands where that decides."""
    about = (one for _, shown, _ in card.question for one in shown.evidence)
    return tuple(dict.fromkeys((*item.evidence, *about)))


def _heading(item: Proposal, lookup: Lookup) -> str:
    t, name = lookup.t, first_line(lookup.name, TITLE)
    if item.draft:
        return t("one_proposal.draft_title", name=name)
    return t("one_proposal.title", id=t.own(short(item.id)), name=name)


def _read_at(lookup: Lookup) -> str:
    t = lookup.t
    block = lookup.snapshot.blocks[0]
    return t(
        "one_proposal.read_at",
        chain=chain_name(t, block.chain_id),
        number=t.own(str(block.number)),
        time=utc(t, block.timestamp),
    )


def _unit(item: Proposal, lookup: Lookup) -> Unit:
    for governor in lookup.snapshot.governors.items:
        if governor.address == item.governor:
            return lookup.unit(governor.token)
    return Unit(lookup.t, "", None)


def _why_not(item: Proposal, lookup: Lookup) -> str:
    t, simulations = lookup.t, lookup.snapshot.simulations
    if simulations.reason == NOT_ASKED:
        return t("simulation.not_asked")
    if isinstance(item.state, Known):
        return t("one_proposal.not_open")
    return t("one_proposal.not_simulated", reason=simulations.reason)


def _command(item: Proposal, snapshot: Snapshot) -> str:
    """Return the command that makes this page again. It holds checked hex and integers only: never a file's name."""
    which = "--draft FILE" if item.draft else item.id
    node = '--rpc-url "$ETH_RPC_URL"'
    return Exact(f"daoscan proposal {item.governor} {which} {node} --block {snapshot.blocks[0].number}")
