"""What only the whole crawl, or the analysis of code, can say of a proxy: its implementation and who replaces it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scanner.code.interface import CodeResult
from scanner.discovery.account import Account, nonzero
from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, MODULE_PROXY_CREATION, UPGRADER_ROLE
from scanner.discovery.contracts import code_at
from scanner.discovery.control.roles import read_roles
from scanner.discovery.executors.aragon_apps import app_of
from scanner.discovery.families import family_of
from scanner.discovery.forwards import nobody_writes
from scanner.discovery.permissions.osx import upgraders
from scanner.discovery.proxies import BEACON_KINDS
from scanner.discovery.world import World, running_code
from scanner.model.kinds import Guard
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_GUARDED_BY_IMPLEMENTATION = frozenset({"eip1967", "eip1822"})
_KERNEL = "aragon-kernel"
_GUARDED_BY_EITHER = frozenset({"slot", "zeppelinos", "eip897", "eip2535"})


def settle_beacons(world: World) -> None:
    """Give proxies behind a beacon the implementation that the beacon names (EIP-1967)."""
    for account in world.accounts.values():
        proxy = account.proxy
        if proxy is None or proxy.kind not in BEACON_KINDS:
            continue
        beacon = world.get(nonzero(proxy.admin) or "")
        if beacon is not None:
            answer = beacon.address_of("implementation()")
            if isinstance(answer, Known):
                answer = Known(value=answer.value, evidence=proxy.admin.evidence + answer.evidence)
            account.proxy = replace(proxy, implementation=answer)


def settle_factories(world: World) -> None:
    """Say which minimal proxies a module factory in scope made (Zodiac's `ModuleProxyCreation`)."""
    for factory in world.accounts.values():
        for log in factory.events(MODULE_PROXY_CREATION):
            made = world.get("0x" + log.topics[1][-40:]) if len(log.topics) > 1 else None
            if made is None or made.proxy is None or made.proxy.kind != "eip1167":
                continue
            target = made.proxy.implementation
            if isinstance(target, Known) and len(log.topics) > 2 and log.topics[2][-40:] == target.value[2:]:
                words = f"{target.derivation}; made by the module factory {factory.address}"
                named = Known(value=target.value, evidence=(*target.evidence, log), derivation=words)
                made.proxy = replace(made.proxy, implementation=named)


def settle_upgrades(world: World, results: Mapping[str, CodeResult]) -> None:
    """Say who replaces the code of proxies whose pattern leaves that to the implementation, or to their own code."""
    for account in world.accounts.values():
        proxy = account.proxy
        if proxy is not None and proxy.kind in (_KERNEL, "eip897") and _is_kernel(world, account):
            words = "whoever may call setApp of the kernel"
            itself = Known(value=account.address, evidence=account.code.evidence, derivation=words)
            account.proxy = replace(proxy, admin=itself)
        if proxy is None or proxy.kind not in _GUARDED_BY_IMPLEMENTATION | _GUARDED_BY_EITHER:
            continue
        if proxy.kind == "eip2535":
            admin = _cutter(world, account, results)
            account.proxy = replace(proxy, admin=admin, by_guard=_asks_caller(_cut(world, account, results)))
        elif not nonzero(proxy.admin) and isinstance(proxy.admin, Unknown | Known):
            if proxy.kind in _GUARDED_BY_EITHER and isinstance(proxy.admin, Known):
                continue
            granted = upgraders(account)
            guard = _guard(world, account, results)
            if granted and not _open(world, account, results):
                named = Known(value=granted[0].who, evidence=granted[0].evidence, derivation=granted[0].words)
                account.proxy = replace(proxy, admin=named)
            else:
                admin = _by_vote(world, account, guard) or _upgrader(account, guard)
                account.proxy = replace(proxy, admin=admin, by_guard=_asks_caller(guard))


def _by_vote(world: World, account: Account, guard: Known[str] | Unknown) -> Known[str] | None:
    """Return the governor itself where its code is replaced by a passed vote, and by nothing else that is as open."""
    if isinstance(guard, Unknown) or guard.value in (Guard.CALLER, Guard.ABSENT):
        return None
    family = family_of(account, running_code(world, account))
    names = set(guard.derivation.partition(": ")[0].split(", "))
    if family is None or not names <= family.commits:
        return None
    derivation = f"a passed vote replaces its code: {', '.join(sorted(names))}"
    return Known(value=account.address, evidence=guard.evidence, derivation=derivation)


def _is_kernel(world: World, account: Account) -> bool:
    app = app_of(account, running_code(world, account))
    return app is not None and app.name == _KERNEL


def _open(world: World, account: Account, results: Mapping[str, CodeResult]) -> bool:
    """Whether some upgrade function asks for nothing of its caller, and not even of state that could ask."""
    return any(
        function.guard == Guard.NONE and not function.guarded_by
        for function in code_at(world, results, account.address).functions.items
        if function.signature.startswith("upgradeTo")
    )


def _guard(world: World, account: Account, results: Mapping[str, CodeResult]) -> Known[str] | Unknown:
    """The guard of the upgrade: in the proxy's own code where that writes storage, else in the implementation's.

    Unknown where no function was found and something could write the slot all the same.
    """
    assert account.proxy is not None
    behind_it = code_at(world, results, account.address).upgrade_guard
    if nobody_writes(account):
        if account.proxy.kind in _GUARDED_BY_IMPLEMENTATION or not _is_absent(behind_it):
            return behind_it
        return _not_found(account, "the implementation may write the slot, and no function that does was found")
    own = results[account.address].facts.upgrade_guard if account.address in results else behind_it
    if not _is_absent(own):
        return own
    if not _is_absent(behind_it):
        return behind_it
    return _not_found(account, "the proxy's own code writes storage, and the function that replaces code was not found")


def _is_absent(guard: Known[str] | Unknown) -> bool:
    return isinstance(guard, Known) and guard.value == Guard.ABSENT


def _asks_caller(guard: Known[str] | Unknown) -> bool:
    return isinstance(guard, Known) and guard.value == Guard.CALLER


def _cut(world: World, account: Account, results: Mapping[str, CodeResult]) -> Known[str] | Unknown:
    return code_at(world, results, account.address).upgrade_guard


def _not_found(account: Account, detail: str) -> Unknown:
    return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=account.code.evidence)


def _cutter(world: World, account: Account, results: Mapping[str, CodeResult]) -> Known[str] | Unknown:
    """Who cuts a diamond: its owner (ERC-173), unless the code of the cut is known to ask for nobody."""
    assert account.proxy is not None
    guard = _cut(world, account, results)
    if isinstance(guard, Known) and guard.value not in (Guard.CALLER, Guard.ABSENT):
        return _upgrader(account, guard)
    if account.proxy.doubt and nonzero(account.proxy.admin) is None:
        return Unknown(
            reason=Reason.UNRESOLVED, detail=account.proxy.doubt, evidence=account.proxy.implementation.evidence
        )
    return account.proxy.admin


def _upgrader(account: Account, guard: Known[str] | Unknown) -> Known[str] | Unknown:
    if isinstance(guard, Unknown):
        return Unknown(reason=guard.reason, detail=f"who may upgrade: {guard.detail}", evidence=guard.evidence)
    if guard.value == Guard.ABSENT:
        return Known(
            value=ZERO_ADDRESS, evidence=guard.evidence, derivation="the implementation has no upgrade function"
        )
    if guard.value == Guard.CALLER:
        book = read_roles(account)
        if doubts := book.doubts(UPGRADER_ROLE, DEFAULT_ADMIN_ROLE):
            return Unknown(
                reason=Reason.UNRESOLVED, detail=f"who may upgrade: {book.reason}", evidence=doubts[0].evidence
            )
        for member in book.holders(UPGRADER_ROLE, DEFAULT_ADMIN_ROLE):
            return Known(
                value=member.address, evidence=guard.evidence + member.evidence, derivation="holder of the role"
            )
        owner = account.address_of("owner()", "admin()", "timelock()")
        if isinstance(owner, Known):
            return owner
        return Unknown(
            reason=Reason.UNRESOLVED, detail="the caller that may upgrade could not be named", evidence=guard.evidence
        )
    return Unknown(
        reason=Reason.UNRESOLVED, detail=f"the upgrade is guarded by: {guard.value}", evidence=guard.evidence
    )
