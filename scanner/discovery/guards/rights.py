"""Who holds a power over a contract: by the guards of the functions that carry it, never by the name of a role.

A role by whatever name, a list, a private variable: what the code compares its caller with says who passes. Whoever
appoints those holders counts as one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scanner.discovery.account import Account, ProxyMatch
from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, ROLE_ADMIN_CHANGED
from scanner.discovery.control.roles import HAS_ROLE, read_roles
from scanner.discovery.guards.calls import CONTRADICTED, PASSED, REFUSED, Verdict
from scanner.discovery.guards.doors import INITIALIZER, Door, Held, Named
from scanner.discovery.guards.managers import manager_members, role_giver, role_holders
from scanner.discovery.guards.trials import Guards
from scanner.discovery.world import World
from scanner.model.code import FunctionFact
from scanner.model.evidence import Evidence
from scanner.model.observation import Known
from scanner.model.values import ZERO_ADDRESS

UPGRADE = "upgrade"
DELAY = "delay"
"""The power to say how long a contract holds calls back."""

_SETS_DELAY = ("setDelay(uint256)", "updateDelay(uint256)", "setMinDelay(uint256)", "changeDelay(uint256)")
CAN_CALL = "canCall(address,address,bytes4)"
ANSWERS = "answers "
"""How the power over what is answered to a question begins; the question follows."""

_NOT_ASKED = Verdict("not-asked", "")


@dataclass(frozen=True)
class Right:
    """Who holds one power over one contract. Not complete, for `reason`: there may be others."""

    holders: tuple[Held, ...] = ()
    anyone: bool = False
    complete: bool = True
    reason: str = ""
    checked: bool = True
    """Whether calls in the holders' and in others' names bear it out."""

    words: str = ""
    """What is read to tell who passes."""

    evidence: tuple[Evidence, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether this is all that there is to know: nobody else passes."""
        return self.complete and self.checked


def rights_of(guards: Guards, world: World) -> dict[str, dict[str, Right]]:
    """Return, by contract and power, who holds it now; only for functions that compare their caller with something."""
    found: dict[str, dict[str, list[Right]]] = {}
    for door in guards.doors:
        if door.fact is None:
            continue
        answers = tuple(f"{ANSWERS}{question}" for question in door.fact.settles)
        for power in (*door.fact.powers, *door.fact.appoints, *answers):
            if (right := _right(door, guards, world, direct=power not in door.fact.appoints)) is not None:
                found.setdefault(door.account, {}).setdefault(power, []).append(right)
        if door.signature in _SETS_DELAY and (right := _right(door, guards, world, direct=True)) is not None:
            found.setdefault(door.account, {}).setdefault(DELAY, []).append(right)
        for power in door.fact.opens:
            if (right := _opened(door, door.fact, guards, world)) is not None:
                found.setdefault(door.account, {}).setdefault(power, []).append(right)
    made = {address: {power: _together(parts) for power, parts in powers.items()} for address, powers in found.items()}
    for door in guards.doors:
        for power in (*door.fact.powers, *door.fact.appoints) if door.fact is not None else ():
            for answering in _answering(door, world, made):
                made[door.account][power] = _together((made[door.account][power], answering))
    return made


def _answering(door: Door, world: World, rights: Mapping[str, Mapping[str, Right]]) -> Iterator[Right]:
    """Yield who decides, at another contract, what that answers about the function's caller."""
    for check in door.checks:
        target = world.accounts[door.account].address_of(check.target) if check.form == "asked" else None
        if isinstance(target, Known) and target.value != door.account:
            answering = rights.get(target.value, {}).get(f"{ANSWERS}{check.getter}")
            if answering is not None:
                yield answering


def right_of(door: Door, guards: Guards, world: World) -> Right | None:
    """Return who passes one function; None where it appoints by an argument (`grantRole`), which roles tell of."""
    return _right(door, guards, world, direct=True)


def _right(door: Door, guards: Guards, world: World, *, direct: bool) -> Right | None:
    """Return who passes one function; None where it appoints by an argument (`grantRole`), which roles tell of."""
    if not door.standing:
        if not direct and any(check.form == "argument" for check in door.checks):
            return None
        return Right(complete=False, reason=f"{door.signature}: what it asks of its caller does not stand in the state")
    named = guards.named.get(door, Named(complete=False, reason="its guard was not read"))
    verdict = guards.verdicts.get(door, _NOT_ASKED)
    held = {one.address: one for one in named.holders}
    held.update({one: held.get(one, Held(one, named.evidence)) for one in verdict.found})
    admins, reason = _appointers(door, world.accounts[door.account])
    givers, doubt = _givers(door, world.accounts[door.account])
    for one in (*admins, *givers):
        held.setdefault(one.address, one)
    reasons = [reason, doubt, "" if named.complete else named.reason]
    if verdict.result == CONTRADICTED:
        reasons.append(verdict.detail)
    return Right(
        holders=tuple(held[address] for address in sorted(held) if address != ZERO_ADDRESS),
        anyone=named.anyone or (verdict.open and verdict.result == PASSED),
        complete=not any(reasons),
        reason=next((one for one in reasons if one), ""),
        checked=verdict.result in (PASSED, REFUSED),
        words=named.source,
        evidence=named.evidence,
    )


def _opened(door: Door, fact: FunctionFact, guards: Guards, world: World) -> Right | None:
    """Return who passes a function that asks nothing about its caller; None for an initializer that has run.

    That anyone does is said where a stranger's call succeeds: what else may stop it is not known.
    """
    if door.standing:  # everybody passes while the state is as it has to be
        return _right(door, guards, world, direct=True)
    asked = next((trial.stranger for trial in guards.trials if trial.door == door), None)
    words = f"{door.signature} asks nothing about its caller"
    if guards.verdicts.get(door, _NOT_ASKED).open and asked is not None:
        return Right(anyone=True, words=words, evidence=(*fact.evidence, *asked.evidence))
    if fact.guarded_by == INITIALIZER and asked is not None and asked.read and not asked.passed:
        return None
    reason = f"{door.signature} asks nothing about its caller, and whether a stranger's call succeeds is not known"
    return Right(complete=False, reason=reason, checked=False, evidence=fact.evidence)


def _appointers(door: Door, account: Account) -> tuple[list[Held], str]:
    """Return who can give the roles that a function asks for to anybody (AccessControl), and why there may be others.

    A log that another role gives them is believed: it adds holders, and takes none away.
    """
    book, found = read_roles(account), dict[str, Held]()
    roles = [one.arguments[0] for one in door.checks if one.getter == HAS_ROLE and one.arguments[0].startswith("0x")]
    doubtful: list[str] = []
    for role in _with_admins(roles, account):
        doubtful += [book.reason for _ in book.doubts(role)]
        for member in book.holders(role):
            found.setdefault(member.address, Held(member.address, member.evidence))
    return list(found.values()), next(iter(doubtful), "")


def _givers(door: Door, account: Account) -> tuple[list[Held], str]:
    """Return who can give the role that a manager asks for to anybody, and why there may be others."""
    found, reason = list[Held](), ""
    for check in door.checks:
        named = account.address_of(check.target) if check.getter == CAN_CALL and check.target else None
        manager = account.met.get(named.value) if isinstance(named, Known) else None
        if manager is None or not manager_members(manager):
            continue
        for role in role_giver(manager, door.account, door.selector):
            held, doubt = role_holders(manager, role)
            found += held
            reason = reason or doubt
    return found, reason


def _with_admins(roles: Iterable[str], account: Account) -> tuple[str, ...]:
    """Return the roles that give these roles, those that give these, and so on."""
    told: dict[str, list[str]] = {}
    for log in account.events(ROLE_ADMIN_CHANGED):
        if len(log.topics) == 4:
            told.setdefault(log.topics[1], []).append(log.topics[3])
    found: dict[str, None] = {}
    waiting = list(roles)
    while waiting:
        for admin in (DEFAULT_ADMIN_ROLE, *told.get(waiting.pop(), ())):
            if admin not in found:
                found[admin] = None
                waiting.append(admin)
    return tuple(found)


def _together(parts: Iterable[Right]) -> Right:
    """Return the rights of several functions as one: whoever passes one of them has the power."""
    rights = list(parts)
    slowest_first = sorted((one for right in rights for one in right.holders), key=lambda one: -one.delay)
    held = {one.address: one for one in slowest_first}
    return Right(
        holders=tuple(held[address] for address in sorted(held)),
        anyone=any(right.anyone for right in rights),
        complete=all(right.complete for right in rights),
        reason=next((right.reason for right in rights if right.reason), ""),
        checked=all(right.checked for right in rights),
        words=" or ".join(dict.fromkeys(right.words for right in rights if right.words)),
        evidence=tuple(dict.fromkeys(item for right in rights for item in right.evidence)),
    )


def merged(powers: Mapping[str, Right], *names: str) -> Right | None:
    """Return who holds one of several powers; None where no function of theirs is known."""
    found = [powers[name] for name in names if name in powers]
    return _together(found) if found else None


def settle_proxies(world: World, guards: Guards) -> None:
    """Name who replaces a proxy's code where its own guard, and no slot of a standard, decides that."""
    for address, powers in rights_of(guards, world).items():
        proxy = world.accounts[address].proxy
        right = powers.get(UPGRADE)
        if proxy is not None and proxy.by_guard and right is not None and not right.anyone:
            world.accounts[address].proxy = _settled(world, proxy, right)


def _settled(world: World, proxy: ProxyMatch, right: Right) -> ProxyMatch:
    ordered = sorted(right.holders, key=lambda one: (not _is_key(world, one.address), one.address))
    words = f"replacing its code is guarded by {right.words}"
    named = [Known(value=one.address, evidence=one.evidence or right.evidence, derivation=words) for one in ordered]
    if right.complete:
        nobody = Known(value=ZERO_ADDRESS, evidence=right.evidence, derivation=f"{words}: nobody")
        admin, *others = named or [nobody]
        return replace(proxy, admin=admin, others=tuple(others))
    # Not all were found: whoever was counts, beside whom the contract's views name.
    known = [*named, *([proxy.admin] if isinstance(proxy.admin, Known) and proxy.admin.value != ZERO_ADDRESS else [])]
    once = {one.value: one for one in reversed(known)}
    kept = [one for one in known if once.get(one.value) is one]
    return replace(proxy, admin=kept[0], others=tuple(kept[1:])) if kept else proxy


def _is_key(world: World, address: str) -> bool:
    account = world.get(address)
    return account is not None and account.is_eoa
