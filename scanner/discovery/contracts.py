"""Contract facts: what runs at each address, where its source comes from, who can replace it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.code.interface import CodeResult
from scanner.discovery.account import Account, ProxyMatch, nonzero
from scanner.discovery.anonymity.settle import stages
from scanner.discovery.control.holders import Resolver, short, weakest
from scanner.discovery.proxies.collisions import collisions
from scanner.discovery.proxies.facets import broken_facts, diamond_facts
from scanner.discovery.set_aside import set_aside, set_aside_texts
from scanner.discovery.tokens.content import build_content
from scanner.discovery.treasury.allowances import Allowances, received_by
from scanner.discovery.world import World, behind
from scanner.model.blank import all_unknown
from scanner.model.code import CodeFacts
from scanner.model.contracts import Contract
from scanner.model.kinds import ActorKind, Role, Verification
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_ROLE_WORDS: tuple[tuple[Role, str], ...] = (
    (Role.GOVERNOR, "governor"),
    (Role.TIMELOCK, "timelock"),
    (Role.TOKEN, "token"),
    (Role.SAFE, "Safe"),
    (Role.TREASURY, "treasury"),
    (Role.MODULE, "module"),
    (Role.IMPLEMENTATION, "implementation"),
    (Role.PROPOSAL_TARGET, "proposal target"),
)


def code_at(world: World, results: Mapping[str, CodeResult], address: str) -> CodeFacts:
    """Return the facts of the code that runs at `address`: the last implementation's where it is a proxy, all of its
    facets' where it is a diamond, those of the code that a key delegated to (EIP-7702)."""
    account = world.get(address)
    if account is None:
        return all_unknown(CodeFacts, Reason.ANALYSIS_NOT_RUN, "the code was not analysed")
    delegate = _delegate(account)
    if account.is_eoa and delegate not in results:
        return all_unknown(CodeFacts, Reason.NO_CODE, "no code at this address")
    line, broken = behind(world, world.get(delegate) or account)
    last = line[-1]
    if last.proxy is not None and last.proxy.facets:
        return diamond_facts(last, results)
    if not broken and len(line) > 1 and not last.has_code:
        broken = "the implementation has no code"
    if broken:
        return broken_facts(line[0], results, broken)
    if last.address in results:
        return results[last.address].facts
    return all_unknown(CodeFacts, Reason.ANALYSIS_NOT_RUN, "the code was not analysed")


def _delegate(account: Account) -> str:
    """Return whose code a key runs that delegated to it (EIP-7702); empty for any other account."""
    return (nonzero(account.delegate) or "") if account.delegate is not None else ""


def implementation_of(account: Account) -> Known[str] | Unknown:
    """Return the implementation; the zero address for a contract that is no proxy."""
    if account.delegate is not None:
        return account.delegate
    if account.proxy is None:
        return Known(value=ZERO_ADDRESS, evidence=account.code.evidence, derivation="no proxy pattern")
    return account.proxy.implementation


def build_contract(
    world: World,
    resolver: Resolver,
    account: Account,
    results: Mapping[str, CodeResult],
    *,
    allowances: Allowances,
) -> Contract:
    """Return the facts of the contract at `account`."""
    shown = world.get(_delegate(account)) or source_holder(world, account)
    source = shown.verified
    missing = _no_source(shown)
    roles = tuple(sorted(resolver.parts.roles.get(account.address, {Role.LINKED})))
    evidence = account.code.evidence
    code = set_aside(code_at(world, results, account.address), roles, _running_compiler(world, account))
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "address": account.address,
        "roles": roles,
        "linked_from": tuple(account.why),
        "label": label(world, account, roles),
        "codehash": _codehash(account),
        "code_size_bytes": _size(account),
        "name": Known(value=source.bundle.contract_name, evidence=evidence) if source else missing,
        "source_id": Known(value=source.bundle.source_id, evidence=evidence) if source else missing,
        "compiler": Known(value=source.bundle.compiler, evidence=evidence) if source else missing,
        "verification": verification(shown),
        "storage_collisions": collisions(world, account, results),
        "code": code,
        "set_aside_texts": set_aside_texts(code),
        "anonymity": stages(world, account, code, executed=resolver.parts.executed),
        "content": build_content(account, code),
    }
    facts.update(_proxy(world, resolver, account))
    facts["allowances_from"] = received_by(account.address, facts["implementation"], allowances)
    return Contract(**facts)


def _running_compiler(world: World, account: Account) -> Known[str] | Unknown:
    """Return the compiler of the code that runs at an address: the implementation's where it is a proxy."""
    running = world.get(nonzero(implementation_of(account)) or account.address) or account
    if running.verified is None:
        return _no_source(running)
    return Known(value=running.verified.bundle.compiler, evidence=running.code.evidence)


def source_holder(world: World, account: Account) -> Account:
    """Return the account whose source is that of `account`: a clone (ERC-1167) has no code but its implementation's."""
    if account.proxy is None or account.proxy.kind != "eip1167" or account.verified is not None:
        return account
    return world.get(nonzero(account.proxy.implementation) or "") or account


def verification(account: Account) -> Known[str] | Unknown:
    """Return how well source is tied to the code; unknown only when the providers could not say."""
    if account.verified is not None:
        found = account.verified
        return Known(
            value=found.verification.value,
            evidence=account.code.evidence,
            derivation=found.detail or found.bundle.provider,
        )
    missing = account.no_source
    if missing is not None and missing.reason is Reason.NOT_VERIFIED:
        return Known(value=Verification.NOT_VERIFIED.value, evidence=account.code.evidence, derivation=missing.detail)
    if missing is not None and missing.reason is Reason.OTHER_BYTECODE:
        return Known(value=Verification.OTHER_BYTECODE.value, evidence=account.code.evidence, derivation=missing.detail)
    return _no_source(account)


def _no_source(account: Account) -> Unknown:
    missing = account.no_source
    if missing is None:
        return Unknown(reason=Reason.NOT_READ, detail="source was not looked up")
    return Unknown(reason=missing.reason, detail=missing.detail)


def label(world: World, account: Account, roles: tuple[Role, ...]) -> str:
    """Return a name to show: the source's, with the implementation's for a proxy; else what it is."""
    implementation = nonzero(implementation_of(account))
    running = world.get(implementation) if implementation else None
    for candidate in (running, account):
        if candidate is not None and candidate.verified is not None:
            return candidate.verified.bundle.contract_name.rsplit(":", 1)[-1][:60]
    words = next((word for role, word in _ROLE_WORDS if role in roles), "contract")
    return f"{words} {short(account.address)}"


def _codehash(account: Account) -> Known[str] | Unknown:
    if isinstance(account.code, Unknown):
        return account.code
    for item in account.code.evidence:
        if item.kind == "code":
            return Known(value=item.codehash, evidence=account.code.evidence)
    return Unknown(reason=Reason.NOT_READ, detail="the code has no hash as evidence")


def _size(account: Account) -> Known[int] | Unknown:
    if isinstance(account.code, Unknown):
        return account.code
    return Known(value=len(account.code.value) // 2 - 1, evidence=account.code.evidence)


def _weakest_upgrader(resolver: Resolver, proxy: ProxyMatch) -> Known[str] | Unknown:
    """Return who replaces the code; of several, one of those that are easiest to act through."""
    if not proxy.others:
        return proxy.admin
    kinds = {one.value: weakest(path.kind for path in resolver.paths(one.value)) for one in proxy.upgraders}
    least = weakest(kinds.values())
    return next(one for one in proxy.upgraders if kinds[one.value] is least)


def _proxy(world: World, resolver: Resolver, account: Account) -> dict[str, Any]:
    evidence = account.code.evidence
    if account.delegate is not None:
        key = Known(value=account.address, evidence=evidence, derivation="the key signs its delegation (EIP-7702)")
        return {
            "proxy_kind": Known(value="eip7702", evidence=evidence),
            "implementation": account.delegate,
            "upgrade_admin": key,
            "upgrade_admin_kind": Known(value=ActorKind.EOA.value, evidence=evidence, derivation=key.derivation),
            "upgrade_delay_seconds": Known(value=0, evidence=evidence, derivation="a signature of the key is enough"),
        }
    if account.proxy is None:
        nobody = Known(value=ZERO_ADDRESS, evidence=evidence, derivation="no proxy: its code cannot be replaced")
        return {
            "proxy_kind": Known(value="none", evidence=evidence),
            "implementation": implementation_of(account),
            "upgrade_admin": nobody,
            "upgrade_admin_kind": Known(value=ActorKind.NOBODY.value, evidence=evidence, derivation=nobody.derivation),
            "upgrade_delay_seconds": Known(value=0, evidence=evidence, derivation="nothing to upgrade"),
        }
    admin = _weakest_upgrader(resolver, account.proxy)
    upgrader = nonzero(admin)
    delay: Known[int] | Unknown = Known(value=0, evidence=admin.evidence, derivation="nobody upgrades")
    if upgrader:
        paths = resolver.paths(upgrader)
        kind = weakest(path.kind for path in paths)
        delay = next((path.delay for path in paths if path.kind is kind), Unknown(reason=Reason.UNRESOLVED))
    elif isinstance(admin, Unknown):
        delay = admin
    proof = account.proxy.implementation.evidence or evidence
    return {
        "proxy_kind": Known(value=account.proxy.kind, evidence=proof),
        "implementation": implementation_of(account),
        "upgrade_admin": admin,
        "upgrade_admin_kind": resolver.kind_behind(admin),
        "upgrade_delay_seconds": delay,
    }
