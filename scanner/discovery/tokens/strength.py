"""What it takes to pass a vote, in units and in delegates: at the pinned block, from logs and state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.discovery.account import combine, transform
from scanner.discovery.tokens.voting_power import fewest_to_reach, share_bps
from scanner.discovery.world import World
from scanner.model.evidence import BlockEvidence
from scanner.model.observation import Known, Reason, Unknown

RECENT_SECONDS = 90 * 86_400


@dataclass(frozen=True)
class Votes:
    """The votes that delegates have now, the quorum and the supply they count in, and who voted lately."""

    delegates: Known[dict[str, int]] | Unknown
    quorum: Known[int] | Unknown
    supply: Known[int] | Unknown
    recent: Known[frozenset[str]] | Unknown


def recent_block(world: World) -> Known[int] | Unknown:
    """Return the first block of the last 90 days, by the average block time between two headers."""
    block = world.chain.block
    if isinstance(world.earlier, Unknown):
        return world.earlier
    earlier = world.earlier.value
    blocks, seconds = block.number - earlier.block_number, block.timestamp - earlier.timestamp
    if blocks <= 0 or seconds <= 0:
        return Unknown(reason=Reason.NOT_READ, detail="the chain has one block only")
    here = BlockEvidence(
        chain_id=block.chain_id, block_number=block.number, block_hash=block.hash, timestamp=block.timestamp
    )
    return Known(
        value=max(0, block.number - RECENT_SECONDS * blocks // seconds),
        evidence=(*world.earlier.evidence, here),
        derivation="90 days back by the average block time",
    )


def strength(votes: Votes) -> dict[str, Any]:
    """Return the facts of a governor about the votes it takes to decide."""
    active = combine({"delegates": votes.delegates, "recent": votes.recent}, _active, "votes now of who voted lately")
    total = transform(votes.delegates, lambda held: sum(held.values()), "votes of all delegates")
    of_active = transform(active, lambda held: sum(held.values()), "votes now of accounts that voted in 90 days")
    majority = transform(total, _half, "more than half of the delegated votes")
    active_majority = transform(of_active, _half, "more than half of the active votes")
    gap = combine(
        {"quorum": votes.quorum, "active": of_active},
        lambda quorum, active: max(0, quorum - active),
        "quorum less active votes",
    )

    def share(part: Known[int] | Unknown) -> Known[int] | Unknown:
        return combine({"part": part, "whole": votes.supply}, share_bps, "share of total supply")

    return {
        "delegates_for_majority": transform(
            votes.delegates,
            lambda held: fewest_to_reach(held.values(), sum(held.values()) // 2 + 1),
            "fewest delegates with more than half of the delegated votes",
        ),
        "delegates_to_pass": combine(
            {"held": votes.delegates, "active": active, "quorum": votes.quorum},
            _to_pass,
            "fewest delegates who reach the quorum and outvote everybody else who voted in 90 days",
        ),
        "majority_votes": majority,
        "majority_bps": share(majority),
        "active_voters": transform(votes.recent, len, "accounts that voted in the last 90 days"),
        "active_votes": of_active,
        "active_bps": share(of_active),
        "active_majority_votes": active_majority,
        "active_majority_bps": share(active_majority),
        "quorum_gap_votes": gap,
        "quorum_gap_bps": share(gap),
    }


def _active(delegates: Mapping[str, int], recent: frozenset[str]) -> dict[str, int]:
    return {who: amount for who, amount in delegates.items() if who in recent}


def _half(votes: int) -> int:
    return votes // 2 + 1


def _to_pass(held: Mapping[str, int], active: Mapping[str, int], quorum: int) -> int:
    """Return the fewest delegates, from the largest on; one more than there are when not even all of them can."""
    against = sum(active.values())
    mine = 0
    for count, who in enumerate(sorted(held, key=lambda one: (-held[one], one)), start=1):
        mine += held[who]
        against -= active.get(who, 0)
        if mine >= max(1, quorum) and mine > against:
            return count
    return len(held) + 1
