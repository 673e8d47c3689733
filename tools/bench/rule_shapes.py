"""Kinds of rules to measure with, each a second time as a function written by hand.

The functions by hand are what somebody would write who needs nothing but the word: no evidence, no reasons, no checks.
They see bare values, None where a fact is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TypeAlias

HOUR, DAY, ETHER = 3_600, 86_400, 10**18
IMPACTS = ("high", "medium", "low", "informational")

Plain: TypeAlias = SimpleNamespace
Truth: TypeAlias = bool | None


@dataclass(frozen=True)
class Shape:
    """One kind of rule: its line of `applies` and of its levels high and medium. `{n}` in a line is what varies."""

    applies: str
    high: str
    medium: str
    by_hand: Callable[[Plain, int], str]


def _word(high: Truth, medium: Truth) -> str:
    if high:
        return "high"
    if medium:
        return "medium"
    return "unknown" if high is None or medium is None else "pass"


def _both(left: Truth, right: Truth) -> Truth:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _either(left: Truth, right: Truth) -> Truth:
    if left or right:
        return True
    return None if left is None or right is None else False


def _below(value: int | None, limit: int) -> Truth:
    return None if value is None else value < limit


def _voting_delay(one: Plain, n: int) -> str:
    if one.kind != "token-vote":
        return "unknown" if one.kind is None else "not-applicable"
    delay = one.voting_delay_seconds
    return _word(_below(delay, n * HOUR), _below(delay, 2 * n * HOUR))


def _voting_time(one: Plain, n: int) -> str:
    if one.voting_delay_seconds is None or one.voting_period_seconds is None:
        return "unknown"
    total = one.voting_delay_seconds + one.voting_period_seconds
    return _word(total < 4 * n * HOUR, total <= 4 * n * HOUR + DAY)


def _quorum(one: Plain, n: int) -> str:
    if one.kind not in ("token-vote", "nft-vote"):
        return "unknown" if one.kind is None else "not-applicable"
    return _word(_below(one.quorum_bps, 10 * n), _below(one.quorum_bps, 10 * n + 200))


def _participation(one: Plain, n: int) -> str:
    if one.quorum_votes is None or not one.delegated_votes:
        return "unknown"
    share, whole = 1_000 * one.quorum_votes, one.delegated_votes
    return _word(share < n * whole, share < (n + 50) * whole)


def _guardian(one: Plain, n: int) -> str:
    kind = one.guardian_kind
    single = None if kind is None else kind == "eoa"
    there = None if kind is None else kind != "nobody"
    return _word(_both(single, _below(one.execution_delay_seconds, n * HOUR)), _both(there, n % 2 == 0))


def _delegates(one: Plain, n: int) -> str:
    top, few = one.top_delegate_bps, one.delegates_for_quorum
    large = None if top is None else top > 10 * n
    return _word(_either(large, _below(few, 2)), None if top is None else top > 5 * n)


def _code(one: Plain, n: int) -> str:
    if not one.emergency_execution:
        return "unknown" if one.emergency_execution is None else "not-applicable"
    guard, size = one.upgrade_guard, one.code_size_bytes
    high = None if guard is None else guard in ("none", "payment")
    return _word(high, None if size is None else size > 40 * n)


def _detectors(one: Plain, n: int) -> str:
    found = sum(1 for impact in one.detectors if impact == "high")
    return _word(found * 3 > n % 9, any(impact == IMPACTS[n % 4] for impact in one.detectors))


def _controls(one: Plain, n: int) -> str:
    if not one.has_timelock:
        return "unknown" if one.has_timelock is None else "not-applicable"
    certain = possible = 0
    for delay, outside in one.controls:
        short = _both(outside, _below(delay, n * HOUR))
        certain += short is True
        possible += short is not False
    high = True if certain >= 3 else None if possible >= 3 else False
    return _word(high, _below(one.execution_delay_seconds, n * HOUR))


def _dormant(one: Plain, n: int) -> str:
    days = one.days_since_last_proposal
    long = None if days is None else days > n
    return _word(_both(long, _below(one.proposal_threshold_votes, 1_000 * n * ETHER)), long)


SHAPES: tuple[Shape, ...] = (
    Shape(
        'governor.kind == "token-vote"',
        "governor.voting_delay_seconds < {n} * HOUR",
        "governor.voting_delay_seconds < 2 * {n} * HOUR",
        _voting_delay,
    ),
    Shape(
        "",
        "governor.voting_delay_seconds + governor.voting_period_seconds < 4 * {n} * HOUR",
        "governor.voting_delay_seconds + governor.voting_period_seconds <= 4 * {n} * HOUR + DAY",
        _voting_time,
    ),
    Shape(
        'governor.kind in ("token-vote", "nft-vote")',
        "governor.quorum_bps < 10 * {n}",
        "governor.quorum_bps < 10 * {n} + 200",
        _quorum,
    ),
    Shape(
        "",
        "percent_of(governor.quorum_votes, governor.delegated_votes) < {n} / 10",
        "percent_of(governor.quorum_votes, governor.delegated_votes) < ({n} + 50) / 10",
        _participation,
    ),
    Shape(
        "",
        'governor.guardian_kind == "eoa" and governor.execution_delay_seconds < {n} * HOUR',
        'governor.guardian_kind != "nobody" and {n} % 2 == 0',
        _guardian,
    ),
    Shape(
        "",
        "governor.top_delegate_bps > 10 * {n} or governor.delegates_for_quorum <= 1",
        "governor.top_delegate_bps > 5 * {n}",
        _delegates,
    ),
    Shape(
        "governor.contract.code.emergency_execution",
        'governor.contract.code.upgrade_guard in ("none", "payment")',
        "governor.contract.code_size_bytes > 40 * {n}",
        _code,
    ),
    Shape(
        "",
        'count(d for d in governor.contract.code.detectors if d.impact == "high") * 3 > {n} % 9',
        'any(d.impact == "{impact}" for d in governor.contract.code.detectors)',
        _detectors,
    ),
    Shape(
        "governor.has_timelock",
        "count(c for c in dao.controls if c.bypasses_vote and c.delay_seconds < {n} * HOUR) >= 3",
        "governor.execution_delay_seconds < {n} * HOUR",
        _controls,
    ),
    Shape(
        "",
        "governor.days_since_last_proposal > {n} and governor.proposal_threshold_votes < 1000 * {n} * ether",
        "governor.days_since_last_proposal > {n}",
        _dormant,
    ),
)
