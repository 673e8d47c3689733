"""Which addresses a contract leads to, and by which fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.chain.abi import selector
from scanner.discovery.account import Account, nonzero
from scanner.discovery.anonymity.groups import group_admin, group_ids
from scanner.discovery.asking import has_selector
from scanner.discovery.battery import SAFE_FALLBACK_HANDLER, SAFE_GUARD, SAFE_MODULE_GUARD, SENTINEL
from scanner.discovery.control.crossing import crossing_getters
from scanner.discovery.control.roles import HAS_ROLE, read_roles, role_claims, role_name, role_question
from scanner.discovery.executors import EXECUTORS, executor_family_of
from scanner.discovery.families import FAMILIES, family_of
from scanner.discovery.families.told import created_proposals
from scanner.discovery.guards.managers import manager_members, manager_questions
from scanner.discovery.membership.frameworks import membership_getters, shamans
from scanner.discovery.oracle_modules import oracle_getters
from scanner.discovery.proxies import BEACON_KINDS, detect, nested_links, proxy_questions
from scanner.discovery.queues import queue_of
from scanner.discovery.tokens.content import pointer_getters
from scanner.discovery.tokens.escrows import escrow_getters
from scanner.discovery.wallets import wallet_questions
from scanner.discovery.world import (
    IMPLEMENTATION_OF_TARGET,
    TARGET_OF,
    Getter,
    Link,
    World,
    behind,
    only_a_target,
    running_code,
)
from scanner.model.observation import Known

_GETTERS: tuple[str, ...] = (
    "token()",
    "comp()",
    "uni()",
    "nouns()",
    "timelock()",
    "executor()",
    "treasury()",
    "guardian()",
    "vetoer()",
    "proposalGuardian()",
    "whitelistGuardian()",
    "admin()",
    "pendingAdmin()",
    "owner()",
    "pendingOwner()",
    "authority()",
    "minter()",
    "underlying()",
    "trustedForwarder()",
    "avatar()",
    "target()",
)

_OFFICES = {selector(one): one for one in ("controller()", "governance()", "governor()", "dao()", "gov()")}
"""Further views by which tokens, vaults and modules name what governs them, asked wherever the code has them: of a
contract without published source nobody knows its own views."""

_SAFE_SLOTS = ((SAFE_GUARD, "guard"), (SAFE_MODULE_GUARD, "module guard"), (SAFE_FALLBACK_HANDLER, "fallback handler"))

_GETTER_DEPTH = 3

BEACON_OF = "beacon of"
CODE_OF_KEY = "code that runs at the key (EIP-7702)"


def links_of(world: World, account: Account) -> Iterator[Link]:
    """Yield what a freshly read account leads to."""
    if account.delegate is not None and (delegate := nonzero(account.delegate)):
        yield Link(delegate, f"{CODE_OF_KEY} {account.address}")
    if not account.has_code:
        return
    account.proxy = detect(account)
    short = account.address
    yield from _proxy_links(account, short)
    yield from _nested_links(world, account)
    named = nonzero(account.address_of("implementation()"))
    if named and any(why.startswith(BEACON_OF) for why in account.why):
        yield Link(named, f"implementation named by beacon {short}")
    if only_a_target(account):
        return
    for getter in _GETTERS:
        found = nonzero(account.address_of(getter))
        if found and found != account.address:
            yield Link(found, f"{getter} of {short}")
    for member in read_roles(account).members:
        yield Link(member.address, f"{role_name(member.role)} on {short}")
    for member_of_manager in manager_members(account):
        yield Link(member_of_manager, f"member of manager {short}")
    yield from _safe_links(account, short)
    for number in group_ids(world):
        if (admin := group_admin(account, number)) is not None:
            yield Link(admin.value, f"admin of a group of {short}")
    for shaman, _, _ in shamans(account):
        yield Link(shaman, f"shaman of {short}")
    yield from _abi_links(account, short)
    yield from _family_links(world, account, short)
    for target in proposal_targets(world, account):
        yield Link(target, f"{TARGET_OF} {short}")


def _family_links(world: World, account: Account, short: str) -> Iterator[Link]:
    code = running_code(world, account)
    executor = executor_family_of(account, code)
    if executor is not None:
        yield from executor.links(account)
        every = (executor.callers, executor.executors, executor.cancellers, executor.limited)
        for callers in (right(account) for right in every):
            for caller in callers.items:
                if not caller.chain:
                    yield Link(caller.address, f"{caller.words} on {short}")
    family = family_of(account, code)
    if family is not None:
        yield from family.links(account)
        for one in family.besides(account):
            yield Link(one.address, f"{one.words} on {short}")


def _proxy_links(account: Account, short: str) -> Iterator[Link]:
    if account.proxy is None:
        return
    target = only_a_target(account)
    implementation = nonzero(account.proxy.implementation)
    if implementation:
        yield Link(implementation, f"{IMPLEMENTATION_OF_TARGET if target else 'implementation of'} {short}")
    for facet in account.proxy.facets:
        yield Link(facet.address, f"{IMPLEMENTATION_OF_TARGET if target else 'facet of'} {short}")
    admin = nonzero(account.proxy.admin)
    if admin and not target:
        yield Link(admin, f"{BEACON_OF if account.proxy.kind in BEACON_KINDS else 'proxy admin of'} {short}")


def _nested_links(world: World, account: Account) -> Iterator[Link]:
    """A proxy's code in another's storage leads where that storage says."""
    if account.proxy is None and not any("implementation" in why for why in account.why):
        return
    for first in tuple(world.accounts.values()):
        if first.proxy is not None and (first is account or account in behind(world, first)[0]):
            for target in nested_links(world, first):
                words = IMPLEMENTATION_OF_TARGET if only_a_target(first) else "implementation of"
                yield Link(target, f"{words} {first.address}")


def _safe_links(account: Account, short: str) -> Iterator[Link]:
    owners = account.ask("getOwners()")
    if not isinstance(owners, Known) or not account.answers("getThreshold()"):
        return
    for owner in owners.value:
        yield Link(str(owner).lower(), f"owner of Safe {short}")
    modules = account.ask("modules")
    if isinstance(modules, Known):
        for module in next(iter(modules.value)):
            if str(module).lower() != SENTINEL:
                yield Link(str(module).lower(), f"module of Safe {short}")
    for slot, what in _SAFE_SLOTS:
        found = nonzero(account.slot_address(slot))
        if found:
            yield Link(found, f"{what} of Safe {short}")


def _abi_links(account: Account, short: str) -> Iterator[Link]:
    known = set(_GETTERS)
    for signature, (outputs, _) in account.calls.items():
        if (
            signature in known
            or outputs not in (("address",), ("address[]",))
            or signature in ("masterCopy()", "getOwners()")
        ):
            continue
        if signature == "implementation()":
            continue
        answer = account.ask(signature)
        if not isinstance(answer, Known):
            continue
        for found in answer.value if isinstance(answer.value, tuple | list) else (answer.value,):
            address = str(found).lower()
            if address != account.address and int(address, 16) > 0xFFFF:
                yield Link(address, f"{signature} of {short}")


def proposal_targets(world: World, account: Account) -> Iterator[str]:
    """Yield every target of every proposal that a contract tells of, each once.

    Whether it is a governor is not known before all of it is read; who logs proposals has targets.
    """
    code = running_code(world, account)
    family = family_of(account, code) or queue_of(account, code)
    told = family.proposals(account) if family is not None else created_proposals(account)
    yield from dict.fromkeys(action.target for one in told.proposals for action in one.actions)


def getters_of(world: World, account: Account) -> Iterable[Getter]:
    """Yield what a contract is asked about the roles that it logged, and the no-argument views of a verified contract
    that return addresses: its own way of naming its parts."""
    for role, member in role_claims(account) if account.has_code else ():
        yield Getter(account.address, HAS_ROLE, ("bool",), (role, member), role_question(role, member))
    yield from proxy_questions(world, account)
    yield from manager_questions(account)
    if only_a_target(account) or not account.has_code:
        return
    code = running_code(world, account)
    for family in FAMILIES:
        yield from family.questions(account, code)
    for kind in EXECUTORS:
        yield from kind.questions(account, code)
    yield from crossing_getters(account, code)
    if account.depth > _GETTER_DEPTH:
        if account.verified is not None:
            world.own_views_left_out.add(account.address)
        return
    for mark, getter in _OFFICES.items():
        if has_selector(code, mark):
            yield Getter(account.address, getter, ("address",))
    yield from pointer_getters(account, code)
    yield from membership_getters(account, code)
    yield from oracle_getters(account, code)
    yield from escrow_getters(account, code)
    yield from wallet_questions(account, code)
    holders = [account]
    implementation = nonzero(account.proxy.implementation) if account.proxy else None
    if implementation and implementation in world.accounts:
        holders.append(world.accounts[implementation])
    for holder in holders:
        yield from _address_views(account, holder)


def _address_views(account: Account, holder: Account) -> Iterator[Getter]:
    for signature, entry in holder.abi_functions():
        if entry.get("inputs") or entry.get("stateMutability") not in ("view", "pure"):
            continue
        types = [str(output.get("type")) for output in entry.get("outputs") or ()]
        if types in (["address"], ["address[]"]):
            yield Getter(account.address, signature, tuple(types))
