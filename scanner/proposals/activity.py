"""Who voted lately: by governor, from the vote logs. They stay a count in the snapshot."""

from __future__ import annotations

from scanner.discovery.discover import Found
from scanner.discovery.tokens.strength import recent_block
from scanner.model.observation import Known, Reason, Unknown
from scanner.proposals.collect import ProposalData


def recent_voters(found: Found, data: ProposalData) -> dict[str, Known[frozenset[str]] | Unknown]:
    """Return, by governor, the accounts that voted within 90 days before the pinned block.

    Unknown without logs, where votes are counted on another chain, and where a governor of no known family has
    proposals but no vote that could be read.
    """
    since = recent_block(found.world)
    answers: dict[str, Known[frozenset[str]] | Unknown] = {}
    for governor, family in sorted(found.parts.governors.items()):
        logs = found.world.accounts[governor].logs
        votes = [vote for (of, _), group in data.votes.items() if of == governor for vote in group]
        if isinstance(logs, Unknown):
            answers[governor] = logs
        elif isinstance(since, Unknown):
            answers[governor] = since
        elif where := family.counted_on(found.world.accounts[governor]):
            detail = f"votes are counted on {where}"
            answers[governor] = Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=logs.evidence)
        elif not votes and family.name == "unknown" and any(one.governor == governor for one in data.raw):
            detail = "the votes of a governor of no known family could not be read"
            answers[governor] = Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=logs.evidence)
        else:
            lately = [vote for vote in votes if vote.log.block_number >= since.value]
            answers[governor] = Known(
                value=frozenset(vote.voter for vote in lately),
                evidence=since.evidence + logs.evidence,
                derivation=f"votes from block {since.value} on",
            )
    return answers
