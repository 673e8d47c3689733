"""The governor's own clock (ERC-6372) and what its units are in seconds."""

from __future__ import annotations

from fractions import Fraction

from scanner.discovery.account import Account, combine
from scanner.discovery.world import World
from scanner.model.evidence import BlockEvidence
from scanner.model.observation import Known, Reason, Unknown

PARENT_BLOCK_CHAINS = frozenset({42161, 42170, 421614})
"""Arbitrum chains: `block.number` is the parent chain's, so a count of their own blocks tells no time."""


def clock_mode(account: Account) -> Known[str] | Unknown:
    """Return `blocknumber` or `timestamp`.

    A governor without CLOCK_MODE() counts blocks: GovernorAlpha, GovernorBravo and OpenZeppelin before 4.9.
    """
    answer = account.ask("CLOCK_MODE()")
    if isinstance(answer, Unknown):
        if answer.reason is Reason.REVERTED:
            return Known(value="blocknumber", evidence=answer.evidence, derivation="no CLOCK_MODE(): ERC-6372 default")
        return answer
    mode = str(answer.value)
    if mode.startswith("mode=timestamp"):
        return Known(value="timestamp", evidence=answer.evidence)
    if mode.startswith("mode=blocknumber"):
        return Known(value="blocknumber", evidence=answer.evidence)
    return Unknown(
        reason=Reason.NOT_SUPPORTED, detail="a clock mode that ERC-6372 does not name", evidence=answer.evidence
    )


def seconds_per_block(world: World, account: Account) -> Known[Fraction] | Unknown:
    """Return the average block time between two headers of the chain."""
    block = world.chain.block
    clock = account.ask("clock()")
    if block.chain_id in PARENT_BLOCK_CHAINS or (
        isinstance(clock, Known) and abs(int(clock.value) - block.number) > 10
    ):
        return Unknown(
            reason=Reason.NOT_SUPPORTED,
            detail="block.number here is another chain's, whose block time was not read",
            evidence=clock.evidence,
        )
    if isinstance(world.earlier, Unknown):
        return world.earlier
    earlier = world.earlier.value
    if earlier.block_number >= block.number:
        return Unknown(reason=Reason.NOT_READ, detail="the chain has one block only")
    here = BlockEvidence(
        chain_id=block.chain_id, block_number=block.number, block_hash=block.hash, timestamp=block.timestamp
    )
    return Known(
        value=Fraction(block.timestamp - earlier.timestamp, block.number - earlier.block_number),
        evidence=(*world.earlier.evidence, here),
        derivation=f"average block time between blocks {earlier.block_number} and {block.number}",
    )


def in_seconds(
    world: World, account: Account, mode: Known[str] | Unknown, amount: Known[int] | Unknown
) -> Known[int] | Unknown:
    """Return an amount of the governor's clock in whole seconds."""
    if isinstance(mode, Unknown):
        return mode
    if mode.value == "timestamp":
        return combine({"mode": mode, "amount": amount}, lambda mode, amount: amount, "the clock counts seconds")
    rate = seconds_per_block(world, account)
    return combine(
        {"amount": amount, "rate": rate},
        lambda amount, rate: int(amount * rate),
        "blocks × average block time",
    )
