"""What treasuries hold: the tokens that were ever sent to them, and what is there at the pinned block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.chain.abi import encode_call
from scanner.chain.interface import CallRead, Read
from scanner.discovery.account import Account
from scanner.discovery.parts import Parts, is_token
from scanner.discovery.power import TokenLogs
from scanner.discovery.world import World
from scanner.model.observation import Known, Reason, Unknown

BALANCE_OF = "balanceOf(address)"
MAX_TOKENS = 200
"""Anyone may send a treasury worthless tokens; beyond this many, no more are asked for."""


@dataclass(frozen=True)
class Holdings:
    """Balances by (token, holder) in the token's smallest unit, and what each token says of itself."""

    balances: Mapping[tuple[str, str], Known[int] | Unknown]
    tokens: Mapping[str, Account]
    complete: bool
    reason: str
    pieces: frozenset[str] = frozenset()
    """Tokens whose transfers name a piece (ERC-721): their balances count pieces."""

    beside: tuple[Known[Any] | Unknown, ...] = ()
    """Answers to what was read along with them."""


def read_holdings(world: World, parts: Parts, logs: TokenLogs, *, beside: Sequence[Read] = ()) -> Holdings:
    """Read the balances of all tokens that told of a transfer to a treasury, and of those in scope, and what is wanted
    `beside`, in one level."""
    known = set(parts.tokens) | {address for address, account in world.accounts.items() if _may_be_held(account)}
    sent: dict[str, None] = {}
    pieces: frozenset[str] = frozenset()
    if isinstance(logs.received, Known):
        sent = dict.fromkeys(log.address for log in logs.received.value)
        pieces = frozenset(log.address for log in logs.received.value if len(log.topics) == 4)
    tokens = sorted(known) + [token for token in sent if token not in known]
    holders = sorted(parts.treasuries)
    asked = tokens[: len(known) + MAX_TOKENS]
    readers = {token: world.get(token) or Account(token) for token in asked}
    strangers = [token for token in asked if token not in world.accounts]
    reads = [CallRead(token, encode_call(BALANCE_OF, (holder,)), BALANCE_OF) for token in asked for holder in holders]
    labels = [(token, getter, kind) for token in strangers for getter, kind in _LABELS]
    named = [CallRead(token, encode_call(getter), getter) for token, getter, _ in labels]
    answers = world.chain.read([*reads, *named, *beside])
    own = len(reads) + len(named)
    for (token, getter, kind), answer in zip(labels, answers[len(reads) : own], strict=True):
        readers[token].calls[getter] = ((kind,), answer)
    pairs = [(token, holder) for token in asked for holder in holders]
    balances = {pair: _uint(answer) for pair, answer in zip(pairs, answers[: len(reads)], strict=True)}
    complete, reason = _completeness(logs, len(tokens) - len(asked))
    return Holdings(balances, readers, complete, reason, pieces, tuple(answers[own:]))


_LABELS = (("symbol()", "string"), ("decimals()", "uint256"))


def _may_be_held(account: Account) -> bool:
    return account.has_code and is_token(account)


def _completeness(logs: TokenLogs, left_out: int) -> tuple[bool, str]:
    if isinstance(logs.received, Unknown):
        return False, f"{logs.received.reason.value}: transfers to the treasury could not be read"
    if left_out > 0:
        return False, f"{Reason.LIMIT.value}: {left_out} more tokens were sent to it than are asked for"
    return True, ""


def _uint(answer: Known[Any] | Unknown) -> Known[int] | Unknown:
    if isinstance(answer, Unknown):
        return answer
    if len(answer.value) != 66:
        return Unknown(reason=Reason.UNDECODABLE, detail="not one 32-byte word", evidence=answer.evidence)
    return Known(value=int(answer.value, 16), evidence=answer.evidence)


def held_by(holdings: Holdings, holder: str) -> Iterable[tuple[str, Known[int] | Unknown]]:
    """Yield (token, balance) of one holder; tokens that were sent and are gone again are left out."""
    for (token, owner), balance in sorted(holdings.balances.items()):
        if owner == holder and not (isinstance(balance, Known) and balance.value == 0):
            yield token, balance
