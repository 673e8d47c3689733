"""Who has more and who has less: native and token balances before an execution and after it, read from state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scanner.chain.abi import DecodeError, decode, encode_call
from scanner.chain.faults import Answer, Fault, reason_of
from scanner.discovery.battery import TRANSFER
from scanner.discovery.discover import Found
from scanner.discovery.tokens.voting_power import share_bps
from scanner.model.kinds import ActorKind
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.simulation import BalanceChange, Party
from scanner.model.values import ZERO_ADDRESS
from scanner.proposals.simulate.fork import Executed, Fork, Moment
from scanner.proposals.simulate.names import Names

MAX_PAIRS = 4_000
_MAX_ROWS = 200
_MAX_NAMED = 12
_ORDINARY_BELOW = Fraction(1, 20)
"""An account without a name that gains or loses less than a twentieth of what moved is an ordinary one."""

BALANCE_OF = "balanceOf(address)"
Pair = tuple[str, str]
Amount = Known[int] | Unknown


@dataclass(frozen=True)
class Balances:
    """Amounts before and after by (token, account); the zero token is the chain's own currency."""

    before: dict[Pair, Amount]
    after: dict[Pair, Amount]
    labels: dict[str, tuple[Known[str] | Unknown, Known[int] | Unknown]]
    left_out: int


def read_balances(fork: Fork, found: Found, executed: Executed, at: Moment) -> Balances:
    """Read what everybody has that the execution's transfers name, and every treasury of each of those tokens.

    The fork stands after the execution, and does so again afterwards.
    """
    pairs, left_out = _pairs(found, executed)
    tokens = sorted({token for token, _ in pairs})
    after = _ask(fork, pairs, at)
    labels = _labels(fork, found, tokens, at)
    fork.apply(executed.diff.inverse())
    before = _ask(fork, pairs, at)
    fork.apply(executed.diff)
    for address, change in executed.diff.accounts.items():
        if change.balance is not None:
            before[ZERO_ADDRESS, address] = Known(value=change.balance[0], evidence=())
            after[ZERO_ADDRESS, address] = Known(value=change.balance[1], evidence=())
    return Balances(before, after, labels, left_out)


def _pairs(found: Found, executed: Executed) -> tuple[list[Pair], int]:
    named: dict[Pair, None] = {}
    for log in executed.trace.logs:
        if log.topics[:1] == (TRANSFER,) and len(log.topics) >= 3:
            for topic in log.topics[1:3]:
                named[log.address, "0x" + topic[-40:]] = None
    moved = {token for token, _ in named} | {token for token, _ in found.holdings.balances if _touched(executed, token)}
    named.update({(token, treasury): None for token in sorted(moved) for treasury in sorted(found.parts.treasuries)})
    pairs = [pair for pair in named if pair[1] != ZERO_ADDRESS]
    return pairs[:MAX_PAIRS], max(0, len(pairs) - MAX_PAIRS)


def _touched(executed: Executed, token: str) -> bool:
    return token in executed.diff.accounts


def _ask(fork: Fork, pairs: Sequence[Pair], at: Moment) -> dict[Pair, Amount]:
    overrides = {"number": hex(at.number), "time": hex(at.time)}
    requests: list[tuple[str, list[Any]]] = [
        ("eth_call", [{"to": token, "data": encode_call(BALANCE_OF, (account,))}, "latest", {}, overrides])
        for token, account in pairs
    ]
    return {pair: _number(answer) for pair, answer in zip(pairs, fork.ask(requests), strict=True)}


def _number(answer: Answer) -> Amount:
    if isinstance(answer, Fault):
        return Unknown(reason=reason_of(answer), detail="balanceOf(address) does not answer on the fork")
    try:
        return Known(value=int(decode(("uint256",), str(answer.value))[0]), evidence=())
    except DecodeError:
        return Unknown(reason=Reason.UNDECODABLE, detail="balanceOf(address) answers no number on the fork")


def _labels(
    fork: Fork, found: Found, tokens: Sequence[str], at: Moment
) -> dict[str, tuple[Known[str] | Unknown, Known[int] | Unknown]]:
    """Return symbol and decimals of each token: as read by the scan, else as the token says on the fork."""
    labels: dict[str, tuple[Known[str] | Unknown, Known[int] | Unknown]] = {}
    for token in tokens:
        reader = found.holdings.tokens.get(token) or found.world.get(token)
        if reader is not None and reader.answers("symbol()"):
            labels[token] = reader.ask("symbol()"), reader.ask("decimals()")
            continue
        symbol, decimals = (fork.call(token, encode_call(getter), at) for getter in ("symbol()", "decimals()"))
        labels[token] = _text(symbol), _number(decimals)
    return labels


def _text(answer: Answer) -> Known[str] | Unknown:
    if isinstance(answer, Fault):
        return Unknown(reason=reason_of(answer), detail="symbol() does not answer on the fork")
    try:
        return Known(value=str(decode(("string",), str(answer.value))[0])[:40], evidence=())
    except DecodeError:
        return Unknown(reason=Reason.UNDECODABLE, detail="symbol() answers no text on the fork")


# ------------------------------------------------------------------------------------------------- telling


def balance_changes(balances: Balances, names: Names) -> Collection[BalanceChange]:
    """Return what changed, the largest losses first; accounts without a name and of small amounts are added up."""
    rows: list[BalanceChange] = []
    unread = False
    for token in sorted({token for token, _ in balances.after}):
        moves, unknown = _moves(balances, token)
        unread = unread or bool(unknown)
        rows += [_unread(balances, names, token, pair) for pair in unknown]
        rows += _told(balances, names, token, moves)
    shown = tuple(rows[:_MAX_ROWS])
    if balances.left_out or len(rows) > _MAX_ROWS:
        return Collection[BalanceChange](items=shown, complete=False, reason="more balances changed than are kept")
    if unread:
        return Collection[BalanceChange](items=shown, complete=False, reason="a token does not tell its balances")
    return Collection[BalanceChange](items=shown, complete=True)


def _moves(balances: Balances, token: str) -> tuple[dict[str, tuple[int, int]], list[Pair]]:
    known: dict[str, tuple[int, int]] = {}
    unknown: list[Pair] = []
    for (asset, account), after in balances.after.items():
        if asset != token:
            continue
        before = balances.before[asset, account]
        if isinstance(before, Known) and isinstance(after, Known):
            if before.value != after.value:
                known[account] = before.value, after.value
        elif isinstance(before, Known) or isinstance(after, Known):
            unknown.append((asset, account))
    return known, unknown


def _told(balances: Balances, names: Names, token: str, moves: dict[str, tuple[int, int]]) -> Iterable[BalanceChange]:
    total = max(
        sum(before - after for before, after in moves.values() if after < before),
        sum(after - before for before, after in moves.values() if after > before),
    )
    order = sorted(moves, key=lambda account: (-abs(moves[account][1] - moves[account][0]), account))
    strangers = 0
    ordinary: dict[bool, list[str]] = defaultdict(list)
    for account in order:
        before, after = moves[account]
        if names.party(account) is Party.STRANGER:
            strangers += 1
            if abs(after - before) < _ORDINARY_BELOW * total or strangers > _MAX_NAMED:
                ordinary[after > before].append(account)
                continue
        yield _row(balances, token, (before, after), _one(names, account))
    for more in (False, True):
        if ordinary[more]:
            sums = tuple(sum(moves[account][side] for account in ordinary[more]) for side in (0, 1))
            yield _row(balances, token, (sums[0], sums[1]), _several(len(ordinary[more])))


def _row(balances: Balances, token: str, values: tuple[int, int], who: _Who) -> BalanceChange:
    before, after = values
    symbol, decimals = _unit(balances, token)
    lost = max(0, before - after)
    return BalanceChange(
        party=who.party,
        account=who.account,
        account_label=who.label,
        account_kind=who.kind,
        accounts=who.count,
        token=token,
        symbol=symbol,
        decimals=decimals,
        before=Known(value=before, evidence=()),
        after=Known(value=after, evidence=()),
        change=Known(value=after - before, evidence=()),
        lost_bps=Known(value=share_bps(lost, before) if before else 0, evidence=()),
    )


@dataclass(frozen=True)
class _Who:
    """Whose balance a row tells."""

    party: Party
    account: str
    label: str
    kind: ActorKind
    count: int = 1


def _one(names: Names, account: str) -> _Who:
    return _Who(names.party(account), account, names.label(account), names.kind(account))


def _several(count: int) -> _Who:
    return _Who(Party.OTHERS, ZERO_ADDRESS, f"{count} other accounts", ActorKind.UNRESOLVED, count)


def _unread(balances: Balances, names: Names, token: str, pair: Pair) -> BalanceChange:
    symbol, decimals = _unit(balances, token)
    before, after = balances.before[pair], balances.after[pair]
    missing = before if isinstance(before, Unknown) else after
    assert isinstance(missing, Unknown)
    return BalanceChange(
        party=names.party(pair[1]),
        account=pair[1],
        account_label=names.label(pair[1]),
        account_kind=names.kind(pair[1]),
        accounts=1,
        token=token,
        symbol=symbol,
        decimals=decimals,
        before=before,
        after=after,
        change=missing,
        lost_bps=missing,
    )


def _unit(balances: Balances, token: str) -> tuple[Known[str] | Unknown, Known[int] | Unknown]:
    if token == ZERO_ADDRESS:
        return Known(value="", evidence=(), derivation="the chain's own currency"), Known(value=18, evidence=())
    return balances.labels[token]


def treasury_outflow(balances: Balances, treasuries: Iterable[str]) -> Known[int] | Unknown:
    """Return the largest share of one asset that all treasuries together lose, in hundredths of a percent."""
    own = set(treasuries)
    held: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (token, account), before in balances.before.items():
        if account not in own:
            continue
        after = balances.after[token, account]
        if isinstance(before, Unknown) or isinstance(after, Unknown):
            if isinstance(before, Known) or isinstance(after, Known):
                return before if isinstance(before, Unknown) else after
            continue
        held[token][0] += before.value
        held[token][1] += after.value
    shares = [share_bps(before - after, before) for before, after in held.values() if after < before]
    what = "largest loss of one asset over all treasuries"
    return Known(value=max(shares, default=0), evidence=(), derivation=what)
