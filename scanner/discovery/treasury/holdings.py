"""What treasuries hold: the tokens that were ever sent to them or that the user names, and what is there now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.chain.abi import encode_call
from scanner.chain.interface import CallRead, Read
from scanner.discovery.account import Account, combine
from scanner.discovery.parts import Parts, is_token
from scanner.discovery.tokens.voting_power import TokenLogs
from scanner.discovery.treasury.units import Unit, Units
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
    """Tokens whose transfers name a piece, or that say so (ERC-721): their balances count pieces."""

    told: frozenset[str] = frozenset()
    """Tokens whose logs tell of a transfer to a treasury."""

    units: Mapping[Unit, Known[int] | Unknown] = field(default_factory=dict)
    """Balances of single ids of multi-tokens (ERC-1155)."""

    beside: tuple[Known[Any] | Unknown, ...] = ()
    """Answers to what was read along with them."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for beside the tokens of transfers: tokens that the user names, and ids of multi-tokens."""

    tokens: tuple[str, ...] = ()
    units: Units = field(default_factory=Units)


def read_holdings(
    world: World, parts: Parts, logs: TokenLogs, wanted: Wanted, *, beside: Sequence[Read] = ()
) -> Holdings:
    """Read the balances of all tokens that told of a transfer to a treasury, of those in scope and of those wanted, and
    what is wanted `beside`, in one level."""
    own = {address for address, account in world.accounts.items() if _may_be_held(account)}
    known = {*parts.tokens, *own, *wanted.tokens}
    sent: dict[str, None] = {}
    pieces: frozenset[str] = frozenset()
    if isinstance(logs.received, Known):
        sent = dict.fromkeys(log.address for log in logs.received.value)
        pieces = frozenset(log.address for log in logs.received.value if len(log.topics) == 4)
    tokens = sorted(known) + [token for token in sent if token not in known]
    asked = tokens[: len(known) + MAX_TOKENS]
    units = wanted.units
    named = dict.fromkeys((*asked, *(one.token for one in units.items)))
    readers = {token: world.get(token) or Account(token) for token in named}
    strangers = [token for token in named if token not in world.accounts]
    pairs = [(token, holder) for token in asked for holder in sorted(parts.treasuries)]
    reads: list[Read] = [CallRead(token, encode_call(BALANCE_OF, (holder,)), BALANCE_OF) for token, holder in pairs]
    labels = [(token, getter, kind) for token in strangers for getter, kind in _LABELS]
    labels += [(token, _IS_NFT, "bool") for token in wanted.tokens if token in strangers]
    own_reads = [*reads, *units.reads, *(_labelling(token, getter) for token, getter, _ in labels)]
    answers = world.chain.read([*own_reads, *beside])
    ours, theirs = answers[: len(own_reads)], answers[len(own_reads) :]
    for (token, getter, kind), answer in zip(labels, ours[len(reads) + len(units.items) :], strict=True):
        readers[token].calls[getter] = ((kind,), answer)
    pieces |= {token for token in wanted.tokens if token not in sent and _says_nft(readers[token])}
    balances = {pair: _uint(answer) for pair, answer in zip(pairs, ours, strict=False)}
    complete, reason = _completeness(logs, len(tokens) - len(asked), units)
    return Holdings(
        balances=_believed(world, readers, balances),
        tokens=readers,
        complete=complete,
        reason=reason,
        pieces=pieces,
        told=frozenset(sent),
        units={unit: _uint(answer) for unit, answer in zip(units.items, ours[len(reads) :], strict=False)},
        beside=tuple(theirs),
    )


_SUPPLY = "totalSupply()"
_IS_NFT = "isNFT"
_ERC721 = "0x80ac58cd"
"""Identifier of ERC-721 by ERC-165."""


def _labelling(token: str, getter: str) -> CallRead:
    signature, arguments = ("supportsInterface(bytes4)", (_ERC721,)) if getter == _IS_NFT else (getter, ())
    return CallRead(token, encode_call(signature, arguments), signature)


def _says_nft(token: Account) -> bool:
    """Whether a token that the user names says that it is an ERC-721; no transfer shows it."""
    said = token.ask(_IS_NFT)
    return isinstance(said, Known) and bool(said.value)


_LABELS = (("symbol()", "string"), ("decimals()", "uint256"), (_SUPPLY, "uint256"))


def _may_be_held(account: Account) -> bool:
    return account.has_code and is_token(account)


def _completeness(logs: TokenLogs, left_out: int, units: Units) -> tuple[bool, str]:
    if isinstance(logs.received, Unknown):
        return False, f"{logs.received.reason.value}: transfers to the treasury could not be read"
    if left_out > 0:
        return False, f"{Reason.LIMIT.value}: {left_out} more tokens were sent to it than are asked for"
    return not units.reason, units.reason


def _believed(
    world: World, tokens: Mapping[str, Account], balances: Mapping[tuple[str, str], Known[int] | Unknown]
) -> dict[tuple[str, str], Known[int] | Unknown]:
    """Return the balances, but none that is more than all units that the token itself says there are."""
    found: dict[tuple[str, str], Known[int] | Unknown] = dict(balances)
    lying: set[str] = set()
    for (token, holder), balance in balances.items():
        supply = tokens[token].ask(_SUPPLY)
        if isinstance(balance, Known) and isinstance(supply, Known) and balance.value > int(supply.value):
            detail = "the token tells of a balance that is more than its whole supply"
            evidence = (*balance.evidence, *supply.evidence)
            found[token, holder] = Unknown(reason=Reason.UNDECODABLE, detail=detail, evidence=evidence)
            lying.add(token)
    for token in sorted(lying):
        world.gap(token, "balances of treasuries", Reason.UNDECODABLE, "more than the whole supply of the token")
    return found


def _uint(answer: Known[Any] | Unknown) -> Known[int] | Unknown:
    if isinstance(answer, Unknown):
        return answer
    if len(answer.value) != 66:
        return Unknown(reason=Reason.UNDECODABLE, detail="not one 32-byte word", evidence=answer.evidence)
    return Known(value=int(answer.value, 16), evidence=answer.evidence)


def held_by(holdings: Holdings, holder: str) -> Iterable[tuple[str, Known[int] | Unknown]]:
    """Yield (token, balance) of one holder; tokens that were sent and are gone again are left out, and multi-tokens
    (ERC-1155), which have no balance without an id."""
    multi = {unit.token for unit in holdings.units}
    for (token, owner), balance in sorted(holdings.balances.items()):
        if owner != holder or (isinstance(balance, Known) and balance.value == 0):
            continue
        if isinstance(balance, Known) or token not in multi:
            yield token, balance


def units_held(holdings: Holdings, holder: str) -> Iterable[tuple[Unit, Known[int] | Unknown]]:
    """Yield (id of a multi-token, balance) of one holder; what was sent and is gone again is left out."""
    for unit, balance in sorted(holdings.units.items()):
        if unit.holder == holder and not (isinstance(balance, Known) and balance.value == 0):
            yield unit, balance


def whole_balance(holdings: Holdings, token: str, holder: str) -> Known[int] | Unknown:
    """Return what an account holds of a token; of a multi-token, units of all its ids that are known of."""
    ids = {str(unit.number): one for unit, one in units_held(holdings, holder) if unit.token == token}
    if not any((unit.token, unit.holder) == (token, holder) for unit in holdings.units):
        return holdings.balances.get((token, holder), NOT_HELD)
    if not ids:
        evidence = tuple(piece for unit, one in holdings.units.items() if unit.token == token for piece in one.evidence)
        return Known(value=0, evidence=evidence, derivation="no unit of any id that was sent to it is left")
    return combine(ids, lambda **each: sum(each.values()), "units of all ids that were sent to it, added up")


NOT_HELD = Unknown(reason=Reason.NOT_READ, detail="the token's balance was not asked for")
