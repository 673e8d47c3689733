"""Ways to voting power as they are found, and the class that the weakest of them makes."""

from __future__ import annotations

from typing import Any

from scanner.chain.abi import selector
from scanner.discovery.asking import has_selector
from scanner.discovery.dossier import Dossier
from scanner.discovery.world import running_code
from scanner.model.evidence import Evidence
from scanner.model.features import Group
from scanner.model.kinds import ActorKind, Guard, MembershipKind
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


_REMOVES = selector("removeMember(uint256,uint256,uint256[])")
"""ISemaphore: by the group's admin alone."""


class Paths:
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


def admitted_through(dossier: Dossier, address: str, words: str, paths: Paths) -> None:
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
    guarded(guard, None, f"{words} ({contract.label})", paths, person=contract.code.sybil_gate)


def _by_actor(kind: Known[str] | Unknown, words: str, paths: Paths) -> None:
    if isinstance(kind, Unknown):
        paths.unknown = paths.unknown or kind
    elif ActorKind(kind.value).is_vote:
        paths.add(MembershipKind.SPONSORED, f"{words}: by a vote", kind.evidence)
    elif kind.value != ActorKind.NOBODY:
        paths.add(MembershipKind.ALLOWLIST, f"{words}: by {kind.derivation or kind.value}", kind.evidence)


def guarded(
    guard: Known[str] | Unknown,
    minter: Known[str] | Unknown | None,
    words: str,
    paths: Paths,
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


def _proof(guard: Known[str], words: str, paths: Paths, person: Known[bool] | Unknown) -> None:
    if isinstance(person, Unknown):
        paths.unknown = paths.unknown or person
    elif person.value:
        paths.add(MembershipKind.OPEN_PROOF, f"{words}: with a proof of being one person", guard.evidence)
    else:
        paths.add(MembershipKind.ALLOWLIST, f"{words}: with a proof of standing on a list", guard.evidence)


def of_group(group: Group, paths: Paths, facts: dict[str, Any]) -> None:
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


def removed_from(dossier: Dossier, group: Group) -> Known[str] | None:
    """Return who takes a member out of the group: its admin may. None where that is a contract that never does."""
    keeper = dossier.world.accounts[group.kept_by]
    if isinstance(group.admin, Unknown) or not has_selector(running_code(dossier.world, keeper), _REMOVES):
        return None
    admin = dossier.world.get(group.admin.value)
    contract = dossier.contracts.get(group.admin.value)
    guard = contract.code.admission_guard if contract is not None else None
    admits_itself = guard is not None and not (isinstance(guard, Known) and guard.value == Guard.ABSENT)
    if admits_itself and admin is not None and not has_selector(running_code(dossier.world, admin), _REMOVES):
        return None
    kind = dossier.resolver.kind_behind(group.admin)
    voted = isinstance(kind, Known) and ActorKind(kind.value).is_vote
    words = "the group's admin removes members"
    return Known(value="governance" if voted else "role", evidence=group.admin.evidence, derivation=words)


def not_read() -> Unknown:
    return Unknown(reason=Reason.NOT_READ, detail="the contract was not analysed")
