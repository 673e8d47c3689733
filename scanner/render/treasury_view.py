"""Money and votes: balances in whole tokens and shares as bars that begin at zero and end at 100%."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.contracts import Governor, Token
from scanner.model.dao import TokenBalance, TreasuryAccount
from scanner.model.evidence import Evidence
from scanner.model.observation import Known, Unknown
from scanner.model.values import Int
from scanner.render.governance_view import Parameter, parameter, seconds, share
from scanner.render.lookup import Lookup, Unit
from scanner.render.register import Cited
from scanner.render.shown import Shown, as_actor, as_answer, as_number


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
    more: str
    bypass: Shown
    actor: Shown
    keys: Shown
    fastest: Shown
    vote_delay: Shown
    evidence: Cited


def account_views(lookup: Lookup) -> tuple[AccountView, ...]:
    """Return every treasury account."""
    return tuple(_account(item, lookup) for item in lookup.snapshot.treasury.items)


def _account(item: TreasuryAccount, lookup: Lookup) -> AccountView:
    native = lookup.native.show(item.native_balance_wei)
    evidence = (*native.evidence, *(piece for token in item.tokens.items for piece in _evidence(token.balance)))
    return AccountView(
        label=item.label,
        address=item.address,
        holdings=(Holding(native, ""), *(_holding(token) for token in item.tokens.items)),
        more="" if item.tokens.complete else f"There may be more tokens ({item.tokens.reason or 'no reason given'}).",
        bypass=as_answer(item.bypass_vote),
        actor=as_actor(item.bypass_actor_kind),
        keys=as_number(item.bypass_signers),
        fastest=seconds(item.fastest_seconds),
        vote_delay=seconds(item.vote_delay_seconds),
        evidence=lookup.register.cite(evidence),
    )


def _holding(token: TokenBalance) -> Holding:
    unit = Unit(
        token.symbol.value if isinstance(token.symbol, Known) else "",
        token.decimals.value if isinstance(token.decimals, Known) else None,
    )
    return Holding(unit.show(token.balance), token.token)


def _evidence(observation: Known[Int] | Unknown) -> tuple[Evidence, ...]:
    return observation.evidence


def vote_parameters(lookup: Lookup) -> tuple[Parameter, ...]:
    """Return shares of voting power for bars: thresholds, delegation, concentration."""
    rows: list[Parameter] = []
    for governor in lookup.snapshot.governors.items:
        rows.extend(_governor(governor, lookup))
    for token in lookup.snapshot.tokens.items:
        rows.extend(_token(token, lookup))
    return tuple(rows)


def _governor(item: Governor, lookup: Lookup) -> tuple[Parameter, ...]:
    return (
        _bar("Needed to propose", item.proposal_threshold_bps, lookup),
        _bar("Quorum", item.quorum_bps, lookup),
        _bar("Delegated", item.delegated_bps, lookup),
        _bar("Largest delegate", item.top_delegate_bps, lookup),
    )


def _token(item: Token, lookup: Lookup) -> tuple[Parameter, ...]:
    return (
        _bar("Largest holder, treasuries left out", item.top_holder_bps, lookup),
        _bar("Ten largest holders", item.top10_holders_bps, lookup),
    )


def _bar(name: str, observation: Known[Int] | Unknown, lookup: Lookup) -> Parameter:
    value = share(observation)
    width = max(0, min(observation.value, 10000)) if isinstance(observation, Known) else -1
    return parameter(name, value, lookup, width)
