"""Holders that no view names and that discovery needs all the same: who is behind a contract, who replaces its code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.discovery.guards.calls import REFUSED, Verdict
from scanner.discovery.guards.doors import Door
from scanner.discovery.guards.trials import Guards
from scanner.discovery.world import World
from scanner.model.evidence import Evidence
from scanner.model.guards import CallerCheck
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_UPGRADES = ("upgradeTo(", "upgradeToAndCall(", "setImplementation(", "_setImplementation(", "diamondCut(")


@dataclass(frozen=True)
class Office:
    """Somebody whom a contract's guards let pass, and by what."""

    words: str
    address: str
    evidence: tuple[Evidence, ...]
    delay: int = 0
    """What the guard itself makes them wait, in seconds."""

    limits: str = ""
    """Why it is not known what it is good for, where it is not."""


def offices_of(guards: Guards) -> dict[str, tuple[Office, ...]]:
    """Return, by contract, the holders whom only a slot, another contract or an authority names."""
    found: dict[str, dict[tuple[str, str], Office]] = {}
    for door, named in guards.named.items():
        hidden = any(
            (check.form == "is" and (not check.getter or check.target)) or check.form == "asked"
            for check in door.checks
        )
        for held in named.holders if hidden else ():
            if held.address != door.account:
                office = Office(named.source, held.address, held.evidence or named.evidence, held.delay)
                known = found.setdefault(door.account, {}).setdefault((held.address, named.source), office)
                if held.delay < known.delay:
                    found[door.account][held.address, named.source] = office
    for door in guards.doors:
        if door.fact is None:
            for office in _outside(door, guards.verdicts.get(door)):
                found.setdefault(door.account, {}).setdefault((office.address, office.limits), office)
    return {address: tuple(offices[key] for key in sorted(offices)) for address, offices in sorted(found.items())}


def _outside(door: Door, verdict: Verdict | None) -> Iterator[Office]:
    """Yield whom calls showed to pass a function without source; the zero address for it where nobody can be named."""
    passing = tuple(one for one in (verdict.found if verdict else ()) if one not in (door.account, ZERO_ADDRESS))
    words = f"function {door.selector}"
    for one in passing or (() if verdict is not None and verdict.result == REFUSED else (ZERO_ADDRESS,)):
        yield Office(words, one, (), limits=f"what {door.selector} does is not known without its source")


def untold(offices: Iterable[Office], followed: Collection[str]) -> str:
    """Say why there may be ways that nobody can tell: functions without source that others than `followed` pass."""
    other = next((one for one in offices if one.limits and one.address not in followed), None)
    return f"without its source it is not known what {other.words} does" if other is not None else ""


def _hidden(check: CallerCheck) -> bool:
    return check.form == "asked" or (check.form == "is" and (not check.getter or bool(check.target)))


def settle_upgraders(world: World, guards: Guards) -> None:
    """Name who replaces a proxy's code where its upgrade function's guard says so and no view does."""
    for door, named in guards.named.items():
        account = world.accounts[door.account]
        proxy = account.proxy
        if proxy is None or not isinstance(proxy.admin, Unknown) or proxy.admin.reason is not Reason.UNRESOLVED:
            continue
        if not door.signature.startswith(_UPGRADES) or named.anyone or not named.complete:
            continue
        holder = named.holders[0].address if named.holders else ZERO_ADDRESS
        words = f"{door.signature} is guarded by {named.source}"
        account.proxy = replace(proxy, admin=Known(value=holder, evidence=named.evidence, derivation=words))
