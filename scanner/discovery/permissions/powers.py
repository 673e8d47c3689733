"""Powers over a token by permissions kept elsewhere: an OSx DAO's, or those of the app that controls a MiniMe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.discovery.account import Account, nonzero
from scanner.discovery.battery import MINTER_ROLE, PAUSER_ROLE
from scanner.discovery.control.grants import Grant
from scanner.discovery.permissions import acl, osx

SEIZE = "seize"
"""Stands among roles for the right to take units away, for which AccessControl has no name of its own."""

_OF_CONTROLLER = {MINTER_ROLE: ("MINT", "ISSUE"), SEIZE: ("BURN", "REVOKE_VESTINGS"), PAUSER_ROLE: ()}
"""Roles on a token manager. It stops transfers only when it is set up: later its code would have to be replaced."""


def granted(token: Account, roles: Sequence[str]) -> Iterator[Grant]:
    """Yield who holds, by permissions kept elsewhere, what these roles stand for; conditions included."""
    if token.grants is not None and MINTER_ROLE in roles:
        yield from token.grants.of(osx.MINT)
    found = token.address_of("controller()")
    controller = token.met.get(nonzero(found) or "")
    if controller is None or not any(role in _OF_CONTROLLER for role in roles):
        return
    names = [name for role in roles for name in _OF_CONTROLLER.get(role, ())]
    if controller.grants is None:
        yield Grant(token.address, controller.address, "", "controller()", evidence=found.evidence)
        return
    for grant in controller.grants.of(*(acl.ID[name] for name in names)):
        words = f"{grant.words} of the controller"
        yield replace(grant, where=token.address, words=words, evidence=found.evidence + grant.evidence)
    admin = controller.proxy.admin if controller.proxy is not None else None
    if admin is not None and (upgrader := nonzero(admin)):
        words = "replaces the code of the controller"
        yield Grant(token.address, upgrader, "", words, evidence=found.evidence + admin.evidence)


def doubt(token: Account, roles: Sequence[str]) -> str:
    """Return why there may be others, empty for no reason."""
    for grant in granted(token, roles):
        if grant.condition:
            return f"{grant.who} holds {grant.words} as far as {grant.condition} lets it"
    controller = token.met.get(nonzero(token.address_of("controller()")) or "")
    for one in (token, controller):
        if one is not None and one.grants is not None and not one.grants.complete:
            return one.grants.reason
    return ""


def all_known(token: Account) -> bool:
    """Whether permissions kept elsewhere are all that there is: nobody else can hold what none of them gives."""
    return token.grants is not None and token.grants.complete
