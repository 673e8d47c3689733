"""Control edges: who can move funds, change rules, mint, stop, upgrade; by which path, after what delay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scanner.discovery.account import nonzero
from scanner.discovery.control.admission import admissions
from scanner.discovery.control.holders import ALONE, Path, Resolver, add_delays, short, wait_of
from scanner.discovery.control.kept import kept_ways
from scanner.discovery.control.roles import read_roles
from scanner.discovery.guards.rights import Right
from scanner.discovery.permissions.osx import upgraders
from scanner.discovery.permissions.powers import granted
from scanner.discovery.tokens.doors import doors
from scanner.discovery.tokens.escrows import is_escrow
from scanner.discovery.tokens.sought import CONFISCATORS, MINTERS, PAUSERS, office_holders, right_to
from scanner.discovery.wallets import signers_of
from scanner.discovery.world import World, running_code
from scanner.model.code import CodeFacts
from scanner.model.contracts import Contract, Token
from scanner.model.controls import Control
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Capability, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS


def build_controls(
    world: World, resolver: Resolver, *, contracts: Iterable[Contract], tokens: Iterable[Token]
) -> Collection[Control]:
    """Return every edge that was found, each once, in a stable order."""
    by_address = {contract.address: contract for contract in contracts}
    edges: list[Control] = []
    for address in sorted(resolver.parts.treasuries):
        edges += _edges(resolver, address, Capability.MOVE_FUNDS, resolver.paths(address), guard="")
        edges += _payers(resolver, address)
        if address in by_address:
            edges += _open_calls(resolver, address, by_address[address].code)
    for address in sorted(resolver.parts.governors):
        edges += _governor(world, resolver, address, by_address.get(address))
        for kept in kept_ways(resolver, world.accounts[address]):
            edges += _edges(resolver, address, kept.capability, kept.paths, guard=kept.words)
        for way in admissions(world, resolver, world.accounts[address], by_address):
            edges += _edges(resolver, address, Capability.MINT, way.paths, guard=way.words)
    for address in sorted(resolver.parts.executors):
        edges += _executor(world, resolver, address)
    for contract in by_address.values():
        edges += _upgrade(world, resolver, contract)
    for token in tokens:
        edges += _token(world, resolver, token, by_address.get(token.address))
        edges += _doors(resolver, token, by_address)
    unique = {(edge.actor, edge.capability, edge.contract, edge.path): edge for edge in edges}
    ordered = tuple(unique[key] for key in sorted(unique, key=lambda key: (key[2], key[1].value, key[0], key[3])))
    reason = "" if ordered else "nothing was found that controls anything here"
    reason = reason if world.complete else "the crawl was cut short"
    reason = reason or _unread(by_address[token.address] for token in tokens if token.address in by_address)
    for address in by_address:
        if not reason and read_roles(world.accounts[address]).unconfirmed:
            reason = f"roles of {short(address)}: {read_roles(world.accounts[address]).reason}"
    return Collection[Control](items=ordered, complete=not reason, reason=reason)


_BROKEN = (Reason.ANALYSIS_FAILED, Reason.ANALYSIS_NOT_RUN, Reason.COMPILE_FAILED, Reason.COMPILER_UNAVAILABLE)
"""Why what published source allows was not read all the same; what has no source is counted apart."""


def _unread(tokens: Iterable[Contract]) -> str:
    """Return why lines to the units may be missing: what a token lets whom do was not read of its source."""
    for contract in tokens:
        for guard in (contract.code.mint_guard, contract.code.pause_guard, contract.code.confiscation_guard):
            if isinstance(guard, Unknown) and guard.reason in _BROKEN:
                return f"what {contract.label} lets whom do was not read: {guard.detail or guard.reason.value}"
    return ""


def _edges(
    resolver: Resolver, contract: str, capability: Capability, paths: Iterable[Path], *, guard: str
) -> Iterator[Control]:
    for path in paths:
        if not path.good_for(capability):
            continue
        bypass: Known[bool] | Unknown = Known(value=not path.kind.is_vote, evidence=path.evidence)
        words: Known[str] | Unknown = Known(value=guard or "what the steps name", evidence=path.evidence)
        if not path.evidence:
            words = Unknown(reason=Reason.NOT_READ, detail="nothing of the actor was read")
        if path.kind is ActorKind.UNRESOLVED:
            bypass = Unknown(reason=Reason.UNRESOLVED, detail="the actor could not be resolved", evidence=path.evidence)
        yield Control(
            actor=path.actor,
            actor_kind=path.kind,
            actor_label=path.label,
            capability=capability,
            contract=contract,
            contract_label=resolver.label(contract),
            path=(*path.steps, resolver.label(contract)),
            delay_seconds=path.delay,
            bypasses_vote=bypass,
            signers_needed=path.signers,
            guard=words,
            evidence=path.evidence,
        )


def _anyone(evidence: tuple[Evidence, ...], step: str) -> Path:
    zero = Known(value=0, evidence=evidence)
    return Path(ZERO_ADDRESS, ActorKind.ANYONE, "anyone", (step,), zero, zero, evidence)


def _open_calls(resolver: Resolver, address: str, code: CodeFacts) -> Iterator[Control]:
    """Code through which a stranger makes the holder of the assets call whatever they choose."""
    for fact, words in ((code.arbitrary_call, "calls"), (code.arbitrary_delegatecall, "delegatecalls")):
        if isinstance(fact, Known) and fact.value:
            step = f"anyone makes it {words[:-1]} a target of their choice"
            yield from _edges(
                resolver, address, Capability.MOVE_FUNDS, (_anyone(fact.evidence, step),), guard=Guard.NONE
            )


def _payers(resolver: Resolver, address: str) -> Iterator[Control]:
    """Who may call the functions that pay out, where a contract of no known kind holds the assets."""
    if address in (*resolver.parts.safes, *resolver.parts.executors, *resolver.parts.governors):
        return
    if signers_of(resolver.world.accounts[address]) is not None:
        return  # an owner's own call pays nothing yet
    right = resolver.right(address, "pay")
    if right is None:
        return
    words, alone = f"what its payments ask for: {right.words}", right.anyone
    for held in right.holders:
        paths = resolver.paths(held.address)
        alone = alone or any(path.kind in ALONE for path in paths)
        proven = _with_evidence(paths, held.evidence or right.evidence)
        later = (replace(path, delay=add_delays(path.delay, wait_of(held))) for path in proven)
        yield from _edges(resolver, address, Capability.MOVE_FUNDS, later, guard=words)
    if right.anyone:
        yield from _edges(resolver, address, Capability.MOVE_FUNDS, (_anyone(right.evidence, words),), guard=words)
    if not right.complete and not alone:
        unknown = Unknown(reason=Reason.UNRESOLVED, detail=right.reason, evidence=right.evidence)
        label = f"unresolved: who else may make {resolver.label(address)} pay"
        path = Path(address, ActorKind.UNRESOLVED, label, (right.reason,), unknown, unknown, right.evidence)
        yield from _edges(resolver, address, Capability.MOVE_FUNDS, (path,), guard=words)


def _governor(world: World, resolver: Resolver, address: str, contract: Contract | None) -> Iterator[Control]:
    account = world.accounts[address]
    family = resolver.parts.governors[address]
    guardian = family.guardian(account)
    if found := nonzero(guardian):
        yield from _edges(
            resolver,
            address,
            Capability.VETO,
            _with_evidence(resolver.paths(found), guardian.evidence),
            guard="guardian",
        )
    admin = family.admin(account)
    executor = family.executor(account)
    if (found := nonzero(admin)) and found not in (executor, address):
        paths = _with_evidence(resolver.paths(found), admin.evidence)
        yield from _edges(resolver, address, Capability.SET_PARAMETERS, paths, guard="admin")
    yield from _edges(
        resolver, address, Capability.SET_PARAMETERS, resolver.paths(executor), guard="executor of the vote"
    )
    for one in family.besides(account):
        if one.address not in (executor, address, ZERO_ADDRESS):
            paths = _with_evidence(resolver.paths(one.address), one.evidence)
            if one.where:
                step = f"{one.words} of {resolver.label(address)}"
                paths = (replace(path, steps=(*path.steps, step)) for path in paths)
            yield from _edges(resolver, one.where or address, one.capability, paths, guard=one.words)
    if family.name == "unknown":
        known = {executor, address, nonzero(admin), nonzero(guardian)}
        for holder in resolver.asked_for(address):
            if holder.value not in known:
                paths = _with_evidence(resolver.paths(holder.value), holder.evidence)
                words = f"functions that ask for {holder.derivation}"
                capability = _asked_to(contract, holder.derivation.partition("(")[0])
                yield from _edges(resolver, address, capability, paths, guard=words)
    pending = account.address_of("pendingAdmin()", "pendingOwner()")
    if found := nonzero(pending):
        paths = _with_evidence(resolver.paths(found), pending.evidence)
        yield from _edges(resolver, address, Capability.ADMIN, paths, guard="pending admin: may accept")
    if contract is not None and _is_true(contract.code.emergency_execution):
        step = f"executes without the normal delay in {resolver.label(address)}"
        vote = next(iter(resolver.paths(address)), None)
        if vote is not None:
            evidence = contract.code.emergency_execution.evidence
            path = Path(
                vote.actor, vote.kind, vote.label, (step,), Known(value=0, evidence=evidence), vote.signers, evidence
            )
            yield from _edges(resolver, executor, Capability.EXECUTE, (path,), guard="votes counted when called")


def _asked_to(contract: Contract | None, variable: str) -> Capability:
    """Return what an office of a home-made governor allows: to propose, where it stands in front of nothing else."""
    functions = contract.code.functions.items if contract is not None else ()
    asking = [one.signature for one in functions if re.search(rf"\b{re.escape(variable)}\b", one.guarded_by)]
    proposing = asking and all(one.startswith("propose") for one in asking)
    return Capability.PROPOSE if proposing else Capability.SET_PARAMETERS


def _executor(world: World, resolver: Resolver, address: str) -> Iterator[Control]:
    account = world.accounts[address]
    family = resolver.parts.executors[address]
    # Where one right does everything, whoever makes it act also cancels and administers: nothing more to say.
    rights = [(Capability.CANCEL, family.cancellers(account))] * (family.cancels_at_once or not family.shared_right)
    rights += [(Capability.ADMIN, family.admins(account))] * (not family.shared_right)
    for capability, callers in rights:
        for caller in callers.items:
            if caller.address not in (address, ZERO_ADDRESS):
                paths = _with_evidence(resolver.paths(caller.address), caller.evidence)
                if capability is Capability.CANCEL and not family.cancels_at_once:
                    paths = _in_time(resolver, address, caller.address, paths)
                yield from _edges(resolver, address, capability, paths, guard=caller.words)
    if family.sets_rules:
        yield from _edges(resolver, address, Capability.SET_PARAMETERS, resolver.paths(address), guard="")
    for caller in family.limited(account).items:
        paths = _with_evidence(resolver.paths(caller.address), caller.evidence)
        led = (replace(path, steps=(*path.steps, caller.words)) for path in paths)
        yield from _edges(resolver, address, Capability.LIMITED, led, guard=caller.words)
    pending = family.pending_admin(account)
    if found := nonzero(pending):
        paths = _with_evidence(resolver.paths(found), pending.evidence)
        yield from _edges(resolver, address, Capability.ADMIN, paths, guard="pending admin: may accept")


def _in_time(resolver: Resolver, executor: str, caller: str, paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the paths by which something that waits is cancelled before it is done.

    What a vote orders waits in the governor's own executor, behind what it would cancel. Where a governor holds the
    right, its code decides whether it ever uses it, mostly for a proposer who takes back what is not open yet.
    """
    governor = resolver.parts.governors.get(caller)
    waits = governor is not None and governor.executor(resolver.world.accounts[caller]) == executor
    yield from (path for path in paths if not (waits and path.kind.is_vote))


def _upgrade(world: World, resolver: Resolver, contract: Contract) -> Iterator[Control]:
    admin = nonzero(contract.upgrade_admin)
    if admin is None or contract.address not in world.accounts:
        if isinstance(contract.upgrade_admin, Unknown) and contract.upgrade_admin.reason is Reason.UNRESOLVED:
            detail = contract.upgrade_admin.detail
            path = Path(
                contract.address,
                ActorKind.UNRESOLVED,
                f"unresolved: who upgrades {contract.label}",
                (detail,),
                contract.upgrade_admin,
                contract.upgrade_admin,
                contract.upgrade_admin.evidence,
            )
            yield from _edges(resolver, contract.address, Capability.UPGRADE, (path,), guard="")
        return
    paths = _with_evidence(resolver.paths(admin), contract.upgrade_admin.evidence)
    yield from _edges(resolver, contract.address, Capability.UPGRADE, paths, guard="upgrade admin")
    proxy = world.accounts[contract.address].proxy
    for other in proxy.upgraders if proxy is not None else ():
        if other.value != admin:
            paths = _with_evidence(resolver.paths(other.value), other.evidence)
            yield from _edges(resolver, contract.address, Capability.UPGRADE, paths, guard="upgrade admin")
    for grant in upgraders(world.accounts[contract.address]):
        if grant.who not in (admin, contract.address):
            further = resolver.through_grant(contract.address, grant)
            yield from _edges(resolver, contract.address, Capability.UPGRADE, further, guard=grant.words)


def _token(world: World, resolver: Resolver, token: Token, contract: Contract | None) -> Iterator[Control]:
    if contract is None:
        return
    account = world.accounts[token.address]
    admin = account.address_of("admin()")
    if is_escrow(running_code(world, account)) and (keeper := nonzero(admin)):
        lead = _with_evidence(resolver.paths(keeper), admin.evidence)
        words = "admin: says which contracts may lock"
        yield from _edges(resolver, token.address, Capability.SET_PARAMETERS, lead, guard=words)
    powers = (
        (Capability.MINT, contract.code.mint_guard, MINTERS),
        (Capability.PAUSE, contract.code.pause_guard, PAUSERS),
        (Capability.CONFISCATE, contract.code.confiscation_guard, CONFISCATORS),
    )
    for capability, guard, sought in powers:
        if not isinstance(guard, Known) or guard.value == Guard.ABSENT:
            continue
        if guard.value != Guard.CALLER:
            step = f"{capability.value} guarded by: {guard.value}"
            yield from _edges(resolver, token.address, capability, (_anyone(guard.evidence, step),), guard=guard.value)
            # Another function of the same power may stand behind a guard.
            beside = right_to(resolver, account, sought) or Right()
            for held in beside.holders:
                paths = _with_evidence(resolver.paths(held.address), held.evidence or beside.evidence)
                yield from _edges(resolver, token.address, capability, paths, guard=beside.words)
            continue
        for holder, evidence in office_holders(resolver, account, sought).items():
            if holder != ZERO_ADDRESS:
                paths = _with_evidence(resolver.paths(holder), evidence + guard.evidence)
                yield from _edges(resolver, token.address, capability, paths, guard=f"role or owner ({short(holder)})")
        for grant in granted(account, sought.roles):
            paths = _with_evidence(resolver.through_grant(token.address, grant), guard.evidence)
            yield from _edges(resolver, token.address, capability, paths, guard=grant.words)


def _doors(resolver: Resolver, token: Token, contracts: Mapping[str, Contract]) -> Iterator[Control]:
    """Whoever a minter lets in creates units, as whoever the token itself lets in does."""
    guard = contracts[token.address].code.mint_guard if token.address in contracts else None
    if not isinstance(guard, Known) or guard.value != Guard.CALLER:
        return
    for door in doors((one.address for one in token.minters.items), contracts):
        path = _anyone(door.guard.evidence, f"mint through {door.label}, guarded by: {door.guard.value}")
        yield from _edges(resolver, token.address, Capability.MINT, (path,), guard=door.guard.value)


def _with_evidence(paths: Iterable[Path], evidence: tuple[Evidence, ...]) -> Iterator[Path]:
    for path in paths:
        extra = tuple(item for item in evidence if item not in path.evidence)
        yield replace(path, evidence=path.evidence + extra)


def _is_true(fact: Known[bool] | Unknown) -> bool:
    return isinstance(fact, Known) and fact.value
