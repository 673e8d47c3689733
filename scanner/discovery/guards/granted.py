"""Guards that ask Aragon's permissions: who passes stands in what the DAO or the access list keeps for the contract."""

from __future__ import annotations

import re

from scanner.chain.abi import topic
from scanner.discovery.account import Account
from scanner.discovery.guards.doors import Held, Named
from scanner.discovery.permissions import acl, osx
from scanner.model.guards import CallerCheck
from scanner.model.values import ZERO_ADDRESS

_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]+\b")
_ANY = "ANY_ADDR"


def named_by_grants(check: CallerCheck, account: Account) -> Named | None:
    """Return who holds the permission that a check asks for; None where it asks for none that is kept elsewhere."""
    grants = account.grants
    permission = _permission(check, account)
    if grants is None or not permission:
        return None
    source = f"permissions kept by {grants.authority}"
    held = [grant for grant in grants.of(permission) if grant.now]
    if check.form == "state":
        anyone = any(grant.who == ZERO_ADDRESS and not grant.condition for grant in held)
        return Named(anyone=anyone, complete=grants.complete, reason=grants.reason, source=source)
    limited = [grant for grant in held if grant.condition]
    reason = grants.reason
    if limited:
        reason = f"{limited[0].who} passes as far as {limited[0].condition} lets it"
    found = {grant.who: Held(grant.who, grant.evidence) for grant in held if grant.who != ZERO_ADDRESS}
    anyone = any(grant.who == ZERO_ADDRESS and not grant.condition for grant in held)
    evidence = tuple(item for grant in held for item in grant.evidence) or grants.evidence
    holders = tuple(found[who] for who in sorted(found))
    return Named(holders, anyone=anyone, complete=not reason, reason=reason, source=source, evidence=evidence)


def _permission(check: CallerCheck, account: Account) -> str:
    """Return the id of the permission that a check names, by its hash or by a constant of the source."""
    known = {grant.permission for grant in account.grants.items} if account.grants else set()
    known |= {*osx.NAMES, *acl.NAMES}
    names = [name for name in _CONSTANT.findall(check.reads) if name != _ANY]
    ids = [*check.arguments, *(topic(one) for name in names for one in (name, name.removesuffix("_ID")))]
    return next((one for one in ids if one in known), "")
