"""What strategies and validations of Snapshot stand for: whose votes they count, and whom they let through.

Names are those of snapshot-labs/snapshot-strategies. A name says what its code did when it was looked at; a strategy
that asks a server or an arbitrary contract counts whatever that answers, and so does one that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scanner.model.kinds import MembershipKind

STRATEGIES: tuple[tuple[str, MembershipKind], ...] = (
    (r"ticket|eth-with-balance", MembershipKind.OPEN_FREE),
    (r"whitelist.*", MembershipKind.ALLOWLIST),
    (
        r"passport-gated|passport-weighted|proof-of-humanity|brightid.*|sybil-protection|poh.*",
        MembershipKind.OPEN_PROOF,
    ),
    (r"hats-protocol.*", MembershipKind.ALLOWLIST),
    (r"eth-balance|erc20-.*|erc721.*|erc1155.*|erc4626.*|holds-tokens", MembershipKind.OPEN_MARKET),
    (r"staked-.*|uni|uniswap.*|sushiswap.*|balancer.*|comp-like-votes", MembershipKind.OPEN_MARKET),
)
"""Names of strategies and the class that each stands for; others, such as `api` and `contract-call`: undetermined."""

NESTED = frozenset({"delegation", "delegation-with-cap", "delegation-with-overrides", "multichain"})
"""They count by strategies that stand in their parameters: votes that are handed on, or of several chains.

Not so `split-delegation`: a server says there who has handed on how much.
"""

PROOFS = frozenset({"passport-gated", "passport-weighted", "passport"})
"""Vote validations that ask for a proof of personhood."""

PER_ACCOUNT = re.compile(r".*(quadratic|-cv|sqrt).*")
"""Strategies by which the same units count for more when they are spread over more accounts."""

WEAKEST_FIRST = (
    MembershipKind.OPEN_FREE,
    MembershipKind.UNDETERMINED,
    MembershipKind.OPEN_MARKET,
    MembershipKind.OPEN_PROOF,
    MembershipKind.ALLOWLIST,
)
"""A way that is not known may be any but the weakest."""

_DEEPEST, _MOST = 4, 100
_OF_CLASS = {
    MembershipKind.OPEN_FREE: "none",
    MembershipKind.OPEN_MARKET: "tokens",
    MembershipKind.OPEN_PROOF: "proof",
    MembershipKind.ALLOWLIST: "list",
}

Sells = Callable[[Mapping[str, Any]], bool]
"""Whether the units that a strategy counts may be had on a market, as far as the scan knows."""


def class_of(strategy: str) -> MembershipKind:
    """Return the membership class that a strategy stands for by its name alone."""
    return next((kind for name, kind in STRATEGIES if re.fullmatch(name, strategy)), MembershipKind.UNDETERMINED)


def weakest(kinds: Iterable[MembershipKind]) -> MembershipKind:
    """Return the class of the weakest way; undetermined without any."""
    found = set(kinds)
    return next((kind for kind in WEAKEST_FIRST if kind in found), MembershipKind.UNDETERMINED)


def class_in(item: Any, sells: Sells, depth: int = 0) -> MembershipKind:
    """Return the class of a strategy with its parameters, those of the strategies inside it for some."""
    name = item.get("name") if isinstance(item, dict) else None
    if not isinstance(name, str):
        return MembershipKind.UNDETERMINED
    if name in NESTED:
        return class_of_all(params_of(item).get("strategies"), sells, depth + 1)
    kind = class_of(name)
    return MembershipKind.UNDETERMINED if kind is MembershipKind.OPEN_MARKET and not sells(item) else kind


def class_of_all(items: Any, sells: Sells, depth: int = 0) -> MembershipKind:
    """Return the class of strategies of which any gives votes; undetermined where there are none, or too many."""
    if not isinstance(items, list) or depth > _DEEPEST or len(items) > _MOST:
        return MembershipKind.UNDETERMINED
    return weakest(class_in(one, sells, depth) for one in items)


def params_of(item: Any) -> Mapping[str, Any]:
    """Return the parameters of a strategy or validation; nothing where they are no object."""
    found = item.get("params") if isinstance(item, dict) else None
    return found if isinstance(found, dict) else {}


def gate_of(validation: Any, sells: Sells) -> str:
    """Return whom a vote validation lets through: none (it lets everybody), tokens, proof, list or unknown."""
    if validation is None:
        return "none"
    name = validation.get("name") if isinstance(validation, dict) else None
    if name == "any":
        return "none"
    if name == "basic":
        params = params_of(validation)
        least = params.get("minScore")
        if not least:
            return "none"
        return _OF_CLASS.get(class_of_all(params.get("strategies"), sells), "unknown")
    return "proof" if isinstance(name, str) and name in PROOFS else "unknown"


def gated(kind: MembershipKind, gate: str) -> MembershipKind:
    """Return the class of strategies of class `kind` behind a gate, which only ever keeps voters out."""
    if gate == "unknown" and kind is not MembershipKind.ALLOWLIST:
        return MembershipKind.UNDETERMINED
    if gate == "list" and kind is not MembershipKind.UNDETERMINED:
        return MembershipKind.ALLOWLIST
    if kind is MembershipKind.OPEN_FREE:
        return {"proof": MembershipKind.OPEN_PROOF, "tokens": MembershipKind.OPEN_MARKET}.get(gate, kind)
    return kind


def held_back(kind: MembershipKind, gate: str, names: Iterable[str]) -> str:
    """Return what keeps one person from voting as many: none, tokens, proof, list; unknown where that is not told.

    `kind` is the class behind the gate, `names` are those of the strategies.
    """
    if gate in ("proof", "list"):
        return gate
    if kind is MembershipKind.OPEN_MARKET and any(PER_ACCOUNT.fullmatch(name) for name in names):
        return "none"
    return _OF_CLASS.get(kind, "unknown")
