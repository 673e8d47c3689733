"""Ways from an actor to an address: how long, by whom, good for what; and which of several is the easiest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scanner.discovery.guards.doors import Held
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Unknown

_WEAKEST_FIRST = (
    ActorKind.ANYONE,
    ActorKind.EOA,
    ActorKind.MULTISIG,
    ActorKind.UNRESOLVED,
    ActorKind.SHARE_VOTE,
    ActorKind.NFT_VOTE,
    ActorKind.TOKEN_VOTE,
    ActorKind.NOBODY,
)


ALONE = (ActorKind.ANYONE, ActorKind.EOA)
"""Those who need nobody else; no unknown actor could be weaker."""


@dataclass(frozen=True)
class Path:
    """One way from an actor to the address that was asked about."""

    actor: str
    kind: ActorKind
    label: str
    steps: tuple[str, ...]
    delay: Known[int] | Unknown
    signers: Known[int] | Unknown
    evidence: tuple[Evidence, ...]
    only: frozenset[Capability] = frozenset()
    """What it is good for, where it is not good for everything."""

    def good_for(self, capability: Capability) -> bool:
        """Whether the actor can do this by it."""
        return not self.only or capability in self.only


def zero_delay(evidence: tuple[Evidence, ...]) -> Known[int]:
    """Return the delay of a step that waits for nothing."""
    return Known(value=0, evidence=evidence, derivation="no delay on this step")


def wait_of(held: Held) -> Known[int]:
    """Return what the guard itself makes a holder wait, in seconds."""
    if not held.delay:
        return zero_delay(held.evidence)
    return Known(value=held.delay, evidence=held.evidence, derivation="the guard's own delay")


def add_delays(first: Known[int] | Unknown, second: Known[int] | Unknown) -> Known[int] | Unknown:
    """Return the sum of two delays, in seconds; unknown when either is."""
    if isinstance(first, Unknown):
        return first
    if isinstance(second, Unknown):
        return second
    if not second.value:
        return first
    return Known(
        value=first.value + second.value, evidence=first.evidence + second.evidence, derivation="delays added up"
    )


def weakest(kinds: Iterable[ActorKind]) -> ActorKind:
    """Return the kind that is easiest to act through; nobody when there is none."""
    found = set(kinds)
    return next((kind for kind in _WEAKEST_FIRST if kind in found), ActorKind.NOBODY)


_LAST_NUMBERED = 0xFFFF
"""Precompiled contracts and burn addresses such as 0x…dead lie below: whoever had a key of one could not be told."""


def is_nobodys(address: str) -> bool:
    """Whether an address is a small number, of which nobody has a key."""
    return int(address, 16) <= _LAST_NUMBERED


def short(address: str) -> str:
    """Return an address by its beginning and end."""
    return f"{address[:8]}…{address[-4:]}"


def limited(path: Path, limits: str) -> Path:
    """Return the path of somebody whose right may not go all the way: what it comes to is not resolved."""
    return replace(path, kind=ActorKind.UNRESOLVED, label=f"{path.label} ({limits})")
