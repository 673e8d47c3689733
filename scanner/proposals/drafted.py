"""A proposal that is not on chain yet, looked at as if it were pending at the pinned block.

Its calls are decoded and judged like any other's. What only an event or a vote could tell is unknown: a draft has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scanner.discovery.discover import Found
from scanner.discovery.families.interface import ProposalState
from scanner.discovery.families.told import RawAction, RawProposal
from scanner.discovery.world import TARGET_OF, Link
from scanner.model.errors import UsageError
from scanner.model.evidence import DocumentEvidence, LogEvidence
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.proposals import Proposal
from scanner.model.snapshot import PinnedBlock
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.collect import ProposalData
from scanner.proposals.confirm import proposal_hash

A_DRAFT = Unknown(reason=Reason.OFF_CHAIN, detail="a draft: it is not on chain")
_NO_PROPOSER = Unknown(reason=Reason.OFF_CHAIN, detail="a draft that does not say who proposes it")
_NO_HASH = "0x" + "00" * 32

_OF_EVENT = (
    "created_at",
    "eta",
    "executed_at",
    "for_votes",
    "against_votes",
    "abstain_votes",
    "voters",
    "top_voter_bps",
    "turnout_bps",
    "quorum_votes",
    "seconds_to_execution",
    "votes_moved_at_end",
    "event_confirmed",
    "proposer_overlapping",
    "recent_votes_bps",
    "votes_given_back",
    "weekend_bps",
)
"""What an event, a vote or the time of either tells."""

_OF_PROPOSER = ("proposer_is_beneficiary", "proposer_before", "proposer_controls_beneficiary")


@dataclass(frozen=True)
class Draft:
    """The calls and the text of a draft. `file` is its name, `sha256` that of its bytes; the proposer may be empty."""

    actions: tuple[RawAction, ...]
    description: str
    file: str
    sha256: str
    proposer: str = ""


def raw_draft(draft: Draft, governor: str, block: PinnedBlock) -> RawProposal:
    """Return a draft in the shape of an event in the pinned block, under the id that IGovernor.hashProposal gives it.

    The log in it is a place among the others, after all of them, and never evidence: see `as_drafts`.
    """
    nowhere = LogEvidence(
        chain_id=block.chain_id,
        block_number=block.number,
        block_hash=block.hash,
        address=governor,
        transaction_hash=_NO_HASH,
        log_index=(1 << 63) - 1,
        topics=(),
        data="0x",
    )
    one = RawProposal(
        governor=governor,
        id=0,
        proposer=draft.proposer or ZERO_ADDRESS,
        actions=draft.actions,
        vote_start=block.number,
        vote_end=block.number,
        description=draft.description,
        log=nowhere,
    )
    return replace(one, id=proposal_hash(one))


def draft_links(draft: Draft | None, governor: str) -> tuple[Link, ...]:
    """Return what the crawl looks at because of a draft: its targets, as it does those of proposals."""
    targets = dict.fromkeys(action.target for action in draft.actions) if draft else ()
    return tuple(Link(target, f"{TARGET_OF} {governor[:10]} (a draft)") for target in targets)


def drafts_of(found: Found, draft: Draft | None, governor: str) -> tuple[RawProposal, ...]:
    """Return the draft for a governor of the crawl, nothing without one. Raises UsageError where it is no governor."""
    if draft is None:
        return ()
    if governor not in found.parts.governors:
        raise UsageError(
            f"{governor} is no governor that is known here: a draft needs one",
            hint="give the address of the governor that would be asked to propose it",
        )
    return (raw_draft(draft, governor, found.world.chain.block),)


def with_pending(data: ProposalData, drafts: Sequence[RawProposal]) -> ProposalData:
    """Return the data with the drafts pending. Raises UsageError for one that was proposed already, word for word."""
    keys = {(one.governor, one.id) for one in drafts}
    there = [one for one in data.raw if (one.governor, one.id) in keys and one not in drafts]
    if there:
        raise UsageError(
            f"the draft is proposal {there[0].id} of this governor already, word for word",
            hint="leave --draft out and give that id",
        )
    pending = ProposalState(Known(value="Pending", evidence=()), A_DRAFT, A_DRAFT, A_DRAFT, A_DRAFT, A_DRAFT)
    return replace(data, states={**data.states, **dict.fromkeys(keys, pending)})


def without_drafts(data: ProposalData, drafts: Sequence[RawProposal]) -> ProposalData:
    """Return the data of what was really proposed: a draft is no activity of a DAO."""
    return replace(data, raw=tuple(one for one in data.raw if one not in drafts)) if drafts else data


def as_drafts(
    proposals: Collection[Proposal], drafts: Sequence[RawProposal], draft: Draft | None, block: PinnedBlock
) -> Collection[Proposal]:
    """Return the proposals with the drafts among them marked as such, and the file as what they rest on."""
    if draft is None or not drafts:
        return proposals
    keys = {(one.governor, str(one.id)) for one in drafts}
    items = (_as_draft(one, draft, block) if (one.governor, one.id) in keys else one for one in proposals.items)
    return proposals.model_copy(update={"items": tuple(items)})


def _as_draft(one: Proposal, draft: Draft, block: PinnedBlock) -> Proposal:
    document = DocumentEvidence(
        chain_id=block.chain_id,
        block_number=block.number,
        block_hash=block.hash,
        uri=draft.file,
        sha256=draft.sha256,
    )
    state = Known[str](value="Pending", evidence=(document,), derivation="a draft, judged as if it were pending")
    facts: dict[str, object] = dict.fromkeys(_OF_EVENT, A_DRAFT)
    if not draft.proposer:
        facts |= dict.fromkeys(_OF_PROPOSER, _NO_PROPOSER)
    return one.model_copy(update={**facts, "draft": True, "state": state, "evidence": (document,)})
