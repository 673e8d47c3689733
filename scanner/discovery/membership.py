"""How voting power is obtained and lost: the decision procedure of class and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.account import nonzero, transform
from scanner.discovery.anonymous_groups import build_groups
from scanner.discovery.dossier import Dossier
from scanner.discovery.families.interface import has_selector
from scanner.discovery.frameworks import Framework, framework_of, soulbound
from scanner.discovery.world import running_code
from scanner.model.blank import unknown_facts
from scanner.model.contracts import Contract, Governor, Safe, Token
from scanner.model.dao import Membership
from scanner.model.evidence import Evidence
from scanner.model.features import Group
from scanner.model.kinds import ActorKind, Guard, MembershipKind, Role, Stage, VoteTime
from scanner.model.observation import Collection, Known, Reason, Unknown

_WEAKEST_FIRST = (
    MembershipKind.OPEN_FREE,
    MembershipKind.OPEN_PAID,
    MembershipKind.OPEN_MARKET,
    MembershipKind.OPEN_PROOF,
    MembershipKind.SPONSORED,
    MembershipKind.ALLOWLIST,
    MembershipKind.IDENTITY,
    MembershipKind.CLOSED_LIST,
)

_DEPOSIT_FOR = selector("depositFor(address,uint256)")

_WEIGHTS = {
    ActorKind.TOKEN_VOTE.value: "token",
    ActorKind.NFT_VOTE.value: "nft",
    ActorKind.SHARE_VOTE.value: "one-address",
}


class _Paths:
    """Ways to voting power as they are found. `unknown` is why there may be a weaker one."""

    def __init__(self) -> None:
        self.found: list[tuple[MembershipKind, str, tuple[Evidence, ...]]] = []
        self.unknown: Unknown | None = None

    def add(self, kind: MembershipKind, words: str, evidence: tuple[Evidence, ...]) -> None:
        self.found.append((kind, words, evidence))

    def kind(self) -> Known[str] | Unknown:
        """Return the weakest class; unknown when a weaker one could not be ruled out."""
        kinds = [kind for kind, _, _ in self.found]
        best = next((kind for kind in _WEAKEST_FIRST if kind in kinds), None)
        if best is None or (self.unknown is not None and best is not MembershipKind.OPEN_FREE):
            return self.unknown or Unknown(reason=Reason.UNRESOLVED, detail="no way to voting power was found")
        chosen = [(words, evidence) for kind, words, evidence in self.found if kind is best]
        evidence = tuple(item for _, items in chosen for item in items)
        return Known(value=best.value, evidence=evidence, derivation="; ".join(words for words, _ in chosen))

    def words(self) -> Known[tuple[str, ...]] | Unknown:
        if not self.found:
            return self.unknown or Unknown(reason=Reason.UNRESOLVED, detail="no way to voting power was found")
        evidence = tuple(item for _, _, items in self.found for item in items)
        return Known(value=tuple(f"{kind.value}: {words}" for kind, words, _ in self.found), evidence=evidence)


def build_membership(dossier: Dossier) -> Membership:
    """Return class and attributes for the DAO as a whole."""
    facts: dict[str, Any] = unknown_facts(Membership, Reason.UNRESOLVED, "no governor, token or Safe was found")
    paths = _Paths()
    groups = build_groups(dossier)
    framework = _framework(dossier)
    facts["groups"] = groups
    facts["framework"] = _framework_name(dossier, framework)
    if dossier.governors.items:
        _of_governors(dossier, paths, facts, groups=groups)
    elif framework is not None:
        _of_framework(dossier, framework, paths, facts)
    elif dossier.tokens:
        _of_tokens(dossier.tokens, dossier.contracts, paths, facts, dossier=dossier)
    elif dossier.safes:
        _of_safe(dossier.safes[0], paths, facts)
    facts["kind"] = paths.kind()
    facts["paths"] = paths.words()
    core = _core(dossier, framework)
    if core:
        facts["exit_right"] = _exit_right(core)
        for gate in ("sybil_gate", "identity_gate", "sanctions_gate"):
            facts[gate] = _any_true([getattr(contract.code, gate) for contract in core])
        facts["revocable_by"] = _revocable(core, dossier.tokens)
        facts["anonymous_set"] = _anonymous_set(core)
    facts["vote_time"] = _vote_time(dossier)
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


def _framework_name(dossier: Dossier, running: _Running | None) -> Known[str] | Unknown:
    if running is not None:
        evidence = dossier.world.accounts[running.address].code.evidence
        return Known(value=running.framework.name, evidence=evidence, derivation="functions that its code dispatches")
    unread = next((one.code for one in dossier.world.accounts.values() if isinstance(one.code, Unknown)), None)
    if unread is not None or not dossier.world.complete:
        return unread or Unknown(reason=Reason.LIMIT, detail="the crawl was cut short")
    evidence = tuple(item for one in list(dossier.world.accounts.values())[:4] for item in one.code.evidence)
    return Known(value="", evidence=evidence, derivation="no contract dispatches the functions of a known framework")


def _of_framework(dossier: Dossier, running: _Running, paths: _Paths, facts: dict[str, Any]) -> None:
    account = dossier.world.accounts[running.address]
    for way in running.framework.ways(account):
        words = f"{running.framework.name}: {way.words}"
        if way.through:
            _admitted_through(dossier, way.through, words, paths)
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


def _admitted_through(dossier: Dossier, address: str, words: str, paths: _Paths) -> None:
    """Another contract admits: its own guard decides the class, and behind a caller check whoever passes that."""
    contract = dossier.contracts.get(address)
    if contract is None:
        kind = dossier.resolver.kind_behind(Known(value=address, evidence=()))
        _by_actor(kind, words, paths)
        return
    guard = contract.code.admission_guard
    if isinstance(guard, Known) and guard.value in (Guard.CALLER.value, Guard.ABSENT.value):
        _by_actor(dossier.resolver.kind_behind(Known(value=address, evidence=guard.evidence)), words, paths)
        return
    _guarded(guard, None, f"{words} ({contract.label})", paths, person=contract.code.sybil_gate)


def _by_actor(kind: Known[str] | Unknown, words: str, paths: _Paths) -> None:
    if isinstance(kind, Unknown):
        paths.unknown = paths.unknown or kind
    elif ActorKind(kind.value).is_vote:
        paths.add(MembershipKind.SPONSORED, f"{words}: by a vote", kind.evidence)
    elif kind.value != ActorKind.NOBODY:
        paths.add(MembershipKind.ALLOWLIST, f"{words}: by {kind.derivation or kind.value}", kind.evidence)


def _of_governors(dossier: Dossier, paths: _Paths, facts: dict[str, Any], *, groups: Collection[Group]) -> None:
    governors, tokens, contracts = dossier.governors.items, dossier.tokens, dossier.contracts
    if tokens and any(ActorKind(kind) is not ActorKind.SHARE_VOTE for kind in _kinds(governors)):
        _of_tokens(tokens, contracts, paths, facts, dossier=dossier)
    first = governors[0]
    facts["vote_weight"] = transform(first.kind, lambda kind: _WEIGHTS.get(kind, "unknown"), "kind of the vote")
    if ActorKind.SHARE_VOTE.value not in _kinds(governors):
        return
    facts["delegation"] = Known(value="none", evidence=first.evidence, derivation="the vote is not carried by a token")
    facts["transferable"] = Known(value="no", evidence=first.evidence, derivation="membership is not a token")
    facts["divisible"] = Known(value=False, evidence=first.evidence, derivation="membership is not a token")
    own = {governor.address for governor in governors}
    voting = [group for group in groups.items if group.used_by in own]
    for group in voting:
        _of_group(group, paths, facts)
    if voting:
        return
    proving = [one for one in contracts.values() if one.address in own and _proves(one)]
    if proving and not groups.complete:
        paths.unknown = Unknown(reason=Reason.UNRESOLVED, detail=groups.reason)
        return
    for governor in governors:
        contract = contracts.get(governor.address)
        guard = contract.code.mint_guard if contract else _not_read()
        person = contract.code.sybil_gate if contract else _not_read()
        if isinstance(guard, Known) and guard.value == Guard.ABSENT:
            paths.add(MembershipKind.CLOSED_LIST, "members that no function adds to", guard.evidence)
            facts["gatekeeper_kind"] = Known(value=ActorKind.NOBODY.value, evidence=guard.evidence)
        _guarded(guard, None, "joining the governor", paths, person=person)


def _kinds(governors: Iterable[Governor]) -> set[str]:
    return {governor.kind.value for governor in governors if isinstance(governor.kind, Known)}


def _not_read() -> Unknown:
    return Unknown(reason=Reason.NOT_READ, detail="the contract was not analysed")


def _of_tokens(
    tokens: Sequence[Token],
    contracts: Mapping[str, Contract],
    paths: _Paths,
    facts: dict[str, Any],
    *,
    dossier: Dossier | None = None,
) -> None:
    for token in tokens:
        contract = contracts.get(token.address)
        guard = contract.code.mint_guard if contract else _not_read()
        words = f"minting {_symbol(token)}"
        if not _wraps(dossier, token, paths):
            person = contract.code.sybil_gate if contract else _not_read()
            _guarded(guard, token.minter_kind, words, paths, person=person)
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
    facts["gatekeeper_kind"] = _gatekeeper(token)


def _wraps(dossier: Dossier | None, token: Token, paths: _Paths) -> bool:
    """Whether units are made by wrapping another token one to one: they are as open as that one."""
    account = dossier.world.get(token.address) if dossier is not None else None
    if account is None or dossier is None:
        return False
    underlying = account.address_of("underlying()")
    if nonzero(underlying) is None or not has_selector(running_code(dossier.world, account), _DEPOSIT_FOR):
        return False
    paths.add(MembershipKind.OPEN_MARKET, f"{_symbol(token)}: by wrapping another token", underlying.evidence)
    return True


def _by_minters(dossier: Dossier | None, token: Token, guard: Known[str] | Unknown, words: str, paths: _Paths) -> None:
    """A minter may be a contract that sells, draws or gives units to whom it lets in (an auction house, a faucet)."""
    if dossier is None or not isinstance(guard, Known) or guard.value != Guard.CALLER:
        return
    for minter in token.minters.items:
        contract = dossier.contracts.get(minter.address)
        door = contract.code.admission_guard if contract is not None else None
        if contract is None or not isinstance(door, Known) or door.value in (Guard.ABSENT, Guard.CALLER):
            continue
        _guarded(door, None, f"{words} through {contract.label}", paths, person=contract.code.sybil_gate)


def _gatekeeper(token: Token) -> Known[str] | Unknown:
    if isinstance(token.transferable, Known) and token.transferable.value:
        return Known(
            value=ActorKind.ANYONE.value,
            evidence=token.transferable.evidence,
            derivation="units can be bought or given",
        )
    return token.minter_kind


def _symbol(token: Token) -> str:
    return str(token.symbol.value)[:24] if isinstance(token.symbol, Known) else "the token"


def _guarded(
    guard: Known[str] | Unknown,
    minter: Known[str] | Unknown | None,
    words: str,
    paths: _Paths,
    *,
    person: Known[bool] | Unknown,
) -> None:
    """Turn the guard of a way in into a class; who passes a caller check decides between vote and list.

    `person` is whether a proof is one of being a person; a proof of standing in a tree or of a coupon is a list.
    """
    if isinstance(guard, Unknown):
        paths.unknown = paths.unknown or guard
        return
    if guard.value == Guard.PROOF:
        _proof(guard, words, paths, person)
        return
    direct = {
        Guard.NONE.value: (MembershipKind.OPEN_FREE, "anyone"),
        Guard.PAYMENT.value: (MembershipKind.OPEN_PAID, "against payment"),
        Guard.IDENTITY.value: (MembershipKind.IDENTITY, "with an identity check"),
        Guard.MEMBER.value: (MembershipKind.SPONSORED, "by a member"),
    }
    if guard.value in direct:
        kind, how = direct[guard.value]
        paths.add(kind, f"{words}: {how}", guard.evidence)
    elif guard.value == Guard.CALLER and minter is not None:
        if isinstance(minter, Unknown):
            paths.unknown = paths.unknown or minter
        elif ActorKind(minter.value).is_vote:
            paths.add(MembershipKind.SPONSORED, f"{words}: by a vote", minter.evidence)
        elif minter.value != ActorKind.NOBODY:
            paths.add(MembershipKind.ALLOWLIST, f"{words}: by {minter.derivation or minter.value}", minter.evidence)
    elif guard.value == Guard.CALLER:
        paths.add(MembershipKind.ALLOWLIST, f"{words}: by a named caller", guard.evidence)


def _proof(guard: Known[str], words: str, paths: _Paths, person: Known[bool] | Unknown) -> None:
    if isinstance(person, Unknown):
        paths.unknown = paths.unknown or person
    elif person.value:
        paths.add(MembershipKind.OPEN_PROOF, f"{words}: with a proof of being one person", guard.evidence)
    else:
        paths.add(MembershipKind.ALLOWLIST, f"{words}: with a proof of standing on a list", guard.evidence)


def _proves(contract: Contract) -> bool:
    stage = contract.anonymity.zk_membership
    return isinstance(stage, Known) and stage.value in (Stage.CONFIGURED, Stage.EXERCISED)


def _of_group(group: Group, paths: _Paths, facts: dict[str, Any]) -> None:
    """Semaphore: whoever can make the group's admin add a member admits."""
    kind, guard = group.admitted_by, group.admission_guard
    facts["gatekeeper_kind"] = kind
    facts["member_count"] = group.member_count
    words = f"admitted to the group that {group.used_by_label} asks for proofs of"
    if isinstance(kind, Unknown):
        paths.unknown = kind
    elif ActorKind(kind.value).is_vote:
        paths.add(MembershipKind.SPONSORED, words, kind.evidence)
    elif kind.value == ActorKind.ANYONE:
        paid = isinstance(guard, Known) and guard.value == Guard.PAYMENT
        paths.add(MembershipKind.OPEN_PAID if paid else MembershipKind.OPEN_FREE, words, kind.evidence)
    else:
        paths.add(MembershipKind.ALLOWLIST, f"{words} ({kind.value})", kind.evidence)


_SLOWEST_LAST = (VoteTime.CALL_TIME.value, VoteTime.CALL_TIME_LOCKED.value, VoteTime.PAST_BLOCK.value)


def _vote_time(dossier: Dossier) -> Known[str] | Unknown:
    """Return when the weight of a vote is read; the weakest of several governors counts."""
    facts = [
        dossier.contracts[one.address].code.vote_weight_time
        for one in dossier.governors.items
        if one.address in dossier.contracts
    ]
    known = [fact for fact in facts if isinstance(fact, Known)]
    worst = min(known, key=lambda fact: _SLOWEST_LAST.index(fact.value), default=None)
    if worst is not None and (len(known) == len(facts) or worst.value == _SLOWEST_LAST[0]):
        return worst
    return _first_unknown(facts) or Unknown(reason=Reason.UNRESOLVED, detail="no governor was found")


def _of_safe(safe: Safe, paths: _Paths, facts: dict[str, Any]) -> None:
    paths.add(MembershipKind.CLOSED_LIST, "owner of the Safe", safe.owner_count.evidence)
    facts["member_count"] = safe.owner_count
    facts["vote_weight"] = Known(value="one-address", evidence=safe.owner_count.evidence)
    facts["transferable"] = Known(value="no", evidence=safe.owner_count.evidence)
    facts["divisible"] = Known(value=False, evidence=safe.owner_count.evidence)
    facts["delegation"] = Known(value="none", evidence=safe.owner_count.evidence)
    facts["gatekeeper_kind"] = Known(value=ActorKind.MULTISIG.value, evidence=safe.threshold.evidence)


def _exit_right(core: Sequence[Contract]) -> Known[str] | Unknown:
    facts = [contract.code.exit_right for contract in core]
    for fact in facts:
        if isinstance(fact, Known) and fact.value != "none":
            return fact
    return _first_unknown(facts) or Known(value="none", evidence=_evidence(facts), derivation="no way out with a share")


def _any_true(facts: Sequence[Known[bool] | Unknown]) -> Known[bool] | Unknown:
    for fact in facts:
        if isinstance(fact, Known) and fact.value:
            return fact
    return _first_unknown(facts) or Known(value=False, evidence=_evidence(facts))


def _revocable(core: Sequence[Contract], tokens: Sequence[Token]) -> Known[str] | Unknown:
    asked = [contract.code.expulsion_guard for contract in core]
    asked += [contract.code.confiscation_guard for contract in core]
    guards = [guard for guard in asked if not _beside_the_point(guard)] or asked
    if any(isinstance(guard, Known) and guard.value == Guard.NONE for guard in guards):
        found = next(guard for guard in guards if isinstance(guard, Known) and guard.value == Guard.NONE)
        return Known(value="anyone", evidence=found.evidence)
    held = [guard for guard in guards if isinstance(guard, Known) and guard.value != Guard.ABSENT]
    if held:
        kinds = [token.confiscator_kind for token in tokens]
        if any(isinstance(kind, Known) and ActorKind(kind.value).is_vote for kind in kinds):
            return Known(value="governance", evidence=held[0].evidence)
        if held[0].value == Guard.MEMBER:
            return Known(value="member-vote", evidence=held[0].evidence)
        return Known(value="role", evidence=held[0].evidence)
    return _first_unknown(guards) or Known(
        value="nobody", evidence=_evidence(guards), derivation="no function takes membership away"
    )


def _beside_the_point(fact: Known[Any] | Unknown) -> bool:
    """Whether the question does not arise for this code (a governor keeps no units that could be taken)."""
    return isinstance(fact, Unknown) and fact.reason is Reason.NOT_SUPPORTED


def _anonymous_set(contracts: Iterable[Contract]) -> Known[bool] | Unknown:
    facts = [contract.anonymity.zk_membership for contract in contracts]
    for fact in facts:
        if isinstance(fact, Known) and fact.value in (Stage.CONFIGURED, Stage.EXERCISED):
            return Known(value=True, evidence=fact.evidence, derivation=fact.derivation)
    return _first_unknown(facts) or Known(value=False, evidence=_evidence(facts))


def _first_unknown(facts: Iterable[Known[Any] | Unknown]) -> Unknown | None:
    return next((fact for fact in facts if isinstance(fact, Unknown)), None)


def _evidence(facts: Iterable[Known[Any] | Unknown]) -> tuple[Evidence, ...]:
    seen: list[Evidence] = []
    for fact in facts:
        seen.extend(item for item in fact.evidence if item not in seen)
    return tuple(seen)
