"""Money and votes: balances in whole tokens and shares as bars that begin at zero and end at 100%."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.locale.locale import Locale
from scanner.model.contracts import Token
from scanner.model.dao import TokenBalance, TreasuryAccount
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Unknown
from scanner.model.values import Int
from scanner.render.controls_view import seconds_shown
from scanner.render.governance_view import Parameter, parameter, shares
from scanner.render.lookup import Lookup, Unit
from scanner.render.money import money
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_actor, as_answer, as_number, value_of, voting


@dataclass(frozen=True)
class Holding:
    """One balance."""

    amount: Shown
    token: str


@dataclass(frozen=True)
class AccountView:
    """One treasury account."""

    label: str
    address: str
    holdings: tuple[Holding, ...]
    worth: str
    more: str
    bypass: Shown
    bypassed: bool
    actor: Shown
    keys: Shown
    fastest: Shown
    vote_delay: Shown
    evidence: Cited


def account_views(lookup: Lookup) -> tuple[AccountView, ...]:
    """Return every treasury account."""
    return tuple(_account(item, lookup) for item in lookup.snapshot.treasury.items)


def _account(item: TreasuryAccount, lookup: Lookup) -> AccountView:
    t = lookup.t
    native = lookup.native.show(item.native_balance_wei)
    evidence = (*native.evidence, *(piece for token in item.tokens.items for piece in _evidence(token.balance)))
    return AccountView(
        label=item.label,
        address=item.address,
        holdings=(Holding(native, ""), *(_holding(t, token) for token in item.tokens.items)),
        worth=_worth(item, lookup),
        more=""
        if item.tokens.complete
        else t("treasury.more_tokens", reason=item.tokens.reason or t("answer.no_reason")),
        bypass=as_answer(t, item.bypass_vote),
        bypassed=value_of(item.bypass_vote) is True,
        actor=as_actor(t, item.bypass_actor_kind),
        keys=as_number(t, item.bypass_signers),
        fastest=seconds_shown(t, item.fastest_seconds),
        vote_delay=seconds_shown(t, item.vote_delay_seconds),
        evidence=lookup.register.cite(evidence),
    )


def _worth(item: TreasuryAccount, lookup: Lookup) -> str:
    worth = money(lookup, item.priced_worth)
    return lookup.t("treasury.priced", worth=worth) if worth else ""


def _holding(t: Locale, token: TokenBalance) -> Holding:
    unit = Unit(
        t,
        _named(token),
        token.decimals.value if isinstance(token.decimals, Known) else None,
    )
    return Holding(unit.show(token.balance), token.token)


def _named(token: TokenBalance) -> str:
    """Return the symbol, with the id where a contract is many tokens (ERC-1155)."""
    symbol = token.symbol.value if isinstance(token.symbol, Known) else ""
    if not token.token_id:
        return symbol
    number = token.token_id if len(token.token_id) <= _LONG_ID else f"{token.token_id[:6]}…{token.token_id[-4:]}"
    return f"{symbol} #{number}".strip()


_LONG_ID = 12


def _evidence(observation: Known[Int] | Unknown) -> tuple[Evidence, ...]:
    return observation.evidence


def vote_parameters(lookup: Lookup) -> tuple[Parameter, ...]:
    """Return shares of voting power for bars: concentration."""
    rows: list[Parameter] = []
    for governor in voting(lookup.snapshot):
        rows.append(_bar("treasury.top_delegate", governor.top_delegate_bps, lookup))
    for token in lookup.snapshot.tokens.items:
        rows.extend(_token(token, lookup))
    return tuple(rows)


def _token(item: Token, lookup: Lookup) -> tuple[Parameter, ...]:
    return (
        _bar("treasury.top_holder", item.top_holder_bps, lookup),
        _bar("treasury.top10_holders", item.top10_holders_bps, lookup),
    )


def _bar(key: str, observation: Known[Int] | Unknown, lookup: Lookup) -> Parameter:
    value = shares(lookup.t, observation)
    width = max(0, min(observation.value, 10000)) if isinstance(observation, Known) else -1
    return parameter(lookup.t(key), value, lookup, width)
