"""The largest holders of a token: contracts by what they are, people as one row."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.contracts import Token
from scanner.model.holders import HolderBasis, HolderKind, TopHolder
from scanner.model.observation import Known, Unknown
from scanner.render.governance_view import shares
from scanner.render.lookup import Lookup
from scanner.render.register import Cited
from scanner.render.shown import Shown, unknown, value_of
from scanner.render.words import by_value


@dataclass(frozen=True)
class HolderRow:
    """One contract, or all accounts without code together (then without an address)."""

    what: Shown
    name: str
    address: str
    share: Shown
    evidence: Cited


@dataclass(frozen=True)
class HoldersView:
    """The ten largest holders of one token."""

    token: str
    rows: tuple[HolderRow, ...]
    more: str


def holders_views(lookup: Lookup) -> tuple[HoldersView, ...]:
    """Return the tokens that contracts are among the largest holders of; nothing where there are none."""
    return tuple(_token(item, lookup) for item in lookup.snapshot.tokens.items if item.top_holders.items)


def _token(item: Token, lookup: Lookup) -> HoldersView:
    t = lookup.t
    rows = [_row(holder, lookup) for holder in item.top_holders.items]
    people = value_of(item.top_accounts)
    if people:
        cited = lookup.register.cite(item.top_accounts.evidence)
        what = Shown(t("holders.accounts", n=people))
        rows.append(HolderRow(what, "", "", shares(t, item.top_accounts_bps), cited))
    more = "" if item.top_holders.complete else t("holders.more", reason=item.top_holders.reason)
    return HoldersView(lookup.units[item.address].symbol or lookup.label(item.address), tuple(rows), more)


def _row(holder: TopHolder, lookup: Lookup) -> HolderRow:
    # The supply that shares are counted of is cited once, where the token's own shares stand.
    evidence = (*holder.evidence, *(piece for piece in holder.units.evidence if piece not in holder.evidence))
    cited = lookup.register.cite(evidence)
    return HolderRow(_what(holder, lookup), _name(holder), holder.address, shares(lookup.t, holder.share_bps), cited)


def _what(holder: TopHolder, lookup: Lookup) -> Shown:
    t = lookup.t
    if isinstance(holder.kind, Unknown):
        if not holder.claims:
            return unknown(t, holder.kind)
        claimed = by_value(t, HolderKind, holder.claims)
        return Shown(t("holders.claims", kind=claimed), known=False, evidence=holder.kind.evidence)
    kind = holder.label if holder.kind.value == HolderKind.SAFE else by_value(t, HolderKind, holder.kind.value)
    if holder.treasury and holder.kind.value != HolderKind.TREASURY:
        kind = t("holders.treasury", kind=kind)
    if _basis(holder) == HolderBasis.ANSWERS:
        kind = t("holders.answers", kind=kind)
    return Shown(kind, evidence=holder.kind.evidence)


def _name(holder: TopHolder) -> str:
    """Return what it is called, where that says more than its kind and its address do."""
    named = holder.in_scope and isinstance(holder.kind, Unknown)
    return holder.label if named or _basis(holder) == HolderBasis.LIST else ""


def _basis(holder: TopHolder) -> str:
    return holder.basis.value if isinstance(holder.basis, Known) else HolderBasis.NONE.value
