"""Proxies of no standard, told by what their code does: a constant, a slot, or another contract's answer is the target.

What the code does with a call is what it is: a standard's slot that the code does not read decides nothing.
"""

from __future__ import annotations

from scanner.code.bytecode.forwarding import IMPLEMENTATION_SELECTOR, Target
from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.forwards import address_in, left_to_code, nobody, nobody_writes, proof, way
from scanner.model.observation import Reason, Unknown


def detect(account: Account) -> ProxyMatch | None:
    """Match code that hands a call with an unknown selector to another address's code; None where it hands on none."""
    target = way(account).target
    if target is None:
        return None
    found = address_in(account, target)
    if target.kind == "constant" and nonzero(found):
        return ProxyMatch("fixed", found, nobody(account, "the target is part of the code"))
    if target.kind == "slot":
        if nobody_writes(account) and nonzero(found):
            # Only the implementation could write it: whether it does is for its own upgrade function to say.
            return ProxyMatch("slot", found, left_to_code("the proxy's own code never writes the slot"))
        return ProxyMatch("slot", found, left_to_code("a slot that the proxy's own code can write"))
    if target.kind == "answer" and target.value == IMPLEMENTATION_SELECTOR and target.asked is not None:
        beacon = address_in(account, target.asked)
        unread = Unknown(reason=Reason.NOT_READ, detail="named by the beacon", evidence=beacon.evidence)
        return ProxyMatch("beacon", unread, beacon)
    return unresolved(account, target, _WHY.get(target.kind, _WHY["unknown"]))


def unresolved(account: Account, target: Target | None, why: str) -> ProxyMatch:
    """Return a proxy whose target could not be told, with the place in the code."""
    unknown = Unknown(reason=Reason.UNRESOLVED, detail=why, evidence=proof(account, target))
    return ProxyMatch("unresolved", unknown, unknown, doubt=why)


_WHY = {
    "constant": "the code hands calls to an address that is no contract",
    "answer": "another contract's answer to an unknown question names the target",
    "selector": "the target goes by the selector, and no list of facets could be read",
    "unknown": "the code hands calls on in a way no known proxy pattern explains",
}
