"""How many keys a Safe really takes, where its owners are Safes themselves."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from scanner.discovery.account import Account
from scanner.discovery.parts import threshold_of
from scanner.model.observation import Known

_MAX_OWNERS = 12
"""Above this the choices are too many to go through, and every owner counts for itself."""


def least_keys(accounts: Mapping[str, Account], safe: str, safes: frozenset[str]) -> frozenset[str] | None:
    """Return the fewest accounts that can make a Safe act, owners that are `safes` replaced by who makes these act.

    None where owners or threshold are not known. An owner that is neither key nor Safe counts for itself.
    """
    return _least(accounts, safe, safes, frozenset({safe}))


def _least(
    accounts: Mapping[str, Account], safe: str, safes: frozenset[str], above: frozenset[str]
) -> frozenset[str] | None:
    account = accounts[safe]
    owners, threshold = account.ask("getOwners()"), threshold_of(account)
    if not isinstance(owners, Known) or not isinstance(threshold, Known):
        return None
    needed: list[frozenset[str]] = []
    for owner in sorted({str(one).lower() for one in owners.value}):
        inner = _least(accounts, owner, safes, above | {owner}) if owner in safes and owner not in above else None
        needed.append(inner or frozenset({owner}))
    if len(needed) > _MAX_OWNERS:
        return None
    ways = (frozenset[str]().union(*chosen) for chosen in combinations(needed, int(threshold.value)))
    return min(ways, key=lambda one: (len(one), sorted(one)), default=None)
