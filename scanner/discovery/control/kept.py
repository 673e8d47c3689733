"""Functions of a governor that its code keeps for some callers, beside those that every governor of its family has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.discovery.account import Account, nonzero
from scanner.discovery.control.holders import ALONE, Path, Resolver
from scanner.discovery.families.interface import UNKNOWN
from scanner.discovery.guards.keeping import Kept
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_PROPOSES = re.compile(r"^_?propose")
_LISTS = re.compile(r"^_?setWhitelistAccountExpiration\b")
"""Compound's list of who may propose without votes."""

_STOPS = re.compile(r"^_?(cancel|veto|abort|reject|withdrawProposal)", re.IGNORECASE)
_VOTES = re.compile(r"^_?(cast_?)?(vote|assent|approve|confirm|support|endorse|second|sign)", re.IGNORECASE)
_NAMED = 3
"""Functions that are named in words; of more, how many there are."""


@dataclass(frozen=True)
class KeptWay:
    """What somebody may do by functions that are kept for them."""

    capability: Capability
    paths: tuple[Path, ...]
    words: str


def kept_ways(resolver: Resolver, account: Account) -> Iterator[KeptWay]:
    """Yield who may call what a governor of a plain family keeps for callers other than its vote, guardian and admin.

    Whom nobody could name is unresolved: the vote may not be alone.
    """
    family = resolver.parts.governors[account.address]
    if not family.plain:
        return
    vote = {ZERO_ADDRESS, account.address, family.executor(account), nonzero(family.timelock(account))}
    told = {nonzero(family.admin(account)), nonzero(family.guardian(account))}
    for kept in resolver.kept.get(account.address, ()):
        words, capability = f"functions kept for some callers: {_names(kept)}", _capability(resolver, account, kept)
        known = vote if capability is Capability.MOVE_FUNDS else vote | told
        alone = False
        for held in kept.right.holders:
            paths = resolver.paths(held.address)
            alone = alone or any(path.kind in ALONE for path in paths)
            if held.address not in known:
                yield KeptWay(capability, paths, words)
        if not kept.right.complete and not alone:
            yield KeptWay(capability, (_unresolved(resolver, account, kept),), words)


def _capability(resolver: Resolver, account: Account, kept: Kept) -> Capability:
    """Return what the functions allow: to propose or to stop, where all of them do that by name; else to set rules.

    In a home-made governor the vote itself may be kept for some, by any name.
    """
    if kept.pays and account.address in resolver.parts.treasuries:
        return Capability.MOVE_FUNDS
    for pattern, capability in (
        (_PROPOSES, Capability.PROPOSE),
        (_LISTS, Capability.PROPOSE),
        (_STOPS, Capability.VETO),
    ):
        if all(pattern.match(one) for one in kept.functions):
            return capability
    home_made = resolver.parts.governors[account.address].name == UNKNOWN
    if home_made and all(_VOTES.match(one) or _PROPOSES.match(one) for one in kept.functions):
        return Capability.LIMITED
    return Capability.SET_PARAMETERS


def _unresolved(resolver: Resolver, account: Account, kept: Kept) -> Path:
    evidence = kept.right.evidence or account.code.evidence
    detail = f"{_names(kept)}: {kept.right.reason}"
    unknown = Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
    else_ = " else" if kept.right.holders else ""
    label = f"unresolved: who{else_} may call {_names(kept)} of {resolver.label(account.address)}"
    return Path(account.address, ActorKind.UNRESOLVED, label, (detail,), unknown, unknown, evidence)


def _names(kept: Kept) -> str:
    shown = ", ".join(kept.functions[:_NAMED])
    return shown if len(kept.functions) <= _NAMED else f"{shown} and {len(kept.functions) - _NAMED} more"
