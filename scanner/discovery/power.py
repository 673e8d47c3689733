"""Voting power at the pinned block, from the token's logs and supply. Members stay aggregates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.chain.abi import address_topic, selector
from scanner.chain.interface import LogRead
from scanner.discovery.account import transform
from scanner.discovery.battery import DELEGATE_VOTES_CHANGED, TRANSFER
from scanner.discovery.families.interface import has_selector
from scanner.discovery.world import World, running_code
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


@dataclass(frozen=True)
class Power:
    """Holders and delegates of one token, by address; in the token's smallest unit (or pieces of an NFT)."""

    balances: Known[dict[str, int]] | Unknown
    delegates: Known[dict[str, int]] | Unknown


_SAMPLE_BLOCKS = 5_000

DELEGATE = selector("delegate(address)")


@dataclass(frozen=True)
class TokenLogs:
    """The power behind each voting token, all transfers of any token to a treasury, and what was read along with it."""

    powers: dict[str, Power]
    received: Known[tuple[LogEvidence, ...]] | Unknown
    beside: tuple[Known[tuple[LogEvidence, ...]] | Unknown, ...] = ()


def read_token_logs(
    world: World, tokens: Iterable[str], treasuries: Iterable[str], *, beside: Sequence[LogRead] = ()
) -> TokenLogs:
    """Read the logs of the voting tokens, the transfers to treasuries and what is wanted `beside`, in one level.

    Where a token knows no delegation its holders vote themselves: they are the delegates then.
    """
    ordered = sorted(tokens)
    busy = _busy(world, ordered)
    both = tuple(sorted((TRANSFER, DELEGATE_VOTES_CHANGED)))
    receivers = tuple(sorted(address_topic(treasury) for treasury in treasuries))
    reads = [LogRead(token, ((DELEGATE_VOTES_CHANGED,) if token in busy else both,)) for token in ordered]
    if receivers:
        reads.append(LogRead("", ((TRANSFER,), (), receivers)))
    answers = list(world.chain.read([*reads, *beside]))
    other = tuple(answers[len(reads) :])
    answers = answers[: len(reads)]
    received: Known[tuple[LogEvidence, ...]] | Unknown = answers.pop() if receivers else Known(value=(), evidence=())
    powers: dict[str, Power] = {}
    for token, answer in zip(ordered, answers, strict=True):
        if isinstance(answer, Unknown):
            world.gap(token, "transfer and delegation logs", answer.reason, answer.detail)
            powers[token] = Power(answer, answer)
            continue
        logs: tuple[LogEvidence, ...] = answer.value
        balances = busy.get(token) or _balances(logs, answer.evidence)
        if has_selector(running_code(world, world.accounts[token]), DELEGATE):
            powers[token] = Power(balances, _delegates(logs, answer.evidence))
        else:
            powers[token] = Power(balances, transform(balances, dict, "the token has no delegation: holders vote"))
    return TokenLogs(powers, received, other)


def _busy(world: World, tokens: Sequence[str]) -> dict[str, Unknown]:
    """Return the tokens with more transfers than are read, judged by their latest blocks, each with that reason."""
    block = world.chain.block.number
    since = max(0, block - _SAMPLE_BLOCKS)
    found: dict[str, Unknown] = {}
    answers = world.chain.read([LogRead(token, ((TRANSFER,),), since) for token in tokens])
    for token, answer in zip(tokens, answers, strict=True):
        if isinstance(answer, Unknown):
            continue  # the read that follows says why
        estimate = len(answer.value) * (block + 1) // (block - since + 1)
        if estimate > world.limits.max_transfers:
            detail = f"about {estimate} transfers, more than the {world.limits.max_transfers} that are read"
            found[token] = Unknown(reason=Reason.LIMIT, detail=detail, evidence=answer.evidence)
            world.gap(token, "holders", Reason.LIMIT, f"{detail}: raise --max-transfers")
    return found


def _balances(logs: tuple[LogEvidence, ...], evidence: tuple[Evidence, ...]) -> Known[dict[str, int]] | Unknown:
    held: dict[str, int] = {}
    for log in logs:
        if log.topics[0] != TRANSFER or len(log.topics) < 3:
            continue
        amount = 1 if len(log.topics) == 4 else _integer(log.data)
        source, target = "0x" + log.topics[1][-40:], "0x" + log.topics[2][-40:]
        if source != ZERO_ADDRESS:
            held[source] = held.get(source, 0) - amount
        if target != ZERO_ADDRESS:
            held[target] = held.get(target, 0) + amount
    if any(amount < 0 for amount in held.values()):
        return Unknown(
            reason=Reason.UNDECODABLE,
            detail="the transfer logs do not add up: an account sent more than it received",
            evidence=evidence,
        )
    return Known(
        value={holder: amount for holder, amount in sorted(held.items()) if amount > 0},
        evidence=evidence,
        derivation="transfer logs added up",
    )


def _delegates(logs: tuple[LogEvidence, ...], evidence: tuple[Evidence, ...]) -> Known[dict[str, int]] | Unknown:
    votes: dict[str, int] = {}
    for log in logs:
        if log.topics[0] == DELEGATE_VOTES_CHANGED and len(log.topics) == 2 and len(log.data) >= 130:
            votes["0x" + log.topics[1][-40:]] = int(log.data[66:130], 16)
    return Known(
        value={delegate: amount for delegate, amount in sorted(votes.items()) if amount > 0},
        evidence=evidence,
        derivation="last DelegateVotesChanged of each delegate",
    )


def _integer(data: str) -> int:
    return int(data[2:66] or "0", 16)


def fewest_to_reach(votes: Iterable[int], needed: int) -> int:
    """Return the fewest voters who together hold `needed`; one more than there are when they never do."""
    total = 0
    count = 0
    for amount in sorted(votes, reverse=True):
        if total >= needed:
            break
        total += amount
        count += 1
    return count if total >= needed else count + 1


def share_bps(part: int, whole: int) -> int:
    """Return a share in hundredths of a percent, rounded down; 0 of nothing is 0."""
    return part * 10_000 // whole if whole else 0
