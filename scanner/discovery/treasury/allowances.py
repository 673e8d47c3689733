"""Allowances: what treasuries let others take, and what others let contracts take whose code can be replaced.

Approval logs say where to look; what counts is what the token answers at the pinned block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.chain.abi import address_topic, encode_call, topic
from scanner.chain.interface import CallRead, CodeRead, LogRead, Read
from scanner.discovery.account import combine, nonzero
from scanner.discovery.control.holders import short
from scanner.discovery.treasury.holdings import NOT_HELD, Holdings, whole_balance
from scanner.discovery.world import World
from scanner.model.allowances import Allowance
from scanner.model.contracts import Contract
from scanner.model.dao import TreasuryAccount
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Collection, Known, Reason, Unknown

APPROVAL = topic("Approval(address,address,uint256)")
APPROVAL_FOR_ALL = topic("ApprovalForAll(address,address,bool)")
ALLOWANCE = "allowance(address,address)"
FOR_ALL = "isApprovedForAll(address,address)"
MAX_PAIRS = 300
"""Anyone may make a token tell of approvals; beyond this many, no more are asked for."""

_SAMPLE_BLOCKS = 5_000
_MAX_APPROVALS = 100_000

Logs = Known[tuple[LogEvidence, ...]] | Unknown


@dataclass(frozen=True, order=True)
class Pair:
    """A token, the account that gave, the spender that may take, and whether it is for every unit (NFTs)."""

    token: str
    owner: str
    spender: str
    every_unit: bool = False


@dataclass(frozen=True)
class Allowances:
    """The answers by pair; `given` and `received` say whether all pairs were asked for."""

    answers: Mapping[Pair, Known[int] | Unknown] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    """Spenders without code."""

    given: str = "approvals were not read"
    received: str = "approvals were not read"
    """Why there may be more; empty when there cannot."""

    busy: frozenset[str] = frozenset()
    """Contracts that were left out, since everybody approves them."""

    told_by: tuple[Evidence, ...] = ()
    """The logs that tell of approvals for contracts whose code can be replaced: no others were asked for."""


def replaceable(world: World) -> tuple[str, ...]:
    """Return the contracts in scope whose code is somewhere else, which may be replaced."""
    return tuple(sorted(address for address, account in world.accounts.items() if account.proxy is not None))


@dataclass(frozen=True)
class Plan:
    """What has to be read: approvals by treasuries, then approvals for contracts that can be replaced.

    `busy` are such contracts that everybody approves: what tells of them would fill the memory, so it is left out.
    """

    owners: frozenset[str]
    reads: tuple[LogRead, ...]
    busy: frozenset[str]


def plan_allowances(world: World, treasuries: Iterable[str]) -> Plan:
    """Return what to read about the allowances of `treasuries` and of everybody else; what is left out is a gap."""
    owners = frozenset(treasuries)
    spenders = replaceable(world)
    busy = _busy(world, [one for one in spenders if not _is_safe(world, one)])
    quiet = [one for one in spenders if one not in busy]
    reads = []
    if owners:
        given = tuple(sorted((APPROVAL, APPROVAL_FOR_ALL)))
        reads.append(LogRead("", (given, tuple(sorted(address_topic(one) for one in owners)))))
    if quiet:
        reads.append(LogRead("", ((APPROVAL,), (), tuple(sorted(address_topic(one) for one in quiet)))))
    return Plan(owners, tuple(reads), busy)


def _is_safe(world: World, address: str) -> bool:
    """Nobody approves a Safe by the hundred thousand: it is not sampled first."""
    proxy = world.accounts[address].proxy
    return proxy is not None and proxy.kind == "safe"


def _busy(world: World, spenders: Sequence[str]) -> frozenset[str]:
    """Return the contracts with more approvals than are read, judged by their latest blocks."""
    block = world.chain.block.number
    since = max(0, block - _SAMPLE_BLOCKS)
    sample = [LogRead("", ((APPROVAL,), (), (address_topic(one),)), since) for one in spenders]
    answers = world.chain.read(sample) if sample else ()
    busy = {
        spender
        for spender, answer in zip(spenders, answers, strict=True)
        if isinstance(answer, Known) and len(answer.value) * (block + 1) // (block - since + 1) > _MAX_APPROVALS
    }
    for spender in sorted(busy):
        world.gap(spender, "approvals by others", Reason.LIMIT, "too many to be read")
    return frozenset(busy)


@dataclass(frozen=True)
class Questions:
    """What the tokens are asked, and the code of spenders that nobody met, in the order of `reads`."""

    pairs: tuple[Pair, ...]
    strangers: tuple[str, ...]
    unanswered: Allowances

    @property
    def reads(self) -> list[Read]:
        return [*map(_question, self.pairs), *map(CodeRead, self.strangers)]


def allowance_questions(world: World, plan: Plan, logs: Sequence[Logs]) -> Questions:
    """Return what has to be asked about every pair that the logs (answers to the plan) tell of."""
    by_us, by_others = (logs[:1], logs[1:]) if plan.owners else ((), logs)
    given = _pairs(by_us)
    received = [pair for pair in _pairs(by_others) if pair.owner not in plan.owners]
    pairs = sorted({*given[:MAX_PAIRS], *received[:MAX_PAIRS]})
    unanswered = Allowances(
        keys=frozenset(address for address, account in world.accounts.items() if account.is_eoa),
        given=_missing(by_us, len(given)),
        received=_missing(by_others, len(received)),
        busy=plan.busy,
        told_by=tuple(item for answer in by_others if isinstance(answer, Known) for item in answer.evidence),
    )
    strangers = sorted({pair.spender for pair in pairs} - set(world.accounts))
    return Questions(tuple(pairs), tuple(strangers), unanswered)


def answered(questions: Questions, answers: Sequence[Known[Any] | Unknown]) -> Allowances:
    """Return the allowances as the tokens answer."""
    asked = len(questions.pairs)
    codes = zip(questions.strangers, answers[asked:], strict=True)
    keys = {one for one, code in codes if isinstance(code, Known) and code.value == "0x"}
    return replace(
        questions.unanswered,
        answers={pair: _uint(one) for pair, one in zip(questions.pairs, answers[:asked], strict=True)},
        keys=questions.unanswered.keys | keys,
    )


def _question(pair: Pair) -> CallRead:
    signature = FOR_ALL if pair.every_unit else ALLOWANCE
    return CallRead(pair.token, encode_call(signature, (pair.owner, pair.spender)), signature)


def _pairs(logs: Sequence[Logs]) -> list[Pair]:
    """Return each pair once, the latest first. An approval of one NFT (four topics) ends with its transfer: no pair."""
    found: dict[Pair, None] = {}
    told = [log for answer in logs if isinstance(answer, Known) for log in answer.value]
    for log in sorted(told, key=lambda one: (one.block_number, one.log_index), reverse=True):
        if len(log.topics) == 3:
            owner, spender = ("0x" + one[-40:] for one in log.topics[1:])
            found.setdefault(Pair(log.address, owner, spender, log.topics[0] == APPROVAL_FOR_ALL))
    return list(found)


def _missing(logs: Sequence[Logs], count: int) -> str:
    for answer in logs:
        if isinstance(answer, Unknown):
            return f"{answer.reason.value}: approvals could not be read"
    return f"{Reason.LIMIT.value}: {count} approvals, more than are asked for" if count > MAX_PAIRS else ""


def _uint(answer: Known[str] | Unknown) -> Known[int] | Unknown:
    if isinstance(answer, Unknown):
        return answer
    if len(answer.value) != 66:
        return Unknown(reason=Reason.UNDECODABLE, detail="not one 32-byte word", evidence=answer.evidence)
    return Known(value=int(answer.value, 16), evidence=answer.evidence)


def with_allowances(
    treasury: Collection[TreasuryAccount],
    allowances: Allowances,
    *,
    holdings: Holdings,
    contracts: Mapping[str, Contract],
) -> Collection[TreasuryAccount]:
    """Return the treasuries with what each lets others take."""
    items = tuple(
        one.model_copy(update={"allowances": given_by(one.address, allowances, holdings, contracts)})
        for one in treasury.items
    )
    return treasury.model_copy(update={"items": items})


def given_by(
    owner: str, allowances: Allowances, holdings: Holdings, contracts: Mapping[str, Contract]
) -> Collection[Allowance]:
    """Return what one treasury lets others take; what was taken back is left out."""
    items = []
    for pair, answer in sorted(allowances.answers.items()):
        if pair.owner != owner or _nothing(answer):
            continue
        balance = whole_balance(holdings, pair.token, owner)
        amount = balance if pair.every_unit and isinstance(answer, Known) else answer
        reader = holdings.tokens.get(pair.token)
        items.append(
            Allowance(
                token=pair.token,
                symbol=reader.ask("symbol()") if reader else NOT_HELD,
                spender=pair.spender,
                spender_label=contracts[pair.spender].label if pair.spender in contracts else short(pair.spender),
                spender_kind=Known(value=_kind(pair.spender, allowances, contracts), evidence=answer.evidence),
                replaceable_by=_replaceable_by(pair.spender, allowances, contracts),
                amount=amount,
                at_risk=combine({"one": amount, "other": balance}, _less, "no more than the account holds"),
                every_unit=pair.every_unit,
            )
        )
    return Collection[Allowance](items=tuple(items), complete=not allowances.given, reason=allowances.given)


def _nothing(answer: Known[int] | Unknown) -> bool:
    """Whether nothing can be taken: taken back, or told by something that is no token and answers no question."""
    if isinstance(answer, Known):
        return not answer.value
    return answer.reason in (Reason.REVERTED, Reason.UNDECODABLE)


def _less(one: int, other: int) -> int:
    return min(one, other)


def _kind(spender: str, allowances: Allowances, contracts: Mapping[str, Contract]) -> str:
    if spender in contracts:
        return "in-scope"
    return "key" if spender in allowances.keys else "contract"


def _replaceable_by(spender: str, allowances: Allowances, contracts: Mapping[str, Contract]) -> Known[str] | Unknown:
    if spender in contracts:
        return contracts[spender].upgrade_admin_kind
    if spender in allowances.keys:
        return Unknown(reason=Reason.NO_CODE, detail="the spender is a key")
    return Unknown(reason=Reason.NOT_READ, detail="the spender is not in scope")


def received_by(contract: str, implementation: Known[str] | Unknown, allowances: Allowances) -> Known[int] | Unknown:
    """Return how many accounts let this contract take their tokens now; of treasuries this says nothing."""
    if nonzero(implementation) is None:
        if isinstance(implementation, Unknown):
            return implementation
        evidence = implementation.evidence
        return Known(value=0, evidence=evidence, derivation="its code cannot be replaced: approvals were not counted")
    answers = {pair: one for pair, one in allowances.answers.items() if pair.spender == contract}
    live = {pair.owner for pair, one in answers.items() if isinstance(one, Known) and one.value}
    evidence = tuple(item for one in answers.values() if isinstance(one, Known) and one.value for item in one.evidence)
    if allowances.received or contract in allowances.busy:
        detail = allowances.received or "everybody approves it: too many to be read"
        return Unknown(reason=Reason.LIMIT, detail=detail, evidence=evidence[:20])
    for one in answers.values():
        if isinstance(one, Unknown) and not _nothing(one):
            return one
    evidence = (*allowances.told_by, *evidence[:20])
    return Known(value=len(live), evidence=evidence, derivation="accounts with an approval that stands")
