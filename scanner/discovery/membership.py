"""How voting power is obtained and lost: the decision procedure of class and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scanner.discovery.account import transform
from scanner.discovery.dossier import Dossier
from scanner.discovery.groups import group_admin, group_ids, group_members, keeps_groups
from scanner.model.blank import unknown_facts
from scanner.model.contracts import Contract, Governor, Safe, Token
from scanner.model.dao import Membership
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Guard, MembershipKind, Stage
from scanner.model.observation import Known, Reason, Unknown

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
    if dossier.governors.items:
        _of_governors(dossier, paths, facts)
    elif dossier.tokens:
        _of_tokens(dossier.tokens, dossier.contracts, paths, facts)
    elif dossier.safes:
        _of_safe(dossier.safes[0], paths, facts)
    facts["kind"] = paths.kind()
    facts["paths"] = paths.words()
    core = _core(dossier.governors.items, dossier.tokens, dossier.contracts)
    if core:
        facts["exit_right"] = _exit_right(core)
        for gate in ("sybil_gate", "identity_gate", "sanctions_gate"):
            facts[gate] = _any_true([getattr(contract.code, gate) for contract in core])
        facts["revocable_by"] = _revocable(core, dossier.tokens)
        facts["anonymous_set"] = _anonymous_set(dossier.contracts.values())
    return Membership(**facts)


def _core(governors: Sequence[Governor], tokens: Sequence[Token], contracts: Mapping[str, Contract]) -> list[Contract]:
    addresses = [item.address for item in (*governors, *tokens)]
    return [contracts[address] for address in addresses if address in contracts]


def _of_governors(dossier: Dossier, paths: _Paths, facts: dict[str, Any]) -> None:
    governors, tokens, contracts = dossier.governors.items, dossier.tokens, dossier.contracts
    if tokens and any(ActorKind(kind) is not ActorKind.SHARE_VOTE for kind in _kinds(governors)):
        _of_tokens(tokens, contracts, paths, facts)
    first = governors[0]
    facts["vote_weight"] = transform(first.kind, lambda kind: _WEIGHTS.get(kind, "unknown"), "kind of the vote")
    if ActorKind.SHARE_VOTE.value not in _kinds(governors):
        return
    facts["delegation"] = Known(value="none", evidence=first.evidence, derivation="the vote is not carried by a token")
    facts["transferable"] = Known(value="no", evidence=first.evidence, derivation="membership is not a token")
    proving = [one for one in contracts.values() if _stage_of(one) in (Stage.CONFIGURED, Stage.EXERCISED)]
    groups = [one for one in proving if keeps_groups(dossier.world, one.address)]
    for group in groups:
        _of_group(dossier, group, paths, facts)
    if not groups:
        for governor in governors:
            guard = contracts[governor.address].code.mint_guard if governor.address in contracts else _not_read()
            _guarded(guard, None, "joining the governor", paths)


def _kinds(governors: Iterable[Governor]) -> set[str]:
    return {governor.kind.value for governor in governors if isinstance(governor.kind, Known)}


def _not_read() -> Unknown:
    return Unknown(reason=Reason.NOT_READ, detail="the contract was not analysed")


def _of_tokens(
    tokens: Sequence[Token], contracts: Mapping[str, Contract], paths: _Paths, facts: dict[str, Any]
) -> None:
    for token in tokens:
        contract = contracts.get(token.address)
        guard = contract.code.mint_guard if contract else _not_read()
        _guarded(guard, token.minter_kind, f"minting {_symbol(token)}", paths)
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
    facts["member_count"] = token.holders
    facts["gatekeeper_kind"] = _gatekeeper(token)


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


def _guarded(guard: Known[str] | Unknown, minter: Known[str] | Unknown | None, words: str, paths: _Paths) -> None:
    """Turn the guard of a way in into a class; who passes a caller check decides between vote and list."""
    if isinstance(guard, Unknown):
        paths.unknown = paths.unknown or guard
        return
    direct = {
        Guard.NONE.value: (MembershipKind.OPEN_FREE, "anyone"),
        Guard.PAYMENT.value: (MembershipKind.OPEN_PAID, "against payment"),
        Guard.PROOF.value: (MembershipKind.OPEN_PROOF, "with a proof"),
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


def _stage_of(contract: Contract) -> str:
    stage = contract.anonymity.zk_membership
    return stage.value if isinstance(stage, Known) else ""


def _of_group(dossier: Dossier, group: Contract, paths: _Paths, facts: dict[str, Any]) -> None:
    """Semaphore: the admin of the group that the DAO's contracts name admits its members."""
    account = dossier.world.accounts[group.address]
    for number in group_ids(dossier.world):
        admin = group_admin(account, number)
        if admin is None:
            continue
        kind = dossier.resolver.kind_behind(admin)
        facts["gatekeeper_kind"] = kind
        facts["member_count"] = group_members(account, number)
        words = f"admitted to a group of {group.label} by its admin"
        if isinstance(kind, Unknown):
            paths.unknown = kind
        elif ActorKind(kind.value).is_vote:
            paths.add(MembershipKind.SPONSORED, words, kind.evidence)
        else:
            paths.add(MembershipKind.ALLOWLIST, f"{words} ({kind.value})", kind.evidence)
        return
    detail = f"who admits members to {group.label} is not in its logs"
    paths.unknown = Unknown(reason=Reason.UNRESOLVED, detail=detail)


def _of_safe(safe: Safe, paths: _Paths, facts: dict[str, Any]) -> None:
    paths.add(MembershipKind.CLOSED_LIST, "owner of the Safe", safe.owner_count.evidence)
    facts["member_count"] = safe.owner_count
    facts["vote_weight"] = Known(value="one-address", evidence=safe.owner_count.evidence)
    facts["transferable"] = Known(value="no", evidence=safe.owner_count.evidence)
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
