"""Attributes of membership beside its class: ways out and expulsion, gates, secrecy, when a vote is weighed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from scanner.discovery.dossier import Dossier
from scanner.model.contracts import Contract, Token
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Guard, Stage, VoteTime
from scanner.model.observation import Known, Reason, Unknown

_SLOWEST_LAST = (VoteTime.CALL_TIME.value, VoteTime.CALL_TIME_LOCKED.value, VoteTime.PAST_BLOCK.value)


def vote_time(dossier: Dossier) -> Known[str] | Unknown:
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


def exit_right(core: Sequence[Contract]) -> Known[str] | Unknown:
    facts = [contract.code.exit_right for contract in core]
    for fact in facts:
        if isinstance(fact, Known) and fact.value != "none":
            return fact
    return _first_unknown(facts) or Known(value="none", evidence=_evidence(facts), derivation="no way out with a share")


def any_true(facts: Sequence[Known[bool] | Unknown]) -> Known[bool] | Unknown:
    for fact in facts:
        if isinstance(fact, Known) and fact.value:
            return fact
    return _first_unknown(facts) or Known(value=False, evidence=_evidence(facts))


def revocable(core: Sequence[Contract], tokens: Sequence[Token]) -> Known[str] | Unknown:
    of_somebody = {token.address for token in tokens if not _nobody(token.confiscator_kind)}
    idle = {token.address for token in tokens} - of_somebody
    asked = [contract.code.expulsion_guard for contract in core]
    by_token = {token.address: token.confiscator_kind for token in tokens}
    asked += [
        _held_by_somebody(
            _told(contract.code.confiscation_guard, by_token.get(contract.address)), contract.address in idle
        )
        for contract in core
    ]
    guards = [guard for guard in asked if not _beside_the_point(guard)] or asked
    if any(isinstance(guard, Known) and guard.value == Guard.NONE for guard in guards):
        found = next(guard for guard in guards if isinstance(guard, Known) and guard.value == Guard.NONE)
        return Known(value="anyone", evidence=found.evidence)
    held = [guard for guard in guards if isinstance(guard, Known) and guard.value != Guard.ABSENT]
    if held:
        kinds = [kind for token in tokens if not _nobody(kind := token.confiscator_kind)]
        if kinds and all(isinstance(kind, Known) and ActorKind(kind.value).is_vote for kind in kinds):
            return Known(value="governance", evidence=held[0].evidence)
        if held[0].value == Guard.MEMBER:
            return Known(value="member-vote", evidence=held[0].evidence)
        return Known(value="role", evidence=held[0].evidence)
    return _first_unknown(guards) or Known(
        value="nobody", evidence=_evidence(guards), derivation="no function takes membership away"
    )


def _told(guard: Known[str] | Unknown, kind: Known[str] | Unknown | None) -> Known[str] | Unknown:
    """Return the guard; where another contract keeps the list and who keeps that was found, it asks for a caller."""
    if isinstance(guard, Unknown) and guard.reason is Reason.UNRESOLVED and isinstance(kind, Known):
        return Known(value=Guard.CALLER.value, evidence=kind.evidence, derivation=kind.derivation)
    return guard


def _held_by_somebody(guard: Known[str] | Unknown, idle: bool) -> Known[str] | Unknown:
    """Return the guard; where it asks for a caller and nobody holds that right now, it is as if there were none."""
    if not idle or not isinstance(guard, Known) or guard.value != Guard.CALLER:
        return guard
    return Known(value=Guard.ABSENT.value, evidence=guard.evidence, derivation="nobody holds the right now")


def _nobody(kind: Known[str] | Unknown) -> bool:
    return isinstance(kind, Known) and kind.value == ActorKind.NOBODY


def _beside_the_point(fact: Known[Any] | Unknown) -> bool:
    """Whether the question does not arise for this code (a governor keeps no units that could be taken)."""
    return isinstance(fact, Unknown) and fact.reason is Reason.NOT_SUPPORTED


def anonymous_set(contracts: Iterable[Contract]) -> Known[bool] | Unknown:
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


def proves(contract: Contract) -> bool:
    stage = contract.anonymity.zk_membership
    return isinstance(stage, Known) and stage.value in (Stage.CONFIGURED, Stage.EXERCISED)
