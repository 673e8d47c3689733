"""What each address that was met is: governor, timelock, token, Safe, treasury, module."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scanner.discovery.account import Account, nonzero
from scanner.discovery.asking import has_selector
from scanner.discovery.bare import ASKED_ABOUT, is_bare
from scanner.discovery.executors import executor_family_of
from scanner.discovery.executors.interface import ExecutorFamily
from scanner.discovery.families import family_of
from scanner.discovery.families.interface import UNKNOWN, GovernorFamily
from scanner.discovery.queues import queue_of
from scanner.discovery.queues.interface import NO_VOTE, Queue
from scanner.discovery.tokens.voting_power import VOTES
from scanner.discovery.world import TARGET_OF, World, only_a_target, running_code
from scanner.model.kinds import Role
from scanner.model.observation import Known, Reason, Unknown

_HOLDS_ASSETS = re.compile(r"\w*(treasury|vault|fund(?!ing|Access)|bank|agent|wallet|reserve)\w*\(\) of", re.IGNORECASE)
"""Getters by which contracts name an account that keeps the DAO's assets."""


@dataclass
class Parts:
    """The addresses of a DAO by what they are."""

    governors: dict[str, GovernorFamily] = field(default_factory=dict)
    executors: dict[str, ExecutorFamily] = field(default_factory=dict)
    """Contracts that act for others, timelocks among them."""

    queues: dict[str, Queue] = field(default_factory=dict)
    """Those executors in which orders wait that are listed as proposals are."""

    tokens: set[str] = field(default_factory=set)
    safes: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    """Addresses that the user named and that hold code for proxies only: they govern nothing themselves."""

    treasuries: set[str] = field(default_factory=set)
    vote_tokens: dict[str, Known[str] | Unknown] = field(default_factory=dict)
    """Per governor the contract that carries its vote."""

    executed: dict[str, set[str]] = field(default_factory=dict)
    """Addresses that an executed proposal called, with the selectors; an empty one for a plain payment."""

    roles: dict[str, set[Role]] = field(default_factory=dict)

    @property
    def makers(self) -> dict[str, GovernorFamily]:
        """All that has proposals: governors, and queues of orders."""
        return {**self.governors, **self.queues}

    @property
    def timelocks(self) -> tuple[str, ...]:
        """Those executors that hold calls back, in order of address."""
        return tuple(sorted(address for address, family in self.executors.items() if family.delays))

    def add(self, address: str, role: Role) -> None:
        self.roles.setdefault(address, set()).add(role)


def is_safe(account: Account) -> bool:
    """Tell a Safe by its owners, threshold and modules."""
    return account.answers("getOwners()", "getThreshold()", "modules") and bool(account.ask("getOwners()"))


def threshold_of(account: Account) -> Known[int] | Unknown:
    """Return how many owners a Safe needs. Unknown for a number that no Safe can have (OwnerManager: 1 to all)."""
    owners, threshold = account.ask("getOwners()"), account.ask("getThreshold()")
    if isinstance(threshold, Known) and isinstance(owners, Known) and not 1 <= threshold.value <= len(owners.value):
        detail = f"it answers a threshold of {threshold.value} for {len(owners.value)} owners, which no Safe can have"
        return Unknown(reason=Reason.UNDECODABLE, detail=detail, evidence=threshold.evidence + owners.evidence)
    return threshold


def is_token(account: Account) -> bool:
    return account.answers("totalSupply()") and account.answers("symbol()")


def sort_out(world: World, entry: str) -> Parts:
    """Say what every account is; an account may be several things at once."""
    parts = Parts()
    implementations = {
        target
        for account in world.accounts.values()
        if account.proxy and (target := nonzero(account.proxy.implementation))
    }
    for address, account in world.accounts.items():
        if not account.has_code:
            continue
        if ASKED_ABOUT in account.why and is_bare(account):
            parts.bare.add(address)
        behind_another = address in implementations and address != entry
        _one(world, parts, account, implementation=behind_another or address in parts.bare)
    _governed(world, parts, entry)
    if entry in world.accounts and world.accounts[entry].has_code:
        parts.add(entry, Role.ENTRY)
        if is_token(world.accounts[entry]) and not parts.governors.get(entry) and entry not in parts.bare:
            parts.tokens.add(entry)
    for token in parts.tokens:
        parts.add(token, Role.TOKEN)
    for treasury in parts.treasuries:
        parts.add(treasury, Role.TREASURY)
    return parts


def _one(world: World, parts: Parts, account: Account, *, implementation: bool) -> None:
    address = account.address
    parts.add(address, Role.PROPOSAL_TARGET if only_a_target(account) else Role.LINKED)
    if implementation:
        parts.add(address, Role.IMPLEMENTATION)
        return
    if only_a_target(account):
        return
    if is_safe(account):
        parts.safes.add(address)
        parts.add(address, Role.SAFE)
    elif executor := executor_family_of(account, code := running_code(world, account)):
        parts.executors[address] = executor
        parts.add(address, Role.TIMELOCK if executor.delays else Role.EXECUTOR)
        if queue := queue_of(account, code):
            parts.queues[address] = queue
            parts.vote_tokens[address] = NO_VOTE
    elif family := family_of(account, code):
        parts.governors[address] = family
        parts.add(address, Role.GOVERNOR)
    for why in account.why:
        if why.endswith(f" on {address}") or (address in parts.governors and "ROLE" in why):
            continue
        if why.startswith("module of Safe"):
            parts.add(address, Role.MODULE)
        if why.startswith(TARGET_OF):
            parts.add(address, Role.PROPOSAL_TARGET)
        if why.startswith(("guardian()", "vetoer()", "proposalGuardian()", "CANCELLER_ROLE")):
            parts.add(address, Role.GUARDIAN)
        if why.startswith(("admin()", "owner()", "proxy admin", "DEFAULT_ADMIN_ROLE")):
            parts.add(address, Role.ADMIN)


def _governed(world: World, parts: Parts, entry: str) -> None:
    """Name executors, tokens and treasuries: what governors, and those they lead to, act through.

    Where the scan begins at a contract that holds money, this is what is asked about, whatever names it.
    """
    for address, family in parts.governors.items():
        account = world.accounts[address]
        done = family.executions(account)
        told = family.proposals(account).proposals
        for action in (action for one in told if one.id in done for action in one.actions):
            parts.executed.setdefault(action.target, set()).add(action.calldata[2:10].lower())
        parts.vote_tokens[address] = _vote_token(world, family, account)
        token = nonzero(parts.vote_tokens[address])
        if token and (found := world.get(token)) and found.has_code:
            parts.tokens.add(token)
        executor = family.executor(account)
        if executor in world.accounts:
            parts.add(executor, Role.EXECUTOR)
            parts.treasuries.add(executor)
    for address, account in world.accounts.items():
        named = any(_HOLDS_ASSETS.match(why) for why in account.why) or (address == entry and _has_money(account))
        kind = parts.executors.get(address)
        if kind is not None and not kind.keeps_assets:
            continue
        if address in parts.safes or kind is not None or (named and _may_hold(parts, account)):
            parts.treasuries.add(address)


def _vote_token(world: World, family: GovernorFamily, account: Account) -> Known[str] | Unknown:
    """Return what the family's getters name; else a getter of any name that leads to a token with past votes, or to
    the only NFT; else the governor itself where it is a token."""
    named = family.token(account)
    if isinstance(named, Known):
        return named
    pieces: list[Known[str]] = []
    for signature, (outputs, answer) in account.calls.items():
        target = nonzero(account.address_of(signature)) if outputs == ("address",) else None
        carrier = world.get(target) if target else None
        if carrier is None or not carrier.has_code:
            continue
        code = running_code(world, carrier)
        if is_token(carrier) and any(has_selector(code, one) for one in VOTES):
            return Known(
                value=carrier.address, evidence=answer.evidence, derivation=f"{signature} answers a votes token"
            )
        nft = carrier.ask("isNFT")
        if isinstance(nft, Known) and nft.value and carrier.address != account.address:
            words = f"{signature} answers an NFT"
            pieces.append(Known(value=carrier.address, evidence=answer.evidence, derivation=words))
    if family.name == UNKNOWN and len({one.value for one in pieces}) == 1:
        return pieces[0]
    if family.name == UNKNOWN and not pieces and is_token(account):
        return Known(value=account.address, evidence=account.code.evidence, derivation="it is a token itself")
    return named


def _has_money(account: Account) -> bool:
    return isinstance(account.state, Known) and account.state.value.balance_wei > 0


def _may_hold(parts: Parts, account: Account) -> bool:
    return account.has_code and account.address not in parts.governors and not is_token(account)
