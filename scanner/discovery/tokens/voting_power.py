"""Voting power at the pinned block, from the token's logs and supply. Members stay aggregates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.chain.abi import address_topic, selector
from scanner.chain.folds import AT_ONCE
from scanner.chain.interface import Fold, FoldRead, LogRead
from scanner.discovery.account import transform
from scanner.discovery.asking import has_selector
from scanner.discovery.battery import DELEGATE_VOTES_CHANGED, TRANSFER
from scanner.discovery.tokens.escrows import DECAYING, is_escrow, locked_units
from scanner.discovery.world import World, running_code
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


@dataclass(frozen=True)
class Power:
    """Holders and delegates of one token, by address; in the token's smallest unit (or pieces of an NFT)."""

    balances: Known[dict[str, int]] | Unknown
    delegates: Known[dict[str, int]] | Unknown


_SAMPLE_BLOCKS = 500

DELEGATE = selector("delegate(address)")
VOTES = tuple(
    selector(signature)
    for signature in (
        "getPastVotes(address,uint256)",
        "getPriorVotes(address,uint256)",
        "getPriorVotes(address,uint96)",
    )
)
"""Past votes: IVotes (ERC-5805), and COMP in both widths; who has them logs DelegateVotesChanged."""


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
    busy, widths = _density(world, ordered)
    add = PowerFold()
    both = tuple(sorted((TRANSFER, DELEGATE_VOTES_CHANGED)))
    receivers = tuple(sorted(address_topic(treasury) for treasury in treasuries))
    reads: list[LogRead | FoldRead] = [
        FoldRead(token, ((DELEGATE_VOTES_CHANGED,) if token in busy else both,), add, widths.get(token, 0))
        for token in ordered
    ]
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
        balances = busy.get(token) or _balances(answer.value["held"], answer.evidence)
        code = running_code(world, world.accounts[token])
        if is_escrow(code):
            powers[token] = Power(locked_units(world.accounts[token]), DECAYING)
        elif has_selector(code, DELEGATE) and not any(has_selector(code, one) for one in VOTES):
            detail = "its votes can be delegated, and its logs do not tell to whom in a way that is known"
            powers[token] = Power(balances, Unknown(reason=Reason.NOT_SUPPORTED, detail=detail))
        elif has_selector(code, DELEGATE):
            powers[token] = Power(balances, _delegates(answer.value["votes"], answer.evidence))
        else:
            powers[token] = Power(balances, _holders_vote(balances, frozenset(treasuries)))
    return TokenLogs(powers, received, other)


def _holders_vote(
    balances: Known[dict[str, int]] | Unknown, treasuries: frozenset[str]
) -> Known[dict[str, int]] | Unknown:
    """Return the delegates of a token without delegation. Treasuries do what votes decide, and cast none."""

    def others(held: dict[str, int]) -> dict[str, int]:
        return {holder: amount for holder, amount in held.items() if holder not in treasuries}

    return transform(balances, others, "the token has no delegation: holders vote; treasuries in scope left out")


def _density(world: World, tokens: Sequence[str]) -> tuple[dict[str, Unknown], dict[str, int]]:
    """Judge tokens by the transfers in their latest blocks.

    Returns those with more transfers than are read, each with that reason, and in how many blocks each of the others
    has as many as should be held at a time.
    """
    block = world.chain.block.number
    since = max(0, block - _SAMPLE_BLOCKS)
    found: dict[str, Unknown] = {}
    widths: dict[str, int] = {}
    answers = world.chain.read([FoldRead(token, ((TRANSFER,),), Counting(), from_block=since) for token in tokens])
    for token, answer in zip(tokens, answers, strict=True):
        if isinstance(answer, Unknown):
            continue  # the read that follows says why
        estimate = answer.value["count"] * (block + 1) // (block - since + 1)
        if estimate > AT_ONCE:
            widths[token] = max(1, (block + 1) * AT_ONCE // estimate)
        if estimate > world.limits.max_transfers:
            detail = f"about {estimate} transfers, more than the {world.limits.max_transfers} that are read"
            found[token] = Unknown(reason=Reason.LIMIT, detail=detail, evidence=answer.evidence)
            world.gap(token, "holders", Reason.LIMIT, f"{detail}: raise --max-transfers")
    return found, widths


class Counting(Fold):
    """Counts logs."""

    name = "count"

    def start(self) -> dict[str, Any]:
        return {"count": 0}

    def add(self, state: dict[str, Any], logs: Iterable[tuple[Sequence[str], str]]) -> None:
        state["count"] += sum(1 for _ in logs)


class PowerFold(Fold):
    """Transfers and changes of delegates added up to what each account holds, and how many votes it has."""

    name = "balances and votes 1"

    def start(self) -> dict[str, Any]:
        return {"held": {}, "votes": {}}

    def add(self, state: dict[str, Any], logs: Iterable[tuple[Sequence[str], str]]) -> None:
        held, votes = state["held"], state["votes"]
        for topics, data in logs:
            if topics[0] == TRANSFER and len(topics) >= 3:
                amount = 1 if len(topics) == 4 else _integer(data)
                source, target = "0x" + topics[1][-40:], "0x" + topics[2][-40:]
                if source != ZERO_ADDRESS:
                    held[source] = held.get(source, 0) - amount
                if target != ZERO_ADDRESS:
                    held[target] = held.get(target, 0) + amount
            elif topics[0] == DELEGATE_VOTES_CHANGED and len(topics) == 2 and len(data) >= 130:
                votes["0x" + topics[1][-40:]] = int(data[66:130], 16)


def _balances(held: Mapping[str, int], evidence: tuple[Evidence, ...]) -> Known[dict[str, int]] | Unknown:
    if any(amount < 0 for amount in held.values()):
        return Unknown(
            reason=Reason.UNDECODABLE,
            detail="the transfer logs do not add up: an account sent more than it received",
            evidence=evidence,
        )
    return Known(value=_some(held), evidence=evidence, derivation="transfer logs added up")


def _delegates(votes: Mapping[str, int], evidence: tuple[Evidence, ...]) -> Known[dict[str, int]]:
    return Known(value=_some(votes), evidence=evidence, derivation="last DelegateVotesChanged of each delegate")


def _some(amounts: Mapping[str, int]) -> dict[str, int]:
    return {account: amount for account, amount in sorted(amounts.items()) if amount > 0}


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
