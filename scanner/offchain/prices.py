"""Prices that a user states (`--price`), and what votes cost at them. No price is ever fetched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scanner.model.contracts import Governor
from scanner.model.dao import TreasuryAccount
from scanner.model.errors import UsageError
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.offchain import NO_PRICE, Price
from scanner.model.snapshot import InputDigest, Snapshot
from scanner.model.values import ZERO_ADDRESS, changed

NATIVE = "native"
INPUT = "prices"
_PRICE = re.compile(r"(native|0x[0-9a-fA-F]{40})=([0-9]{1,20}(?:\.[0-9]{1,20})?) ?([A-Za-z]{3,5})\Z")
_COSTS = (
    ("threshold_cost", "proposal_threshold_votes"),
    ("quorum_cost", "quorum_votes"),
    ("majority_cost", "majority_votes"),
    ("active_majority_cost", "active_majority_votes"),
)
_NATIVE_DECIMALS = 18
_MOST_DECIMALS = 77


def read_prices(texts: Sequence[str]) -> tuple[Price, ...]:
    """Read `TOKEN=AMOUNT CURRENCY`, e.g. `0x…=1.25USD` or `native=3000EUR`. Raises UsageError."""
    found: dict[str, Price] = {}
    for text in texts:
        match = _PRICE.match(text.strip())
        if match is None:
            raise UsageError(
                f"'{text[:60]}' is no price",
                where="--price",
                hint="write the address of the token or native, =, and an amount with its currency: 0x…=1.25USD",
            )
        price = Price(asset=match[1].lower(), amount=match[2], currency=match[3].upper())
        if not Decimal(price.amount):
            raise UsageError("a price of nothing says nothing", where="--price", hint="leave it out")
        if found.setdefault(price.asset, price) != price:
            raise UsageError(f"two prices for {price.asset}", where="--price", hint="give one")
    currencies = sorted({price.currency for price in found.values()})
    if len(currencies) > 1:
        raise UsageError(f"prices in {' and '.join(currencies)}", where="--price", hint="give all in one currency")
    return tuple(found[asset] for asset in sorted(found))


def with_prices(snapshot: Snapshot, prices: Sequence[Price]) -> Snapshot:
    """Return the snapshot with what votes cost, and what treasuries hold, at these prices and no others."""
    if not prices:
        return snapshot
    by_asset = {price.asset: price for price in prices}
    text = "\n".join(f"{one.asset}={one.amount}{one.currency}" for one in prices)
    others = tuple(one for one in snapshot.inputs if one.name != INPUT)
    given = InputDigest(name=INPUT, sha256="0x" + hashlib.sha256(text.encode()).hexdigest())
    decimals = {token.address: token.decimals for token in snapshot.tokens.items}
    governors = tuple(_governor(one, by_asset, decimals) for one in snapshot.governors.items)
    treasury = tuple(_treasury(one, by_asset) for one in snapshot.treasury.items)
    return snapshot.model_copy(
        update={
            "dao": changed(snapshot.dao, prices=tuple(prices)),
            "governors": snapshot.governors.model_copy(update={"items": governors}),
            "treasury": snapshot.treasury.model_copy(update={"items": treasury}),
            "inputs": (*others, given),
        }
    )


def _governor(governor: Governor, prices: dict[str, Price], decimals: dict[str, Known[int] | Unknown]) -> Governor:
    token = governor.token
    price = prices.get(token.value) if isinstance(token, Known) else None
    costs: dict[str, Any] = {}
    for name, votes in _COSTS:
        if isinstance(token, Unknown):
            costs[name] = token
        elif price is None or token.value == ZERO_ADDRESS:
            costs[name] = NO_PRICE
        else:
            costs[name] = _worth(getattr(governor, votes), decimals.get(token.value, NO_PRICE), price)
    return changed(governor, **costs)


def _worth(amount: Known[int] | Unknown, decimals: Known[int] | Unknown, price: Price) -> Known[int] | Unknown:
    """Return what an amount costs in hundredths of the currency, rounded up."""
    if isinstance(amount, Unknown):
        return amount
    if isinstance(decimals, Unknown):
        return decimals
    each = Fraction(Decimal(price.amount)) * 100
    worth = -int(-(amount.value * each / 10 ** min(decimals.value, _MOST_DECIMALS)) // 1)
    how = f"at {price.amount} {price.currency} each, as given; what buying would do to the price is not in it"
    return Known(value=worth, evidence=amount.evidence, derivation=how)


def _treasury(account: TreasuryAccount, prices: dict[str, Price]) -> TreasuryAccount:
    parts: list[Known[int] | Unknown] = []
    if NATIVE in prices:
        decimals = Known(value=_NATIVE_DECIMALS, evidence=account.native_balance_wei.evidence)
        parts.append(_worth(account.native_balance_wei, decimals, prices[NATIVE]))
    for item in account.tokens.items:
        if item.token in prices:
            parts.append(_worth(item.balance, item.decimals, prices[item.token]))
    known = [part for part in parts if isinstance(part, Known)]
    if len(known) != len(parts):
        return changed(account, priced_worth=next(part for part in parts if isinstance(part, Unknown)))
    if not parts:
        detail = "none of the prices that were given is of an asset that it is known to hold"
        return changed(account, priced_worth=Unknown(reason=Reason.NOT_READ, detail=detail))
    evidence = tuple(item for part in known for item in part.evidence)
    total = Known(
        value=sum(part.value for part in known), evidence=evidence, derivation="assets with a price, added up"
    )
    return changed(account, priced_worth=total)
