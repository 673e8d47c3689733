"""Facts about the DAO as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.discovery.anonymity.settle import stronger
from scanner.discovery.control.holders import weakest
from scanner.discovery.dossier import Dossier
from scanner.discovery.world import World
from scanner.model.contracts import Contract, Governor
from scanner.model.controls import Control
from scanner.model.dao import Dao
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Capability, Role, Verification
from scanner.model.lists import ListHit
from scanner.model.observation import Collection, Known, Reason, Unknown

_RULING = (
    Capability.MOVE_FUNDS,
    Capability.EXECUTE,
    Capability.UPGRADE,
    Capability.ADMIN,
    Capability.SET_PARAMETERS,
    Capability.MINT,
    Capability.CONFISCATE,
)
_CORE_ROLES = frozenset(
    {Role.GOVERNOR, Role.TIMELOCK, Role.EXECUTOR, Role.TOKEN, Role.TREASURY, Role.SAFE, Role.IMPLEMENTATION}
)
_LEGAL = "legal documents are off-chain and none was given to this scan"


def build_dao(dossier: Dossier, entry: str) -> Dao:
    """Return the facts about the whole; what lists and documents say about it is put in later."""
    world, governors, contracts, controls = dossier.world, dossier.governors, dossier.contracts, dossier.controls
    ruling = [edge for edge in controls.items if edge.capability in _RULING and not _open_membership(edge)]
    off_chain = Unknown(reason=Reason.OFF_CHAIN, detail=_LEGAL)
    here = world.accounts[entry].code.evidence
    unread = _unverified(contracts.values())
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "address": entry,
        "governor_count": _count(len(governors.items), governors, here),
        "contract_count": Known(value=len(contracts), evidence=here),
        "unverified_core_count": unread,
        "unresolved_control_count": Known(
            value=sum(edge.actor_kind is ActorKind.UNRESOLVED for edge in controls.items), evidence=here
        ),
        "effective_controller_kind": _controller(ruling, unread, complete=controls.complete),
        "dao_uri": _dao_uri(world, entry, governors.items),
        "legal_document": off_chain,
        "contact": off_chain,
        "immutable": _immutable(dossier),
        "privacy_payout": stronger(
            [
                stage
                for contract in contracts.values()
                for stage in (
                    contract.anonymity.mixer,
                    contract.anonymity.shielded_pool,
                    contract.anonymity.stealth_address,
                )
            ]
        ),
        "anonymous_members": stronger([contract.anonymity.zk_membership for contract in contracts.values()]),
        "list_count": 0,
        "listed": Collection[ListHit](items=(), complete=False, reason="no address list was given (--list FILE)"),
    }
    return Dao(**facts)


def _open_membership(edge: Control) -> bool:
    """Whether the edge is a way to join: where anyone may become a member nobody rules alone by it."""
    return edge.capability is Capability.MINT and edge.actor_kind is ActorKind.ANYONE


def _count(found: int, collection: Collection[Any], evidence: tuple[Evidence, ...]) -> Known[int] | Unknown:
    if collection.complete or found:
        return Known(value=found, evidence=evidence)
    return Unknown(reason=Reason.UNRESOLVED, detail=collection.reason, evidence=evidence)


def _unverified(contracts: Iterable[Contract]) -> Known[int] | Unknown:
    count = 0
    evidence: list[Evidence] = []
    for contract in contracts:
        if not _CORE_ROLES.intersection(contract.roles):
            continue
        if isinstance(contract.verification, Unknown):
            return contract.verification
        evidence.extend(contract.verification.evidence)
        count += contract.verification.value in (Verification.NOT_VERIFIED, Verification.OTHER_BYTECODE)
    return Known(
        value=count, evidence=tuple(evidence), derivation="governors, timelocks, tokens, treasuries and their code"
    )


def _controller(ruling: Sequence[Control], unread: Known[int] | Unknown, *, complete: bool) -> Known[str] | Unknown:
    """Return the weakest actor outside the vote; nobody only where the code of what matters could be read in full."""
    outside = [edge for edge in ruling if isinstance(edge.bypasses_vote, Known) and edge.bypasses_vote.value]
    undecided = [edge for edge in ruling if isinstance(edge.bypasses_vote, Unknown)]
    kind = weakest(edge.actor_kind for edge in outside)
    if outside and (kind in (ActorKind.ANYONE, ActorKind.EOA) or not undecided):
        chosen = [edge for edge in outside if edge.actor_kind is kind]
        words = sorted({f"{edge.actor_label}: {edge.capability.value} on {edge.contract_label}" for edge in chosen})
        evidence = tuple(item for edge in chosen for item in edge.evidence)
        return Known(value=kind.value, evidence=evidence, derivation="; ".join(words[:6]))
    if undecided or not ruling or not complete:
        detail = undecided[0].actor_label if undecided else "no control edge was found"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail)
    if isinstance(unread, Unknown) or unread.value:
        without = f" of core contracts ({unread.value})" if isinstance(unread, Known) else ""
        detail = f"no path around the vote was found, but the code{without} has no source and was not read in full"
        return Unknown(reason=Reason.NOT_VERIFIED, detail=detail, evidence=unread.evidence)
    evidence = tuple(item for edge in ruling[:8] for item in edge.evidence)
    return Known(value=ActorKind.NOBODY.value, evidence=evidence, derivation="every path that was found ends in a vote")


def _immutable(dossier: Dossier) -> Known[bool] | Unknown:
    """Return whether nothing can be changed: no line of control, no owners of a Safe, and no guard that lets anyone in.

    What a function does that only its holders may call is not told by its guard: where one is left, it stays open.
    """
    controls, passages = dossier.controls, dossier.passages
    changing = [
        edge
        for edge in controls.items
        if edge.capability in (Capability.UPGRADE, Capability.SET_PARAMETERS, Capability.ADMIN)
    ]
    if changing:
        return Known(value=False, evidence=changing[0].evidence, derivation=changing[0].actor_label)
    thresholds = [safe.threshold for safe in dossier.safes]
    for threshold in thresholds:
        if isinstance(threshold, Known):
            words = "its owners change owners, threshold, modules and guard of a Safe"
            return Known(value=False, evidence=threshold.evidence, derivation=words)
    if thresholds or not controls.items or not controls.complete or not passages.complete:
        return Unknown(reason=Reason.UNRESOLVED, detail="control could not be mapped completely")
    for passage in passages.items:
        if passage.guard == "unknown" or (passage.guard == "caller" and (passage.holders or not passage.complete)):
            words = f"what {passage.functions[0]} changes, which some may call, was not looked into"
            return Unknown(reason=Reason.UNRESOLVED, detail=words, evidence=passage.evidence)
    return Known(value=True, evidence=controls.items[0].evidence, derivation="no edge changes code or parameters")


def _dao_uri(world: World, entry: str, governors: Sequence[Governor]) -> Known[str] | Unknown:
    """EIP-4824: `daoURI()` on the entry, a governor or its executor. Registration contracts are not searched."""
    candidates = [entry]
    for governor in governors:
        candidates.append(governor.address)
        if isinstance(governor.executor, Known):
            candidates.append(governor.executor.value)
    evidence: list[Evidence] = []
    for address in dict.fromkeys(candidates):
        account = world.get(address)
        if account is None:
            continue
        answer = account.ask("daoURI()")
        if isinstance(answer, Known):
            return Known(value=str(answer.value), evidence=answer.evidence)
        if answer.reason is not Reason.REVERTED:
            return answer
        evidence.extend(answer.evidence)
    return Known(
        value="",
        evidence=tuple(evidence),
        derivation="no daoURI() at entry, governor or executor; EIP-4824 registrations were not searched",
    )
