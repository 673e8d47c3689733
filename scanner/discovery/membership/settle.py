"""How voting power is obtained and lost: the decision procedure of class and attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.account import nonzero, transform
from scanner.discovery.anonymity.members import build_groups
from scanner.discovery.asking import has_selector
from scanner.discovery.dossier import Dossier
from scanner.discovery.juicebox import way_out
from scanner.discovery.membership.attributes import anonymous_set, any_true, exit_right, proves, revocable, vote_time
from scanner.discovery.membership.frameworks import Framework, framework_of, soulbound
from scanner.discovery.membership.ways import Paths, admitted_through, guarded, not_read, of_group, removed_from
from scanner.discovery.tokens.escrows import is_escrow
from scanner.discovery.tokens.sought import MINTERS, kind_with_power
from scanner.discovery.tokens.voting_power import DELEGATE
from scanner.discovery.world import running_code
from scanner.model.blank import unknown_facts
from scanner.model.contracts import Contract, Governor, Safe, Token
from scanner.model.dao import Membership
from scanner.model.features import Group
from scanner.model.kinds import ActorKind, Guard, MembershipKind, Role, VoteTime
from scanner.model.observation import Collection, Known, Reason, Unknown

_CARRIES_OUT = re.compile(r"(execute|process|enact|carryOut)", re.IGNORECASE)
_DEPOSIT_FOR = selector("depositFor(address,uint256)")

_WEIGHTS = {
    ActorKind.TOKEN_VOTE.value: "token",
    ActorKind.NFT_VOTE.value: "nft",
    ActorKind.SHARE_VOTE.value: "one-address",
}


def build_membership(dossier: Dossier) -> Membership:
    """Return class and attributes for the DAO as a whole."""
    found = dossier.governors.items or dossier.tokens or dossier.safes
    untold = "what was found does not tell it" if found else "no governor, token or Safe was found"
    facts: dict[str, Any] = unknown_facts(Membership, Reason.UNRESOLVED, untold)
    paths = Paths()
    groups = build_groups(dossier)
    framework = _framework(dossier)
    facts["groups"] = groups
    facts["framework"] = _framework_name(dossier, framework)
    if framework is not None and _decides(dossier, framework):
        _of_framework(dossier, framework, paths, facts)
        _of_shares(dossier, paths, facts)
    elif dossier.governors.items:
        _of_governors(dossier, paths, facts, groups=groups)
        _count(dossier, dossier.governors.items[0], facts)
    elif dossier.tokens:
        _of_tokens(dossier.tokens, dossier.contracts, paths, facts, dossier=dossier)
    elif dossier.safes:
        _of_safe(dossier.safes[0], paths, facts)
    facts["kind"] = paths.kind()
    facts["paths"] = paths.words()
    core = _core(dossier, framework)
    if core:
        running = dossier.world.get(framework.address) if framework is not None else None
        facts["exit_right"] = (way_out(running) if running is not None else None) or exit_right(core)
        for gate in ("sybil_gate", "identity_gate", "sanctions_gate"):
            facts[gate] = any_true([getattr(contract.code, gate) for contract in core])
        if not isinstance(facts["revocable_by"], Known):  # a framework may say: by a vote, though anyone carries it out
            facts["revocable_by"] = revocable(core, dossier.tokens)
        facts["anonymous_set"] = anonymous_set(core)
    facts["vote_time"] = vote_time(dossier)
    return Membership(**facts)


def _core(dossier: Dossier, framework: _Running | None) -> list[Contract]:
    addresses = [item.address for item in (*dossier.governors.items, *dossier.tokens)]
    if framework is not None and framework.address not in addresses:
        addresses.append(framework.address)
    return [dossier.contracts[address] for address in addresses if address in dossier.contracts]


_CARRIES = frozenset({Role.ENTRY, Role.GOVERNOR, Role.EXECUTOR, Role.TOKEN})


@dataclass(frozen=True)
class _Running:
    """A framework and the contract that runs it."""

    framework: Framework
    address: str


def _framework(dossier: Dossier) -> _Running | None:
    """Return the first contract that runs a known framework, of those that carry the DAO: not of what it links to."""
    for address, account in dossier.world.accounts.items():
        contract = dossier.contracts.get(address)
        if contract is None or not _CARRIES.intersection(contract.roles):
            continue
        if (found := framework_of(running_code(dossier.world, account))) is not None:
            return _Running(found, address)
    return None


def _decides(dossier: Dossier, running: _Running) -> bool:
    """Whether the framework admits to the vote: there is no other governor than the contract that runs it."""
    return all(governor.address == running.address for governor in dossier.governors.items)


def _of_shares(dossier: Dossier, paths: Paths, facts: dict[str, Any]) -> None:
    """What the governor, and the token that carries a framework's shares, tell where there are such."""
    governor = next(iter(dossier.governors.items), None)
    if governor is None:
        return
    if paths.unknown is None and all(kind is MembershipKind.SPONSORED for kind, _, _ in paths.found):
        facts["gatekeeper_kind"] = governor.kind
    _count(dossier, governor, facts)
    carrier = nonzero(governor.token)
    token = next((token for token in dossier.tokens if token.address == carrier), None)
    if token is None:
        words = "shares are counted in whole numbers"
        facts["divisible"] = Known(value=False, evidence=governor.evidence, derivation=words)
        return
    facts["gatekeeper_kind"] = token.minter_kind
    facts["transferable"] = _may_move(token)
    if isinstance(facts["transferable"], Known) and facts["transferable"].value == "yes":
        evidence = facts["transferable"].evidence
        paths.add(MembershipKind.OPEN_MARKET, f"{_symbol(token)} can be transferred freely", evidence)
    facts["delegation"] = transform(
        token.kind, lambda kind: "on-chain" if kind in ("erc20votes", "comp", "erc721votes") else "none", "of the token"
    )
    facts["divisible"] = transform(token.decimals, lambda decimals: decimals > 0, "decimals of the units")
    facts["member_count"] = token.holders


def _count(dossier: Dossier, governor: Governor, facts: dict[str, Any]) -> None:
    """Who holds the token does not vote by that where the governor keeps the votes itself."""
    family = dossier.resolver.parts.governors[governor.address]
    voters = family.voting_power(dossier.world.accounts[governor.address])
    if voters is not None:
        facts["member_count"] = transform(voters, len, "accounts that can vote now")


def _may_move(token: Token) -> Known[str] | Unknown:
    """Whether holders may transfer now: stopped transfers are known by state, whatever the code would allow."""
    if isinstance(token.paused, Known) and token.paused.value:
        return Known(value="no", evidence=token.paused.evidence, derivation="transfers are stopped now")
    return transform(token.transferable, lambda free: "yes" if free else "no", "from its code")


def _framework_name(dossier: Dossier, running: _Running | None) -> Known[str] | Unknown:
    if running is not None:
        evidence = dossier.world.accounts[running.address].code.evidence
        return Known(value=running.framework.name, evidence=evidence, derivation="functions that its code dispatches")
    unread = next((one.code for one in dossier.world.accounts.values() if isinstance(one.code, Unknown)), None)
    if unread is not None or not dossier.world.complete:
        return unread or Unknown(reason=Reason.LIMIT, detail="the crawl was cut short")
    evidence = tuple(item for one in list(dossier.world.accounts.values())[:4] for item in one.code.evidence)
    return Known(value="", evidence=evidence, derivation="no contract dispatches the functions of a known framework")


def _of_framework(dossier: Dossier, running: _Running, paths: Paths, facts: dict[str, Any]) -> None:
    account = dossier.world.accounts[running.address]
    for way in running.framework.ways(account):
        words = f"{running.framework.name}: {way.words}"
        if way.through:
            admitted_through(dossier, way.through, words, paths)
        elif way.unknown is not None or way.kind is None:
            paths.unknown = paths.unknown or way.unknown
        else:
            paths.add(way.kind, words, way.evidence)
    for name, value in running.framework.attributes:
        facts[name] = Known(value=value, evidence=account.code.evidence, derivation=running.framework.name)
    if (transferable := soulbound(account)) is not None:
        facts["transferable"] = transferable
        if transferable.value == "yes":
            paths.add(
                MembershipKind.OPEN_MARKET, f"{running.framework.name}: units change hands", transferable.evidence
            )
    count = account.ask("addresslistLength()")
    if isinstance(count, Known):
        facts["member_count"] = count


def _of_governors(dossier: Dossier, paths: Paths, facts: dict[str, Any], *, groups: Collection[Group]) -> None:
    governors, tokens, contracts = dossier.governors.items, dossier.tokens, dossier.contracts
    if tokens and any(ActorKind(kind) is not ActorKind.SHARE_VOTE for kind in _kinds(governors)):
        _of_tokens(tokens, contracts, paths, facts, dossier=dossier)
        _delegated_at_the_governor(dossier, facts)
    first = next((one for one in governors if not _by_signers(one)), governors[0])
    facts["vote_weight"] = transform(first.kind, lambda kind: _WEIGHTS.get(kind, "unknown"), "kind of the vote")
    if ActorKind.SHARE_VOTE.value not in _kinds(governors):
        return
    if (weighed := _weights_of_its_own(dossier)) is not None:
        facts["vote_weight"] = weighed
    facts["delegation"] = Known(value="none", evidence=first.evidence, derivation="the vote is not carried by a token")
    facts["transferable"] = Known(value="no", evidence=first.evidence, derivation="membership is not a token")
    facts["divisible"] = Known(value=False, evidence=first.evidence, derivation="membership is not a token")
    own = {governor.address for governor in governors}
    voting = [group for group in groups.items if group.used_by in own]
    for group in voting:
        of_group(group, paths, facts)
        facts["revocable_by"] = removed_from(dossier, group) or facts["revocable_by"]
    if voting:
        return
    proving = [one for one in contracts.values() if one.address in own and proves(one)]
    if proving and not groups.complete:
        paths.unknown = Unknown(reason=Reason.UNRESOLVED, detail=groups.reason)
        return
    for governor in governors:
        contract = contracts.get(governor.address)
        guard = contract.code.mint_guard if contract else not_read()
        person = contract.code.sybil_gate if contract else not_read()
        if isinstance(guard, Known) and guard.value == Guard.ABSENT:
            paths.add(MembershipKind.CLOSED_LIST, "members that no function adds to", guard.evidence)
            facts["gatekeeper_kind"] = Known(value=ActorKind.NOBODY.value, evidence=guard.evidence)
        keeper = None
        if isinstance(guard, Known) and guard.value == Guard.CALLER:
            keeper = kind_with_power(dossier.resolver, dossier.world.accounts[governor.address], guard, MINTERS)
            facts["gatekeeper_kind"] = keeper
        if contract is not None and _by_its_vote(contract, guard):
            paths.add(MembershipKind.SPONSORED, "joining the governor: what a vote decided admits", guard.evidence)
            continue
        guarded(guard, keeper, "joining the governor", paths, person=person)


def _by_its_vote(contract: Contract, guard: Known[str] | Unknown) -> bool:
    """Whether the function by which anyone may admit does what was proposed, where a count of votes decides that."""
    counted = contract.code.execution_by_count
    if not (isinstance(guard, Known) and guard.value == Guard.NONE and isinstance(counted, Known) and counted.value):
        return False
    return _CARRIES_OUT.match(guard.derivation) is not None


def _weights_of_its_own(dossier: Dossier) -> Unknown | None:
    """Return that votes may weigh differently, where a governor of no known family counts by a record of its own."""
    for governor in dossier.governors.items:
        contract = dossier.contracts.get(governor.address)
        weight = contract.code.vote_weight_time if contract is not None else not_read()
        if not (
            isinstance(governor.family, Known) and governor.family.value == "unknown" and isinstance(weight, Known)
        ):
            continue
        if weight.value != VoteTime.PAST_BLOCK and "proof" not in weight.derivation:
            detail = f"{weight.derivation}: how much of it each has, and who gives it, is the governor's own affair"
            return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=weight.evidence)
    return None


def _delegated_at_the_governor(dossier: Dossier, facts: dict[str, Any]) -> None:
    """Votes locked in the governor are given to others there; some tokens tell of it by events of their own."""
    for token in dossier.tokens:
        account = dossier.world.accounts[token.address]
        if has_selector(running_code(dossier.world, account), DELEGATE):
            derivation = "the token dispatches delegate(address)"
            facts["delegation"] = Known(value="on-chain", evidence=account.code.evidence, derivation=derivation)
    for governor in dossier.governors.items:
        account = dossier.world.accounts[governor.address]
        if has_selector(running_code(dossier.world, account), DELEGATE):
            derivation = "the governor dispatches delegate(address)"
            facts["delegation"] = Known(value="on-chain", evidence=account.code.evidence, derivation=derivation)


def _by_signers(governor: Governor) -> bool:
    return isinstance(governor.kind, Known) and governor.kind.value == ActorKind.MULTISIG


def _kinds(governors: Iterable[Governor]) -> set[str]:
    return {governor.kind.value for governor in governors if isinstance(governor.kind, Known)}


def _of_tokens(
    tokens: Sequence[Token],
    contracts: Mapping[str, Contract],
    paths: Paths,
    facts: dict[str, Any],
    *,
    dossier: Dossier | None = None,
) -> None:
    for token in tokens:
        contract = contracts.get(token.address)
        guard = contract.code.mint_guard if contract else not_read()
        words = f"minting {_symbol(token)}"
        if not _wraps(dossier, token, paths):
            person = contract.code.sybil_gate if contract else not_read()
            guarded(guard, token.minter_kind, words, paths, person=person)
            _by_minters(dossier, token, guard, words, paths)
        if isinstance(token.transferable, Known):
            if token.transferable.value:
                evidence = token.transferable.evidence
                paths.add(MembershipKind.OPEN_MARKET, f"{_symbol(token)} can be transferred freely", evidence)
        else:
            paths.unknown = paths.unknown or token.transferable
    token = tokens[0]
    facts["transferable"] = transform(token.transferable, lambda free: "yes" if free else "no", "from its code")
    facts["delegation"] = transform(
        token.kind,
        lambda kind: "on-chain" if kind in ("erc20votes", "comp", "erc721votes") else "none",
        "kind of the token",
    )
    facts["vote_weight"] = transform(
        token.kind, lambda kind: "nft" if kind in ("erc721votes", "erc721") else "token", "kind of the token"
    )
    facts["divisible"] = transform(token.decimals, lambda decimals: decimals > 0, "decimals of the units")
    facts["member_count"] = token.holders
    first = contracts.get(token.address)
    facts["gatekeeper_kind"] = _gatekeeper(token, first.code.mint_guard if first else not_read())


def _wraps(dossier: Dossier | None, token: Token, paths: Paths) -> bool:
    """Whether units are made of another token, one to one or by locking it: they are as open as that one."""
    account = dossier.world.get(token.address) if dossier is not None else None
    if account is None or dossier is None:
        return False
    if is_escrow(running_code(dossier.world, account)):
        words = f"{_symbol(token)}: by locking another token for a time"
        paths.add(MembershipKind.OPEN_MARKET, words, account.address_of("token()").evidence)
        return True
    underlying = account.address_of("underlying()")
    if nonzero(underlying) is None or not has_selector(running_code(dossier.world, account), _DEPOSIT_FOR):
        return False
    paths.add(MembershipKind.OPEN_MARKET, f"{_symbol(token)}: by wrapping another token", underlying.evidence)
    return True


def _by_minters(dossier: Dossier | None, token: Token, guard: Known[str] | Unknown, words: str, paths: Paths) -> None:
    """A minter may be a contract that sells, draws or gives units to whom it lets in (an auction house, a faucet)."""
    if dossier is None or not isinstance(guard, Known) or guard.value != Guard.CALLER:
        return
    for minter in token.minters.items:
        contract = dossier.contracts.get(minter.address)
        door = contract.code.admission_guard if contract is not None else None
        if contract is None or not isinstance(door, Known) or door.value in (Guard.ABSENT, Guard.CALLER):
            continue
        guarded(door, None, f"{words} through {contract.label}", paths, person=contract.code.sybil_gate)


def _gatekeeper(token: Token, guard: Known[str] | Unknown) -> Known[str] | Unknown:
    if isinstance(token.transferable, Known) and token.transferable.value:
        return Known(
            value=ActorKind.ANYONE.value,
            evidence=token.transferable.evidence,
            derivation="units can be bought or given",
        )
    if isinstance(guard, Known) and guard.value == Guard.PROOF:
        detail = "who makes the list or signs the coupons is not in the contract"
        return Unknown(reason=Reason.OFF_CHAIN, detail=detail, evidence=guard.evidence)
    return token.minter_kind


def _symbol(token: Token) -> str:
    return str(token.symbol.value)[:24] if isinstance(token.symbol, Known) else "the token"


def _of_safe(safe: Safe, paths: Paths, facts: dict[str, Any]) -> None:
    paths.add(MembershipKind.CLOSED_LIST, "owner of the Safe", safe.owner_count.evidence)
    facts["member_count"] = safe.owner_count
    facts["vote_weight"] = Known(value="one-address", evidence=safe.owner_count.evidence)
    facts["transferable"] = Known(value="no", evidence=safe.owner_count.evidence)
    facts["divisible"] = Known(value=False, evidence=safe.owner_count.evidence)
    facts["delegation"] = Known(value="none", evidence=safe.owner_count.evidence)
    facts["gatekeeper_kind"] = Known(value=ActorKind.MULTISIG.value, evidence=safe.threshold.evidence)
